"""Encoded packets as the tap copies them, and the little that is read of their bytes."""

from __future__ import annotations

from dataclasses import dataclass

SOUND_RATE = 48_000  # ticks of Opus in RTP a second, whatever it carries (RFC 7587, 4.1)
PICTURE_RATE = 90_000  # ticks of every picture format in RTP a second (RFC 3551, 5)


@dataclass(frozen=True, slots=True)
class SoundPacket:
    """Opus. `data` is empty where it could not be kept; its time counts all the same."""

    data: bytes
    ticks: int  # since the first packet of its stream
    arrived: float  # time.monotonic()
    samples: int  # at SOUND_RATE


@dataclass(frozen=True, slots=True)
class PicturePacket:
    """One VP8 frame."""

    data: bytes
    ticks: int
    arrived: float  # all of it
    begun: float | None  # its first bytes; None: not known
    key: bool


Copied = SoundPacket | PicturePacket


def is_key(vp8: bytes) -> bool:
    """Whether a VP8 frame can be shown without those before it (RFC 6386, 9.1)."""
    return len(vp8) >= 10 and not vp8[0] & 1 and vp8[3:6] == b"\x9d\x01\x2a"


def dimensions(key_frame: bytes) -> tuple[int, int]:
    """Width and height of a VP8 key frame in pixels (RFC 6386, 9.1)."""
    width, height = (int.from_bytes(key_frame[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width, height


# Samples of one frame by the upper five bits of the first byte (RFC 6716, 3.1, table 2).
_SILK = (480, 960, 1920, 2880)
_HYBRID = (480, 960)
_CELT = (120, 240, 480, 960)
_FRAME = (*_SILK * 3, *_HYBRID * 2, *_CELT * 4)


def samples_in(opus: bytes) -> int:
    """Samples at 48 kHz that an Opus packet decodes to; 0 for what is none (RFC 6716, 3.1 and 3.2)."""
    if not opus:
        return 0
    frame = _FRAME[opus[0] >> 3]
    match opus[0] & 3:
        case 0:
            return frame
        case 1 | 2:
            return 2 * frame
        case _:
            return (opus[1] & 0x3F) * frame if len(opus) > 1 else 0
