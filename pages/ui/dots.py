"""Levels of one criterion from several sides as marks on a line from 1 to 5, one row below the other.

A side is told by its mark and by its name, never by colour alone; the figures stand beside as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_DOTS = st.components.v2.component(
    "dots",
    html='<div class="dots"></div>',
    css=(_HERE / "dots.css").read_text(),
    js=(_HERE / "dots.js").read_text(),
    isolate_styles=False,
)
COACH, YOU, MENTOR = "coach", "you", "mentor"


@dataclass(frozen=True)
class Dot:
    """One side's mean level (1-5); `side` is COACH, YOU or MENTOR, `name` what it is called."""

    side: str
    name: str
    level: float
    shown: str  # the figure as its language writes it


@dataclass(frozen=True)
class Row:
    label: str
    dots: Sequence[Dot]


def dots(rows: Sequence[Row], key: str) -> None:
    """Draw them. People's words go in as text, never as HTML."""
    data = [
        {
            "label": row.label,
            "dots": [
                {"side": d.side, "name": d.name, "level": d.level, "shown": d.shown}
                for d in row.dots
            ],
        }
        for row in rows
    ]
    _DOTS(data={"rows": data}, key=f"dots-{key}")
