"""Interim text: the words of utterances that are not settled yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interim:
    """Of one utterance: its text so far, how much of that is stable, and the sound it covers."""

    text: str
    stable: int  # leading characters that hardly change any more
    upto: int  # sample


def together(interims: Sequence[Interim]) -> tuple[str, int]:
    """One text of several in a row; stable up to the first place that is not."""
    text, stable, sure = "", 0, True
    for interim in interims:
        if not interim.text:
            continue
        text += " " * bool(text)
        if sure:
            stable = len(text) + interim.stable
        sure = sure and interim.stable >= len(interim.text)
        text += interim.text
    return text, stable
