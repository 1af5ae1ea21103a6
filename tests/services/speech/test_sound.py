"""Frames of all kinds become the same 16 kHz mono sound."""

from __future__ import annotations

import av
import numpy as np
import pytest

from services.speech.sound import Piece, Resampler, loudness, pcm_of


def tone(rate: int, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", [48_000, 44_100, 16_000, 8_000])
@pytest.mark.parametrize("layout", ["mono", "stereo"])
@pytest.mark.parametrize("form", ["s16", "s16p", "flt", "fltp"])
def test_every_format_gives_the_same_tone(form: str, layout: str, rate: int) -> None:
    channels = 1 if layout == "mono" else 2
    whole = tone(rate)
    whole = (whole * 32767).astype(np.int16) if form.startswith("s16") else whole.astype(np.float32)
    resampler, out = None, b""
    for at in range(0, len(whole), rate // 50):
        mono = whole[at : at + rate // 50]
        planes = np.stack([mono] * channels)
        array = planes if form.endswith("p") else planes.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(array), format=form, layout=layout)
        frame.sample_rate = rate
        piece = Piece.of(1, frame)
        resampler = resampler or Resampler(piece)
        assert resampler.fits(piece)
        out += resampler.pcm(piece)
    assert resampler is not None
    out += resampler.rest()
    samples = np.frombuffer(out, "<i2") / 32768
    assert len(samples) == pytest.approx(16_000, abs=40)
    middle = samples[2_000:14_000]
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.02)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 16_000 / len(middle) == pytest.approx(
        440, abs=2
    )


def test_a_piece_does_not_change_with_its_frame() -> None:
    array = np.full((1, 960), 7, np.int16)
    frame = av.AudioFrame.from_ndarray(array, format="s16", layout="mono")
    frame.sample_rate = 48_000
    piece = Piece.of(1, frame)
    frame.planes[0].update(bytes(1920))
    assert (piece.array == 7).all()


def test_wild_samples_are_tamed() -> None:
    wild = np.array([np.nan, np.inf, -np.inf, 3.0, -3.0, 0.5], np.float32)
    assert np.frombuffer(pcm_of(wild), "<i2").tolist() == [0, 32767, -32767, 32767, -32767, 16383]


def test_the_meter_goes_from_nothing_to_full() -> None:
    assert loudness(np.zeros(0, np.float32)) == 0
    assert loudness(np.zeros(100, np.float32)) == 0
    assert loudness(np.ones(100, np.float32)) == 1
    assert 0.3 < loudness(np.full(100, 0.03, np.float32)) < 0.7


def pieces(count: int, source: int = 1, rate: int = 48_000, layout: str = "stereo") -> list[Piece]:
    r = np.random.default_rng(source)
    channels = 2 if layout == "stereo" else 1
    made = []
    for _ in range(count):
        noise = r.integers(-9_000, 9_000, (1, rate // 50 * channels)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout=layout)
        frame.sample_rate = rate
        made.append(Piece.of(source, frame))
    return made


def test_frames_put_together_sound_as_they_do_one_by_one() -> None:
    frames = pieces(5)
    one_by_one, at_once = Resampler(frames[0]), Resampler(frames[0])
    expected = b"".join(one_by_one.pcm(f) for f in frames) + one_by_one.rest()
    assert at_once.pcm(Piece.joined(frames)) + at_once.rest() == expected


def test_frames_of_another_microphone_rate_or_shape_are_not_put_together() -> None:
    (frame,) = pieces(1)
    assert frame.goes_on(pieces(1)[0])
    for other in (pieces(1, source=2), pieces(1, rate=16_000), pieces(1, layout="mono")):
        assert not frame.goes_on(other[0])
    corrupt = Piece(1, np.zeros((3, 7)), "s16", "stereo", 48_000)
    assert not frame.goes_on(corrupt)
