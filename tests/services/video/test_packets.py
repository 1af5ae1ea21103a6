"""What is read of encoded packets is what FFmpeg put there."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from services.video.packets import dimensions, is_key, samples_in
from tests.services.video.filmed import pictures


@pytest.mark.parametrize("size", [(64, 48), (480, 640), (1280, 720)])
def test_key_frames_and_their_size_are_known(size: tuple[int, int]) -> None:
    packets = [one.data for one in pictures(0.4, sizes=(size,))]
    assert [is_key(data) for data in packets] == [True] + [False] * (len(packets) - 1)
    assert dimensions(packets[0]) == size


@pytest.mark.parametrize("broken", [b"", b"\x00", b"\x00" * 30, b"\xff" * 30])
def test_what_is_no_key_frame_is_not_taken_for_one(broken: bytes) -> None:
    assert not is_key(broken)


@pytest.mark.parametrize("milliseconds", [2.5, 5, 10, 20, 40, 60])
@pytest.mark.parametrize("application", ["voip", "lowdelay"])
def test_the_length_of_sound_is_read_from_its_first_byte(
    milliseconds: float, application: str
) -> None:
    encoder = av.AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.options = {"frame_duration": str(milliseconds), "application": application}
    encoder.time_base = Fraction(1, 48_000)
    samples = round(48 * milliseconds)
    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, samples), np.int16), format="s16", layout="mono"
    )
    frame.sample_rate, frame.pts = 48_000, 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    assert samples_in(bytes(packets[0])) == samples


def test_what_is_no_sound_has_no_length() -> None:
    assert samples_in(b"") == 0
    assert samples_in(b"\x03") == 0
