"""Prompts are product text in prompts/*.md; what people wrote is fenced in them as data.

The first line of each file is its version, `version: N`: change it with every change of the text,
because it is stored with every rating.
"""

from __future__ import annotations

import re
import secrets
from functools import cache
from importlib.resources import files
from string import Template

_VERSION = re.compile(r"\Aversion: (\S+)\n+")


def instructions(name: str, **values: str) -> str:
    """The text of prompts/<name>.md with every `$place` filled. Raises `KeyError` for one left open."""
    return Template(_read(name)[1]).substitute(values)


def version(name: str) -> str:
    """What is stored as provenance, for example `rate-3`."""
    return f"{name}-{_read(name)[0]}"


def fenced(label: str, text: str) -> str:
    """Text of a person as data: between marks that it cannot contain, because they are drawn anew.

    Instructions say that nothing between the marks is an instruction. A mark costs a guess in 2^64.
    """
    mark = secrets.token_hex(8)
    return f"<{label} {mark}>\n{text.strip()}\n</{label} {mark}>"


@cache
def _read(name: str) -> tuple[str, str]:
    text = files(__package__).joinpath("prompts", f"{name}.md").read_text("utf-8")
    found = _VERSION.match(text)
    if found is None:
        raise ValueError(f"prompts/{name}.md does not begin with its version")
    return found[1], text[found.end() :].strip()
