"""Decoded frames encoded anew, for connections whose packets cannot be copied: another codec than VP8, or an
aiortc that we do not know. Costs some fifteen times as much."""

from __future__ import annotations

import threading
from collections import deque
from fractions import Fraction

import av

from services.failures import failure_of
from services.video.packets import PICTURE_RATE, SOUND_RATE
from services.video.recording import KEY_EVERY, Recording

RATE = 15  # pictures a second
WIDTH = 640  # pixels at most
_WAITING = 14_000_000  # bytes of pictures that may wait for the encoder, 30 of 640x480; the next are left out
_SOUNDS = 1500  # 30 s of sound frames
_IDLE = 10.0  # s without a frame: the thread ends
_FRAME = 960  # samples of an Opus packet


class Encoding:
    """Frames come on the event loop and are only queued there; one thread encodes, as long as they come."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._changed = threading.Condition()
        self._frames: deque[av.VideoFrame | av.AudioFrame] = deque()
        self._bytes = 0  # of the pictures among them
        self._thread: threading.Thread | None = None
        # Of the encoder thread.
        self._resampler: av.AudioResampler | None = None
        self._sound: av.AudioCodecContext | None = None
        self._picture: av.VideoCodecContext | None = None
        self._next = 0  # ticks at which the next picture is due
        self._heard, self._seen = 0, 0  # ticks of the last frames

    def take(self, frame: av.VideoFrame | av.AudioFrame) -> None:
        """Queue a frame as aiortc decoded it: its `pts` count RTP's ticks."""
        if self._recording.closed or frame.pts is None:
            return
        with self._changed:
            size = _bytes_of(frame)
            if len(self._frames) >= _SOUNDS or (
                size and self._bytes and self._bytes + size > _WAITING
            ):
                return
            self._frames.append(frame)
            self._bytes += size
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="video-encoder", daemon=True)
                self._thread.start()
            self._changed.notify()

    # --- encoder thread -------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: bool(self._frames), _IDLE):
                    self._thread = None
                    return
                frame = self._frames.popleft()
                self._bytes -= _bytes_of(frame)
            failure_of(self.encode, frame)

    def encode(self, frame: av.VideoFrame | av.AudioFrame) -> None:
        """A frame becomes packets of the recording."""
        if isinstance(frame, av.AudioFrame):
            self._hear(frame)
        else:
            self._see(frame)

    def _hear(self, frame: av.AudioFrame) -> None:
        ticks = frame.pts or 0
        if (
            self._resampler is None or ticks < self._heard
        ):  # another connection: its clock begins anew
            self._resampler = av.AudioResampler("s16", "stereo", SOUND_RATE, _FRAME)
        self._heard = ticks
        for piece in self._resampler.resample(frame):
            if self._sound is None:
                self._sound = av.AudioCodecContext.create("libopus", "w")
                self._sound.sample_rate, self._sound.layout = SOUND_RATE, piece.layout
                self._sound.format, self._sound.bit_rate = piece.format, 32_000
                self._sound.time_base = Fraction(1, SOUND_RATE)
            for packet in self._sound.encode(piece):
                self._recording.sound_packet(bytes(packet), piece.pts or 0)

    def _see(self, frame: av.VideoFrame) -> None:
        ticks = frame.pts or 0
        if ticks < self._seen:  # another connection
            self._next, self._picture = 0, None
        self._seen = ticks
        if ticks < self._next:
            return
        self._next = max(self._next, ticks - PICTURE_RATE // RATE) + PICTURE_RATE // RATE * 9 // 10
        scale = min(1.0, WIDTH / max(frame.width, frame.height))
        width, height = (
            max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height)
        )
        small = frame.reformat(width=width, height=height, format="yuv420p")
        small.pts, small.time_base = ticks, Fraction(1, PICTURE_RATE)
        if self._picture is None or (self._picture.width, self._picture.height) != (width, height):
            self._picture = _picture_encoder(width, height)
        for packet in self._picture.encode(small):
            self._recording.picture_packet(bytes(packet), ticks)


def _bytes_of(frame: av.VideoFrame | av.AudioFrame) -> int:
    """That a picture holds (three bytes for two pixels of YUV 4:2:0); 0 for sound."""
    return frame.width * frame.height * 3 // 2 if isinstance(frame, av.VideoFrame) else 0


def _picture_encoder(width: int, height: int) -> av.VideoCodecContext:
    encoder = av.VideoCodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, PICTURE_RATE)
    encoder.framerate = Fraction(RATE)
    encoder.bit_rate, encoder.gop_size = 450_000, round(KEY_EVERY * RATE)
    encoder.thread_count = 1
    # No frame may wait for later ones: its packet is told by its time.
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    return encoder
