"""Check microphone, camera, connection and what is understood, before the first question."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from pages.practice.device_echo import echo_trial, speak_button
from pages.practice.device_facts import Facts, device_facts
from pages.practice.device_steps import Found, Step, StepState, connection, microphone, picture
from pages.ui.camera import CONNECT_LIMIT_S, camera, press, release
from pages.ui.context import DeviceCheck, current_user, require_user, tab
from pages.ui.errors import boundary
from pages.ui.places import INTERVIEW, SET_UP, go
from pages.ui.text import plain
from services.domain import User

POLL_S = 0.5  # seconds between two looks at the connection
_STYLE = Path(__file__).parent / "interview.css"
_ICONS = {
    StepState.OK: ":green[:material/check_circle:]",
    StepState.FAILING: ":orange[:material/error:]",
    StepState.WAITING: ":gray[:material/pending:]",
    StepState.UNUSED: ":gray[:material/remove_circle_outline:]",
}


def screen() -> None:
    user = require_user()
    check = tab().check
    if check.leaving:
        _leave()
    st.html(_STYLE)
    st.title("Check your devices", anchor=False)
    st.markdown(
        "Half a minute for microphone, camera and connection. Nothing is kept: what you say here is "
        "forgotten when you leave this page."
    )
    left, right = st.columns([7, 4], gap="large")
    running = check.stage.microphone != "off"
    with right:
        camera(check.stage, check.echo.hear, _state(check), live=False, place="check")
        facts = device_facts(check.stage.asked_at)
    with left:
        st.fragment(_steps, run_every=POLL_S if running else None)(user, check, facts)
    with st.container(key="actions", horizontal=True):
        _actions(check, running=running)


def _actions(check: DeviceCheck, *, running: bool) -> None:
    """Every press is a callback: the connection asks for runs of its own, which cannot cut one off."""
    connected = running and check.echo.arrived
    if connected:
        speak_button(check)
    elif not running:
        st.button("Start the check", type="primary", on_click=_start, args=("video",))
        st.button("Check sound only", on_click=_start, args=("audio",))
    st.button(
        "Go to the interview" if check.echo.arrived else "Skip the check",
        type="primary" if check.asked and connected else "secondary" if connected else "tertiary",
        on_click=_wish_to_leave,
        args=(check,),
    )


def _start(mode: str) -> None:
    tab().devices_checked = True  # it is not offered again
    check = tab().check = DeviceCheck()
    press(check.stage, mode)


def _wish_to_leave(check: DeviceCheck) -> None:
    tab().devices_checked = True
    check.leaving = True
    release(check.stage)


def _leave() -> None:
    if named := st.query_params.get("interview", ""):
        go(INTERVIEW, interview=named)
    go(SET_UP)


def _state(check: DeviceCheck) -> str:
    if check.stage.microphone == "off":
        return "Camera and microphone are off."
    return "Connected. Nothing is recorded." if check.echo.arrived else "Connecting."


def _steps(user: User, check: DeviceCheck, facts: Facts) -> None:
    """Drawn again by itself while the devices are open."""
    with boundary():
        if current_user() is None:
            release(check.stage)
            st.rerun()
        _watch_connection(check)
        found = _found(check, facts)
        with st.container(key="card-check"):
            for step in (microphone(found), picture(found), connection(found)):
                draw(step)
            line = st.container()  # above what belongs to it
            step = echo_trial(user, check, found)
            with line:
                draw(step)


def _watch_connection(check: DeviceCheck) -> None:
    """Give up after 8 s, and say in the bar of actions that there is a connection once there is."""
    stage = check.stage
    if stage.microphone == "off":
        return
    if check.echo.arrived and not stage.connected:
        stage.connected = True
        st.rerun()
    if not check.echo.arrived and time.monotonic() - stage.asked_at > CONNECT_LIMIT_S:
        stage.trouble = "NoConnection"
        release(stage)
        st.rerun()


def _found(check: DeviceCheck, facts: Facts) -> Found:
    stage = check.stage
    return Found(
        mode=stage.microphone,
        running_s=time.monotonic() - stage.asked_at,
        trouble=stage.trouble,
        loud=facts.loud,
        picture=facts.picture,
        arrived=check.echo.arrived,
        path=facts.path,
    )


def draw(step: Step) -> None:
    """One line: its state is a sign and a sentence, never a colour alone."""
    st.markdown(f"{_ICONS[step.state]} **{step.name}.** {plain(step.says)}")


screen()
