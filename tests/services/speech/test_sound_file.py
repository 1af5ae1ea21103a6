"""Recorded files become sound, whatever the browser made of it."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from services.errors import InvalidInput
from services.speech.sound_file import sound_of
from tests.spoken import spoken

SPEECH = spoken(("my task was clear",), rate=48_000)


def encoded(container: str, codec: str, rate: int = 48_000) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        pcm = (np.clip(SPEECH.samples, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize(
    ("container", "codec"),
    [("wav", "pcm_s16le"), ("webm", "libopus"), ("ogg", "libopus"), ("mp4", "aac")],
)
def test_what_browsers_record_comes_out_with_its_length(container: str, codec: str) -> None:
    pieces = list(sound_of(encoded(container, codec)))
    assert all(piece.dtype == np.float32 and piece.ndim == 1 for piece in pieces)
    assert sum(map(len, pieces)) / 16_000 == pytest.approx(SPEECH.seconds, abs=0.1)
    assert 0.05 < np.abs(np.concatenate(pieces)).max() <= 1.0


def test_a_file_that_breaks_off_in_the_middle_gives_what_it_has_or_a_clear_refusal() -> None:
    whole = encoded("wav", "pcm_s16le")
    half = list(sound_of(whole[: len(whole) // 2]))
    assert sum(map(len, half)) / 16_000 == pytest.approx(SPEECH.seconds / 2, abs=0.1)


@pytest.mark.parametrize(
    "junk", [b"", b"\0" * 5_000, b"<html>not sound</html>", b"RIFF\xff\xff\xff\xffWAVE"]
)
def test_what_is_not_sound_is_refused_in_words(junk: bytes) -> None:
    with pytest.raises(InvalidInput, match="recording"):
        sound_of(junk)
