"""What plays of an answer: its video where there is one, the whole sound where that lacks some of it."""

from __future__ import annotations

import pytest

from pages.ui.playable import address_of, covers
from services.domain import Video


@pytest.mark.parametrize(
    ("offset_s", "seconds", "whole"),
    [(0, 60, True), (1.5, 57, True), (3, 57, False), (0, 50, False)],
)
def test_a_video_that_lacks_some_of_the_sound_does_not_stand_for_it(
    offset_s: float, seconds: float, whole: bool
) -> None:
    video = Video(key="v", media_type="video/webm", seconds=seconds, size=1, offset_s=offset_s)
    assert covers(video, 60) is whole


def test_an_address_is_taken_as_it_is() -> None:
    assert address_of("https://store.example/a?signed", "audio/flac", "a").startswith("https://")
