"""The transcript while it is being spoken."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from pages.ui.text import plain
from services.domain import Segment, Transcript

_HERE = Path(__file__).parent
_LIVE = st.components.v2.component(
    "live_transcript",
    html="""
<div class="transcript-head"><span>What we hear</span><span class="elapsed" role="timer"></span></div>
<div class="transcript" tabindex="0" role="log" aria-live="polite" aria-label="Transcript"
  ><span class="settled"></span><span class="interim" aria-live="off"><span class="stable"></span><span class="tail"
  ></span></span><span class="hint"></span></div>
<div class="transcript-note" role="status"></div>""",
    css=(_HERE / "transcript.css").read_text(),
    js=(_HERE / "transcript.js").read_text(),
    isolate_styles=False,  # styled by class names of its own; the text stays searchable in the page
)


def live_transcript(
    answer: str,
    transcript: Transcript,
    seconds: float,
    *,
    hint: str,
    note: str = "",
    time: str = "",
) -> None:
    """Draw settled segments, the interim tail and the time spoken (m:ss). People's text is never HTML here.

    `hint` stands where the words will be, `note` below them; `time` in the place of the time spoken.
    """
    interim, stable = transcript.interim, transcript.stable
    _LIVE(
        data={
            "answer": answer,
            "segments": [{"text": s.text, "certain": s.certain} for s in transcript.segments],
            "stable": interim[:stable],
            "tail": interim[stable:],
            "elapsed": time or elapsed(seconds),
            "hint": hint,
            "note": note,
        },
        key="live_transcript",
    )


def as_heard(segments: Iterable[Segment]) -> str:
    """Markdown of what was heard; uncertain passages get a tint, which `heard-` containers dot instead."""
    return " ".join(
        plain(segment.text) if segment.certain else f":gray-background[{plain(segment.text)}]"
        for segment in segments
        if segment.text.strip()
    )


def elapsed(seconds: float) -> str:
    """75.4 -> `1:15`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
