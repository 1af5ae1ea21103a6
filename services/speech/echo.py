"""Three seconds of somebody's sound, to be played back to them and put into words once; kept nowhere."""

from __future__ import annotations

import io
import threading
import wave

import av
import numpy as np

from services.domain import AUTO
from services.ports import SAMPLE_RATE, Passage, Samples, SpeechEngine
from services.speech.languages import together
from services.speech.sound import Piece, Resampler, loudness, pcm_of
from services.speech.sound_file import as_samples

SILENT = 0.2  # of loudness, -48 dBFS: even a soft voice a metre away is louder
_ONE_AT_A_TIME = threading.Lock()  # taken on script threads
_STEP = SAMPLE_RATE // 10  # samples; the loudest tenth of a second counts


class Echo:
    """`hear` is called on the server's event loop, everything else on script threads. What they share is
    replaced as a whole or only grows."""

    SECONDS = 3.0

    def __init__(self) -> None:
        self.arrived = False  # sound has come through the connection
        self._pieces: list[Piece] | None = None  # None: nobody asked for any
        self._seconds = 0.0

    def hear(self, frame: av.AudioFrame) -> None:
        """Must stay far below a millisecond."""
        if not frame.samples:
            return
        self.arrived = True
        pieces = self._pieces
        if pieces is not None and self._seconds < self.SECONDS:
            pieces.append(Piece.of(0, frame))
            self._seconds += frame.samples / frame.sample_rate

    def begin(self) -> None:
        """Take the next three seconds; what was there is forgotten."""
        self._seconds = 0.0
        self._pieces = []

    @property
    def taking(self) -> bool:
        return self._pieces is not None and self._seconds < self.SECONDS

    @property
    def whole(self) -> bool:
        """Three seconds are here."""
        return self._pieces is not None and self._seconds >= self.SECONDS

    @property
    def left_s(self) -> float:
        """Seconds that are still to come."""
        return max(0.0, self.SECONDS - self._seconds)

    def samples(self) -> Samples:
        """What was taken, 16 kHz mono."""
        pcm, resampler = b"", None
        for piece in tuple(self._pieces or ()):
            if resampler is None or not resampler.fits(piece):
                resampler = Resampler(piece)
            pcm += resampler.pcm(piece)
        return as_samples(pcm)


def is_silent(samples: Samples) -> bool:
    """Whether nobody can have spoken."""
    steps = (samples[at : at + _STEP] for at in range(0, len(samples), _STEP))
    return max((loudness(step) for step in steps), default=0.0) < SILENT


def words_of(engine: SpeechEngine, samples: Samples, language: str) -> str:
    """What the speech model hears. `language` AUTO: it finds it out. Blocks for about a second, and while
    somebody else's is heard: trials must not crowd out answers. Raises `TranscriptionFailed`."""
    known = engine.languages
    with _ONE_AT_A_TIME:
        if len(known) == 1:
            (language,) = known
        elif language == AUTO:
            language, _ = engine.language_of(samples)
        (settled,) = engine.settle((Passage(samples.astype(np.float32), language),))
    return together((word.text.strip() for word in settled.words), language).strip()


def wav_of(samples: Samples) -> bytes:
    """As browsers play it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(pcm_of(samples))
    return file.getvalue()
