"""What a device check has found out, step by step, in words: values -> sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pages.ui.camera import OTHER_TROUBLE, TROUBLE
from services.errors import AppError

SOON_S = 5.0  # seconds after which a silent microphone or a dark camera is worth a word

NO_CONNECTION = (
    "The live connection did not come about within 8 seconds; a firewall is the usual reason. Try another "
    "network. In the interview you can record or upload your answer instead, or type it."
)


class StepState(StrEnum):
    WAITING = "waiting"
    OK = "ok"
    FAILING = "failing"
    UNUSED = "unused"


@dataclass(frozen=True)
class Step:
    """One line of the check."""

    name: str
    state: StepState
    says: str


@dataclass(frozen=True)
class Found:
    """What is known at a moment. `picture` is its size (`640 x 480`), `path` as the browser's getStats
    names the pair of candidates: local, remote, protocol, relay."""

    mode: str = "off"  # off | video | audio
    running_s: float = 0.0  # since the press
    trouble: str = ""
    loud: bool = False
    picture: str = ""
    arrived: bool = False
    path: Mapping[str, str] | None = None


def microphone(found: Found) -> Step:
    name = "Microphone"
    if found.trouble and found.trouble != "NoConnection":
        return Step(name, StepState.FAILING, TROUBLE.get(found.trouble, OTHER_TROUBLE))
    if found.loud:
        return Step(name, StepState.OK, "It hears you.")
    if found.mode == "off":
        return Step(name, StepState.WAITING, "Not looked at yet.")
    if found.arrived and found.running_s > SOON_S:
        return Step(
            name,
            StepState.FAILING,
            "It is silent. Say something: if the level does not move, choose another microphone, or see "
            "whether it is muted on the device or in your computer's settings.",
        )
    return Step(name, StepState.WAITING, "Say something: the level should move.")


def picture(found: Found) -> Step:
    name = "Camera"
    if found.trouble and found.trouble != "NoConnection":
        return Step(name, StepState.WAITING, "It is asked for together with the microphone.")
    if found.picture:
        return Step(name, StepState.OK, f"Your picture is there ({found.picture}).")
    if found.mode == "audio":
        return Step(name, StepState.UNUSED, "Left off. You need none: answers are sound.")
    if found.mode == "off":
        return Step(name, StepState.WAITING, "Not looked at yet.")
    if found.arrived and found.running_s > SOON_S:
        return Step(
            name,
            StepState.FAILING,
            "No picture comes. Choose another camera, or open its cover. You can do without: answers are sound.",
        )
    return Step(name, StepState.WAITING, "Waiting for your picture.")


def connection(found: Found) -> Step:
    name = "Connection"
    if found.trouble == "NoConnection":
        return Step(name, StepState.FAILING, NO_CONNECTION)
    if found.arrived:
        return Step(name, StepState.OK, f"Your sound reaches the server{way(found.path)}.")
    if found.mode == "off":
        return Step(name, StepState.WAITING, "Not tried yet.")
    return Step(name, StepState.WAITING, "Connecting. This takes up to 8 seconds.")


def way(path: Mapping[str, str] | None) -> str:
    """The way of the sound in plain words, ` directly (UDP)`; nothing while it is not known.

    Candidate types as in RFC 8445: host, srflx, prflx (seen through a NAT) and relay (TURN).
    """
    if not path:
        return ""
    carried = str(path.get("protocol") or "").upper()
    ends = {path.get("local"), path.get("remote")}
    if "relay" in ends:
        carried = str(path.get("relay") or carried).upper()
        return f" through a relay (TURN, {carried})" if carried else " through a relay (TURN)"
    how = " directly, through your router" if ends & {"srflx", "prflx"} else " directly"
    return f"{how} ({carried})" if carried else how


def words(found: Found, heard: str | None, problem: AppError | None, waits: str) -> Step:
    """`heard`: what the speech model understood, None before it was asked; `waits`: why it cannot be."""
    name = "What we hear"
    if problem is not None:
        return Step(name, StepState.FAILING, f"{problem.message} {problem.remedy}".strip())
    if heard:
        return Step(name, StepState.OK, f"“{heard}”")
    if heard is not None:
        return Step(
            name,
            StepState.FAILING,
            "We heard no words. Listen to it: if you hear yourself well, speak a little slower and try again; "
            "if not, come closer to the microphone or choose another one.",
        )
    if waits:
        return Step(name, StepState.WAITING, waits)
    if found.arrived and found.mode != "off":
        return Step(name, StepState.WAITING, "Say a sentence, and see what is understood of it.")
    return Step(name, StepState.WAITING, "Comes once you are connected.")
