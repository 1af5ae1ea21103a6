"""The figures of listening as cards: the model, what goes on, how long words take, what was done."""

from __future__ import annotations

import streamlit as st

from pages.ui.languages import language_named
from pages.ui.text import plain
from pages.ui.wording import counted
from services.ports import EngineReport
from services.speech.figures import SpeechFigures, Spread
from services.speech.heard import Pace
from services.speech.model import ModelState, ModelStatus

_STATES = {
    ModelState.READY: "Ready",
    ModelState.LOADING: "Loading",
    ModelState.DOWNLOADING: "Downloading",
    ModelState.ABSENT: "Not here yet",
    ModelState.FAILED: "Failed",
}
_PACES = {
    Pace.LIVE: "Everybody who speaks sees live words",
    Pace.CATCHING_UP: "Words come late; nothing is lost",
    Pace.LATER: "Too many speak at once: who starts now is recorded, and the words follow",
}


def listening(status: ModelStatus, figures: SpeechFigures) -> None:
    """Draw everything; while no model is loaded, what there is to say without one."""
    with st.container(key="card-head"):
        _model(status, figures.engine)
    with st.container(key="card-now"):
        _now(figures)
    if figures.engine is not None:
        with st.container(key="card-latency"):
            _latencies(figures)
        with st.container(key="card-work"):
            _work(figures, figures.engine)


def _model(status: ModelStatus, engine: EngineReport | None) -> None:
    good = status.state is ModelState.READY
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(f"Whisper {plain(status.name)}", anchor=False, width="content")
        st.badge(_STATES[status.state], color="green" if good else "orange")
    if engine is None:
        why = f"{status.problem} {status.remedy}".strip() or _coming(status)
        st.markdown(
            f"{plain(why)} Until then answers are recorded; they become words when a model is there."
        )
        return
    st.markdown("\n".join(f"- {line}" for line in _manner(status, engine)))
    if engine.notes:
        st.markdown("**Decided at load, and since**")
        st.markdown("\n".join(f"- {plain(note)}" for note in engine.notes))


def _coming(status: ModelStatus) -> str:
    match status.state:
        case ModelState.DOWNLOADING:
            return f"{status.downloaded_mb:,} of {status.size_mb:,} MB are here."
        case ModelState.ABSENT if status.downloadable:
            return f"It is downloaded, about {status.size_mb:,} MB, when a candidate first presses start."
        case _:
            return "It is not loaded yet."


def _manner(status: ModelStatus, engine: EngineReport) -> list[str]:
    """How this model listens, a sentence each."""
    known = status.languages
    if len(known) == 1:
        understands = f"Understands {language_named(known[0])} only."
    else:
        understands = f"Understands {counted(len(known), 'language')}." if known else ""
    if engine.margin_s is None:
        window = "Hears every passage padded to 30 s."
    else:
        window = f"Hears every passage with {engine.margin_s:.2f} s of silence behind it."
    if engine.prompts:
        prompts = "Is given names and terms of the job."
    else:
        prompts = "Is given no names and terms: they change what this model hears."
    return [line for line in (understands, window, prompts) if line]


def _now(figures: SpeechFigures) -> None:
    st.header(_PACES[figures.pace] if figures.engine else "Now", anchor=False)
    with st.grid(5, min_column_width=110):
        st.metric("Answers open", f"{figures.answers:,}")
        st.metric("Speaking", f"{figures.speaking:,}")
        st.metric("Waiting", f"{figures.waiting:,}")
        st.metric("Oldest waits", _seconds(figures.oldest_wait_s))
        st.metric("Busy", f"{figures.busy:.0%}")
    st.caption(
        "Waiting: utterances that are complete and have no words yet. Busy: share of the last minute in "
        "which the workers were at work."
    )


def _latencies(figures: SpeechFigures) -> None:
    st.header("From sound to words", anchor=False)
    rows = (
        ("Live", figures.interim),
        ("Settled", figures.settled),
        ("Complete", figures.stop),
    )
    table = ["| Words | p50 | p95 | Count |", "| :--- | ---: | ---: | ---: |"]
    table += [f"| {name} | {_spread(spread)} |" for name, spread in rows]
    st.markdown("\n".join(table))
    st.caption(
        "Live: from the last sound in them to words on the screen. Settled: from the end of an utterance. "
        "Complete: from “Finish answer” to the whole transcript. Of the last 1,000 each."
    )


def _spread(spread: Spread) -> str:
    if spread.count == 0:
        return "none | | 0"
    return f"{_seconds(spread.p50_s)} | {_seconds(spread.p95_s)} | {spread.count:,}"


def _work(figures: SpeechFigures, engine: EngineReport) -> None:
    st.header("Since the start", anchor=False)
    batch = figures.passages / figures.calls if figures.calls else 0.0
    with st.grid(4, min_column_width=110):
        st.metric("Calls", f"{figures.calls:,}")
        st.metric("Passages a call", f"{batch:.1f}" if figures.calls else "none")
        st.metric("Promoted", f"{figures.promoted:,}")
        st.metric("Failed calls", f"{figures.failures:,}")
        st.metric("Heard again", f"{engine.retries:,}")
        st.metric("Left uncertain", f"{engine.uncertain:,}")
        st.metric("Checked both ways", f"{engine.rechecks:,}")
        st.metric("Differed", f"{engine.disagreements:,}")
    st.caption(
        "Promoted: utterances whose words were there before they ended. Heard again: passages whose text "
        "looked invented. Checked both ways: with little silence behind them and padded to 30 s."
    )


def _seconds(value: float) -> str:
    if 0 < value < 0.1:
        return f"{1000 * value:.0f} ms"
    return f"{value:.2f} s" if 0 < value < 10 else f"{value:,.0f} s"
