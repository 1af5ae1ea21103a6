"""A recorded file -> samples: told by its content, decoded piece by piece, and only as far as it is sound.

What people upload may be broken, mislabelled or made to do harm. So the kind of file is decided here and
not by FFmpeg (whose playlists name other files), no decoder of pictures can be opened, and the length is
that of the decoded samples: what a header says about it is not believed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import av
import numpy as np

from services.ports import SAMPLE_RATE, Samples

LONGEST_S = 3600.0  # seconds; a longer answer is a mistake; this one is 115 MB of samples
# Hz: telephones have 8,000 and studios 192,000, both with room.
_RATES = range(4_000, 384_001)
_MOST_CHANNELS = 8  # 7.1; more is no voice
_HEAD = 64 * 1024  # bytes that are looked at to tell the kind
_MOST_INDEX = (
    64_000_000  # bytes of an MP4's index that are looked at for encryption; an hour has 1 MB
)

_MOST_BOXES = 10_000  # before an MP4's index; files that are made to keep us busy have millions

# Names of FFmpeg's decoders. Nothing else is opened, also while a file is probed: no picture is decoded.
_DECODERS = (
    "aac,aac_fixed,aac_latm,alac,flac,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,libvorbis,ac3,eac3,"
    "amrnb,amrwb,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,gsm_ms,pcm_alaw,pcm_mulaw,pcm_u8,pcm_s8,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be"
)
_CAREFUL = {"codec_whitelist": _DECODERS, "protocol_whitelist": "file", "probesize": "5000000"}


class NotSound(Exception):
    """Why a file gives no samples; `why` is a key of `uploaded.WHY`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def sound_of(file: bytes) -> Samples:
    """All samples of a short file. Raises `NotSound`."""
    return as_samples(b"".join(pcm_in(io.BytesIO(file))))


def pcm_in(file: BinaryIO, longest_s: float = LONGEST_S) -> Iterator[bytes]:
    """The sound of a file as 16 kHz mono s16le, in small pieces. Raises `NotSound`, possibly after pieces
    have come: what is longer than `longest_s` is known only then."""
    head = file.read(_HEAD)
    if not head:
        raise NotSound("zero")
    kind = kind_of(head)
    if kind is None:
        raise NotSound("kind")
    if kind == "mov" and _is_encrypted(file):
        raise NotSound("encrypted")
    file.seek(0)
    try:
        with av.open(
            file, "r", format=kind, options=_CAREFUL, metadata_errors="ignore"
        ) as container:
            if not container.streams.audio:
                raise NotSound("no track")
            track = container.streams.audio[0]
            if track.codec_context is None:
                raise NotSound("codec")
            yield from _pieces(container.demux(track), round(longest_s * SAMPLE_RATE))
    except (av.FFmpegError, ValueError, LookupError, EOFError) as error:
        raise NotSound("damaged") from error


def kind_of(head: bytes) -> str | None:
    """FFmpeg's name of the container, by the first bytes; None for anything that is no recording."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    for magic, kind in (
        (b"\x1aE\xdf\xa3", "matroska"),  # WebM is one
        (b"OggS", "ogg"),
        (b"fLaC", "flac"),
        (b"FORM", "aiff"),
        (b"caff", "caf"),
    ):
        if head.startswith(magic):
            return kind
    if head[:3] == b"ID3" and len(head) > 10:
        size = sum((byte & 0x7F) << 7 * (3 - n) for n, byte in enumerate(head[6:10]))
        return kind_of(head[10 + size :]) or "mp3"  # a cover may be larger than what was read
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "mp3" if head[1] & 0x06 else "aac"  # layer 0 is what ADTS has
    return None


def _pieces(packets: Iterable[av.Packet[Any]], longest: int) -> Iterator[bytes]:
    good = bad = length = 0
    resampler, shape = _resampler(), None
    for packet in _until_it_breaks(packets):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            bad += 1
            continue
        for frame in frames:
            if not isinstance(frame, av.AudioFrame):
                raise NotSound("no track")
            _check(frame)
            good += 1
            now = (frame.format.name, frame.layout.name, frame.sample_rate)
            if shape not in (None, now):  # some recorders change in the middle
                resampler = _resampler()
            shape = now
            frame.pts = None  # times that lie would make silence
            pcm = _resampled(resampler, frame)
            length += len(pcm) // 2
            if length > longest:
                raise NotSound("long")
            yield pcm
    if bad > good:
        raise NotSound("damaged")
    if not length:
        raise NotSound("empty")
    yield _resampled(resampler, None)


def _until_it_breaks(packets: Iterable[av.Packet[Any]]) -> Iterator[av.Packet[Any]]:
    """A file that breaks off gives what it has."""
    count = 0
    try:
        for packet in packets:
            count += 1
            yield packet
    except av.FFmpegError:
        if not count:
            raise


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)


def _resampled(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> bytes:
    """What comes out for a frame; for None what the filter still holds."""
    return b"".join(piece.to_ndarray()[0].tobytes() for piece in resampler.resample(frame) if piece)


def _check(frame: av.AudioFrame) -> None:
    if frame.sample_rate not in _RATES:
        raise NotSound("rate")
    if not 1 <= frame.layout.nb_channels <= _MOST_CHANNELS:
        raise NotSound("channels")


def _is_encrypted(file: BinaryIO) -> bool:
    """Whether the sound of an MP4 is (ISO 14496-12, 8.12: a sample entry `enca`; Apple's is `drms`).
    Raises `NotSound` for one whose index is hidden behind more boxes than any recorder writes."""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return False
        size, name = int.from_bytes(head[:4]), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16])
        if name == b"moov":
            file.seek(at)
            index = file.read(min(size or _MOST_INDEX, _MOST_INDEX))
            return b"drms" in index or (b"enca" in index and b"sinf" in index)
        if size < 8:  # 0: up to the end
            return False
        at += size
    raise NotSound("damaged")


def as_samples(pcm: bytes) -> Samples:
    """s16le -> float32, -1..1."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
