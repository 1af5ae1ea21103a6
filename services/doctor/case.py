"""What the doctor looks at."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.settings import Settings

ROOT = Path(__file__).parents[2]  # of the project


@dataclass(frozen=True)
class Case:
    """The settings of a deployment with what they were read from."""

    settings: Settings
    environment: Mapping[str, str]
    root: Path = ROOT
    calls: bool = False  # whether a language model may be asked something, which may cost a little

    @property
    def on_the_internet(self) -> bool:
        """People come from elsewhere, not only from this machine."""
        return self.settings.secure_cookies

    def secret(self, name: str) -> str:
        """Of those that only libraries read, from the environment."""
        return self.environment.get(name, "").strip()


def environment(root: Path = ROOT) -> dict[str, str]:
    """The variables that the app will see: Streamlit makes one of every plain key of its secrets."""
    made = dict(os.environ)
    for name, value in toml(root / ".streamlit" / "secrets.toml").items():
        if type(value) in (str, int, float):  # what Streamlit takes; it leaves out a true or false
            made[name] = str(value)
    return made


def toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file; nothing of one that is absent or broken."""
    try:
        return tomllib.loads(path.read_text())
    except (OSError, ValueError):
        return {}
