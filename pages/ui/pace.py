"""The pace meter: how fast somebody speaks as a mark on a line, and a thin bar of the time so far."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from services.delivery.norms import FASTEST, SLOWEST
from services.delivery.pace import HIGHEST, LOWEST, Band, Tempo

_HERE = Path(__file__).parent
_PACE = st.components.v2.component(
    "pace",
    html="""
<div class="pace"><span aria-hidden="true">slower</span><div class="line" role="img"><i class="easy"></i><i class="now"></i></div
><span aria-hidden="true">faster</span><div class="time" aria-hidden="true"><i></i></div></div>""",
    css=(_HERE / "pace.css").read_text(),
    js=(_HERE / "pace.js").read_text(),
    isolate_styles=False,  # it takes the colours of the page
)
_EASY = tuple((edge - LOWEST) / (HIGHEST - LOWEST) for edge in (SLOWEST, FASTEST))
_LABELS = {
    None: "Your pace: too little said yet",
    Band.SLOW: "Your pace: slower than most listeners expect",
    Band.EASY: "Your pace: easy to follow",
    Band.FAST: "Your pace: faster than most listeners follow with ease",
}


def pace_meter(tempo: Tempo, filled: float) -> None:
    """`filled` (0-1): how much of the time is over."""
    _PACE(
        data={
            "easy": _EASY,
            "place": tempo.place,
            "time": round(min(1.0, filled), 3),
            "label": _LABELS[tempo.band],
        },
        key="pace",
    )
