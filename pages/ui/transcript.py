"""The transcript while it is being spoken."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from services.domain import Transcript

_HERE = Path(__file__).parent
_LIVE = st.components.v2.component(
    "live_transcript",
    html="""
<div class="transcript-head"><span>What we hear</span><span class="elapsed" role="timer"></span></div>
<div class="transcript" tabindex="0" role="log" aria-live="polite" aria-label="Transcript"
  ><span class="settled"></span><span class="interim" aria-live="off"></span><span class="hint"></span></div>
<div class="transcript-note" role="status"></div>""",
    css=(_HERE / "transcript.css").read_text(),
    js=(_HERE / "transcript.js").read_text(),
    isolate_styles=False,  # styled by class names of its own; the text stays searchable in the page
)


def live_transcript(
    answer: str, transcript: Transcript, seconds: float, *, hint: str, note: str = ""
) -> None:
    """Draw settled segments, the interim tail and the time spoken (m:ss). People's text is never HTML here."""
    _LIVE(
        data={
            "answer": answer,
            "segments": [s.text for s in transcript.segments],
            "interim": transcript.interim,
            "elapsed": elapsed(seconds),
            "hint": hint,
            "note": note,
        },
        key="live_transcript",
    )


def elapsed(seconds: float) -> str:
    """75.4 -> `1:15`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
