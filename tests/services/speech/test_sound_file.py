"""Recorded files become sound, whatever they are called and whatever their headers say."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest

from services.speech.sound_file import NotSound, kind_of, pcm_in, sound_of
from tests.recordings import CONTAINERS, recorded, tone

SILENT = (  # a WAV without a single sample
    b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80>\0\0\0}\0\0\x02\0\x10\0data\0\0\0\0"
)


def seconds_of(file: bytes) -> float:
    return len(sound_of(file)) / 16_000


def why(file: bytes, longest_s: float = 3600.0) -> str:
    with pytest.raises(NotSound) as refused:
        list(pcm_in(io.BytesIO(file), longest_s))
    return refused.value.why


@pytest.mark.parametrize("kind", CONTAINERS)
def test_every_format_that_the_screen_names_comes_out_with_its_length_and_its_sound(
    kind: str,
) -> None:
    samples = sound_of(recorded(*CONTAINERS[kind]))
    assert len(samples) / 16_000 == pytest.approx(
        1.0, abs=0.08
    )  # AAC adds a frame before the first
    spectrum = np.abs(np.fft.rfft(samples[4_000:12_000]))
    assert np.argmax(spectrum) * 2 == pytest.approx(440, abs=6)


def test_stereo_surround_and_other_rates_become_one_channel_of_16_khz() -> None:
    for rate, channels in ((44_100, 2), (8_000, 1), (96_000, 2), (48_000, 8)):
        samples = sound_of(
            recorded("wav", "pcm_s16le", tone(0.5, rate), rate=rate, channels=channels)
        )
        assert len(samples) == pytest.approx(8_000, abs=40)
        assert 0.1 < np.abs(samples).max() < 0.6


def test_the_picture_of_a_video_is_left_alone() -> None:
    assert seconds_of(recorded("mp4", "aac", picture="libx264")) == pytest.approx(1, abs=0.08)
    broken = bytearray(recorded("matroska", "pcm_s16le", picture="rawvideo"))
    assert seconds_of(bytes(broken)) == pytest.approx(1, abs=0.08)
    assert why(recorded("mp4", None, picture="libx264")) == "no track"


def test_the_content_of_a_file_counts_and_not_its_name() -> None:
    assert kind_of(recorded("mp3", "libmp3lame")) == "mp3"
    assert kind_of(b"#EXTM3U\nfile:///etc/passwd\n") is None  # a playlist would name other files
    assert kind_of(b"ffconcat version 1.0\nfile '/etc/passwd'\n") is None


def test_a_recording_that_breaks_off_gives_what_it_has() -> None:
    for kind in ("wav", "mp3", "webm", "flac"):
        whole = recorded(*CONTAINERS[kind], tone(4.0))
        assert 1.0 < seconds_of(whole[: len(whole) // 2]) < 3.0, kind


def test_what_a_header_says_about_the_length_is_not_believed() -> None:
    lying = bytearray(recorded("wav", "pcm_s16le", tone(1.0)))
    at = lying.index(b"data") + 4
    lying[4:8] = lying[at : at + 4] = struct.pack("<I", 0xFFFFFF00)  # 12 hours of it
    assert seconds_of(bytes(lying)) == pytest.approx(1.0, abs=0.01)


def test_silence_that_unpacks_to_hours_is_stopped_at_the_limit() -> None:
    bomb = recorded("flac", "flac", np.zeros(90 * 48_000, np.float32))
    assert len(bomb) < 100_000
    came: list[int] = []
    with pytest.raises(NotSound, match="long"):
        came.extend(len(pcm) for pcm in pcm_in(io.BytesIO(bomb), 60.0))
    assert sum(came) <= 60 * 32_000


def test_rates_and_channels_that_no_recorder_has_are_refused() -> None:
    assert why(recorded("wav", "pcm_s16le", tone(1.0, 1_000), rate=1_000)) == "rate"
    many = bytearray(recorded("wav", "pcm_s16le", tone(0.2), channels=2))
    many[22:24], many[32:34] = struct.pack("<H", 64), struct.pack("<H", 128)
    assert why(bytes(many)) == "channels"


def test_protected_sound_is_told_apart_from_damaged_sound() -> None:
    protected = recorded("mp4", "aac").replace(b"mp4a", b"enca").replace(b"udta", b"sinf")
    assert why(protected) == "encrypted"
    whole = recorded("mp4", "aac")
    assert why(whole[: len(whole) // 3]) == "damaged"  # its index is at the end


@pytest.mark.parametrize(
    ("junk", "reason"),
    [
        (b"", "zero"),
        (b"\0" * 5_000, "kind"),
        (b"<html>not sound</html>", "kind"),
        (b"RIFF\xff\xff\xff\xffWAVE", "damaged"),
        (b"\x1aE\xdf\xa3" + b"\xff" * 3_000, "damaged"),
        (b"\xff\xfb" + b"junk" * 3_000, "damaged"),
        (SILENT, "empty"),
    ],
)
def test_what_is_not_sound_is_refused_with_its_reason(junk: bytes, reason: str) -> None:
    assert why(junk) == reason


class Watched(io.BytesIO):
    """A file that counts how often it is looked into."""

    looks = 0

    def read(self, size: int | None = -1) -> bytes:
        self.looks += 1
        return super().read(size)


def test_a_file_of_nothing_but_boxes_is_given_up_soon() -> None:
    file = Watched(struct.pack(">I4s", 8, b"free") * 100_000)
    with pytest.raises(NotSound) as refused:
        list(pcm_in(file))
    assert refused.value.why == "damaged"
    assert file.looks < 20_000
