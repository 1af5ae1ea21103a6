"""The last step of the device check: three seconds of one's own voice, and what was understood of it."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.practice.device_steps import Found, Step, words
from pages.ui.context import DeviceCheck, services
from services.domain import AUTO, User
from services.errors import AppError, NotFound
from services.speech.echo import is_silent, wav_of, words_of
from services.speech.model import ModelState

SAY, AGAIN = "Speak for 3 seconds", "Try again"


def echo_trial(user: User, check: DeviceCheck, found: Found) -> Step:
    """Draw what came back; returns the step for its line. The sound is in this tab's memory and nowhere
    else."""
    echo = check.echo
    if echo.taking:
        st.progress(
            1 - echo.left_s / echo.SECONDS, text="Speak now: say who you are, and why you are here."
        )
        return words(found, None, None, "Taking your sound.")
    if echo.whole and not check.asked:
        with st.spinner("Putting it into words"):  # may cut this run off: the next does it then
            _put_into_words(user, check)
        check.asked = True
        st.rerun()
    if check.asked:
        st.audio(wav_of(echo.samples()), autoplay=True)
    return words(found, check.words, check.problem, _why_not())


def speak_button(check: DeviceCheck) -> None:
    st.button(
        AGAIN if check.asked else SAY,
        type="secondary" if check.asked else "primary",
        disabled=check.echo.taking,
        on_click=_begin,
        args=(check,),
    )


def _begin(check: DeviceCheck) -> None:
    check.words, check.problem, check.asked = None, None, False
    check.echo.begin()


def _put_into_words(user: User, check: DeviceCheck) -> None:
    samples = check.echo.samples()
    if is_silent(samples):
        check.words = ""
        return
    if services().model.status().state is not ModelState.READY:
        return
    try:
        check.words = words_of(services().model.engine(), samples, _language(user))
    except AppError as error:
        check.problem = error


def _language(user: User) -> str:
    """Of the interview that comes next."""
    named = st.query_params.get("interview", "")
    try:
        interview = services().interviews.open_interview(user.id, UUID(named) if named else None)
    except (NotFound, ValueError):
        return AUTO
    return interview.setup.language


def _why_not() -> str:
    """Why there are no words just now; nothing is downloaded for a check."""
    status = services().model.status()
    match status.state:
        case ModelState.READY:
            return ""
        case ModelState.ABSENT:
            return (
                "The speech model is not on this server yet, so you can only listen to yourself. It is "
                f"downloaded once, about {status.size_mb} MB, when you start your first answer."
            )
        case ModelState.FAILED:
            return f"{status.problem} {status.remedy} You can still listen to yourself."
        case _:
            return "The speech model is getting ready; you can listen to yourself already."
