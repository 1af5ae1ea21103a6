"""The shape of a reply as the JSON schema that language models are given.

Providers take different parts of JSON Schema. What is left here is what Gemini's `responseJsonSchema`
and the strict mode of OpenAI's `response_format` both document: no references, no patterns, no
defaults. What is dropped is checked by pydantic when the reply is read.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

_KEPT = {"type", "description", "enum", "minimum", "maximum", "minItems", "maxItems"}


def schema_of(shape: type[BaseModel]) -> dict[str, Any]:
    """References written out, every field required, no other fields allowed.

    Every field is required because a model leaves out what it may leave out. Raises `ValueError` for a
    shape that contains itself.
    """
    whole = shape.model_json_schema()
    plain = _plain(whole, whole.get("$defs", {}), ())
    assert isinstance(plain, dict)
    return plain


def _plain(node: dict[str, Any], defs: dict[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
    if "$ref" in node:
        name = str(node["$ref"]).rsplit("/", 1)[-1]
        if name in within:
            raise ValueError(f"{name} contains itself")
        told = {"description": node["description"]} if "description" in node else {}
        return _plain(defs[name], defs, (*within, name)) | told
    if len(node.get("allOf", ())) == 1:  # how a reference with a description of its own may come
        return _plain({**node["allOf"][0], **_without(node, "allOf")}, defs, within)
    plain = {key: value for key, value in node.items() if key in _KEPT}
    if "const" in node:
        plain["enum"] = [node["const"]]
    if "anyOf" in node:
        plain["anyOf"] = [_plain(choice, defs, within) for choice in node["anyOf"]]
    if isinstance(node.get("items"), dict):
        plain["items"] = _plain(node["items"], defs, within)
    if node.get("type") == "object":
        fields = node.get("properties", {})
        plain["properties"] = {name: _plain(field, defs, within) for name, field in fields.items()}
        plain["required"] = list(fields)
        plain["additionalProperties"] = False
    return plain


def _without(node: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name != key}


def in_words(schema: dict[str, Any]) -> str:
    """For the instructions of a model that cannot be bound to a schema."""
    return f"\n\nReply with one JSON object that fits this JSON schema:\n{json.dumps(schema)}"
