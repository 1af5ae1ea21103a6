"""A language model that replies what a test decides, through the real reading of replies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from pydantic import BaseModel

from services.coach.language_model.replies import shaped
from services.ports import Prompt, Purpose, Shape

Script = Callable[[Prompt, type[BaseModel]], Mapping[str, Any] | str]


@dataclass
class ScriptedModel:
    """`script(prompt, shape)` gives the object, or the raw text, of each reply, or raises.

    A reply that does not fit its shape is asked for once more, as the real models do. Any thread may
    call; `prompts` and `shapes` hold what was asked, repair rounds included.
    """

    script: Script
    pieces: tuple[str, ...] = ()  # of a stream
    prompts: list[Prompt] = field(default_factory=list)
    shapes: list[type[BaseModel]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def calls(self) -> int:
        return len(self.prompts)

    def name(self, purpose: Purpose) -> str:
        return f"scripted-{purpose}"

    def reply(self, prompt: Prompt, shape: type[Shape]) -> Shape:
        def ask(asked: Prompt) -> str:
            with self._lock:
                self.prompts.append(asked)
                self.shapes.append(shape)
            said = self.script(asked, shape)
            return said if isinstance(said, str) else json.dumps(said)

        return shaped(ask, prompt, shape)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        with self._lock:
            self.prompts.append(prompt)
        yield from self.pieces

    def asked_for(self, shape: type[BaseModel]) -> list[Prompt]:
        """The prompts that wanted this shape, in order."""
        return [p for p, s in zip(self.prompts, self.shapes, strict=True) if s is shape]


def block(prompt: Prompt, label: str) -> str:
    """What a prompt fences as data under this label; empty when it has no such block."""
    found = re.search(rf"<{label} (\w+)>\n(.*?)\n</{label} \1>", prompt.text, re.DOTALL)
    return found[2] if found else ""
