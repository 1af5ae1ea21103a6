"""What the device check says in each of its states."""

from __future__ import annotations

import pytest

from pages.practice.device_steps import (
    Found,
    StepState,
    connection,
    microphone,
    picture,
    way,
    words,
)
from services.errors import TranscriptionFailed

RUNNING = Found(mode="video", running_s=2.0)
CONNECTED = Found(mode="video", running_s=9.0, arrived=True)


def test_before_the_start_nothing_is_claimed() -> None:
    steps = [step(Found()) for step in (microphone, picture, connection)]
    assert {step.state for step in steps} == {StepState.WAITING}


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("NotAllowedError", "allow both"),
        ("NotFoundError", "Plug one in"),
        ("NotReadableError", "Another program"),
        ("InsecureContext", "https://"),
        ("Unplugged", "unplugged"),
        ("SomethingNew", "could not open"),
    ],
)
def test_a_refusal_says_what_to_do(trouble: str, says: str) -> None:
    step = microphone(Found(trouble=trouble))
    assert step.state is StepState.FAILING
    assert says in step.says
    assert picture(Found(trouble=trouble)).state is StepState.WAITING


def test_a_silent_microphone_and_a_dark_camera_get_a_word_after_a_while() -> None:
    assert microphone(RUNNING).state is StepState.WAITING
    assert picture(RUNNING).state is StepState.WAITING
    assert "silent" in microphone(CONNECTED).says
    assert "No picture comes" in picture(CONNECTED).says
    assert picture(Found(mode="audio")).state is StepState.UNUSED


def test_what_works_is_said_with_its_figures() -> None:
    found = Found(
        mode="video",
        loud=True,
        picture="640 by 480",
        arrived=True,
        path={"local": "host", "remote": "host", "protocol": "udp", "relay": ""},
    )
    assert microphone(found).state is StepState.OK
    assert "640 by 480" in picture(found).says
    assert connection(found).says == "Your sound reaches the server directly (UDP)."


def test_no_connection_names_the_other_ways() -> None:
    step = connection(Found(trouble="NoConnection"))
    assert step.state is StepState.FAILING
    assert "upload" in step.says
    assert "type" in step.says
    assert microphone(Found(trouble="NoConnection", loud=True)).state is StepState.OK


@pytest.mark.parametrize(
    ("local", "remote", "relay", "says"),
    [
        ("host", "host", "", " directly (UDP)"),
        ("srflx", "host", "", " directly, through your router (UDP)"),
        ("prflx", "srflx", "", " directly, through your router (UDP)"),
        ("relay", "host", "tcp", " through a relay (TURN, TCP)"),
        ("host", "relay", "", " through a relay (TURN, UDP)"),
    ],
)
def test_the_way_of_the_sound_is_told_in_plain_words(
    local: str, remote: str, relay: str, says: str
) -> None:
    path = {"local": local, "remote": remote, "protocol": "udp", "relay": relay}
    assert way(path) == says


def test_the_words_their_absence_and_a_missing_model_are_told_apart() -> None:
    assert words(CONNECTED, "my name is ada", None, "").says == "“my name is ada”"
    assert "no words" in words(CONNECTED, "", None, "").says
    assert words(CONNECTED, None, None, "Not here yet.").says == "Not here yet."
    failed = words(CONNECTED, None, TranscriptionFailed("It failed.", "Try again."), "")
    assert failed.state is StepState.FAILING
    assert words(Found(), None, None, "").state is StepState.WAITING
