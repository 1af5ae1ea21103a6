"""The words of a finished recording while they are being written: how far they are, and what is there."""

from __future__ import annotations

import streamlit as st

from pages.ui.context import services
from pages.ui.errors import boundary
from pages.ui.text import plain
from pages.ui.transcript import live_transcript
from pages.ui.wording import clock
from services.domain import Answer, User

LOOK_S = 1.0  # between two looks


def words_come(user: User, answer: Answer) -> bool:
    """Draw them if they come just now; False: nobody is at work on them here. First of all, whether a
    recording that was uploaded is not in them to its end."""
    problem = services().uploads.left_out(user.id, answer)
    if problem is not None:
        st.warning(plain(f"{problem.message} {problem.remedy}"), icon=":material/error:")
    if not answer.pending or services().spoken.coming(answer) is None:
        return False
    st.fragment(_coming, run_every=LOOK_S)(user, answer)
    return True


def _coming(user: User, answer: Answer) -> None:
    """Drawn again by itself until all words are there."""
    with boundary():
        heard = services().spoken.coming(answer)
        if heard is None:
            st.rerun()
        share = min(1.0, heard.shown_s / heard.seconds) if heard.seconds else 1.0
        st.progress(
            share,
            text=f"Writing down your recording: {share:.0%}, "
            f"{clock(heard.shown_s)} of {clock(heard.seconds)}",
        )
        live_transcript(
            str(answer.question_id),
            heard.transcript,
            heard.seconds,
            hint=heard.problem or "The first words come in a moment.",
            note=heard.problem,
        )
        st.caption(
            "Your recording is safe. Wait for its words to review them, or submit it as it is: then it is "
            "rated once they are complete."
        )
