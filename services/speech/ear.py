"""One answer on the ear thread: its sound goes to the spool, and from there through the detector.

The detector reads what the spool holds, behind the writer. So sound that arrives live, a finished
recording and what a killed server left behind take one path, and a backlog costs no memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from services.domain import Segment
from services.ports import SAMPLE_RATE, Samples
from services.speech.live_transcript import LiveTranscript
from services.speech.segmenter import STEP, Segmenter, Utterance
from services.speech.sound import Piece, Resampler, loudness
from services.speech.spool import Spool
from services.speech.voice_activity import VoiceActivity

_SLICE = 64  # steps (2 s of sound, about 3 ms of CPU) before the next answer gets its turn
_WARM_UP = 32 * STEP  # the detector hears a second from before the place where it starts
_METER = SAMPLE_RATE // 5  # samples that the level is taken over
_NO_SOUND = np.zeros(0, np.float32)


class Ear:
    """Owned by the ear thread. The workers read what is public and set `language` once, when it is found."""

    def __init__(
        self,
        live: LiveTranscript,
        spool: Spool,
        settled: Sequence[Segment],
        *,
        prompt: str,
        language: str,
        live_words: bool,
    ) -> None:
        """`language` empty: to be found. `live_words` False: nobody waits for the words right now."""
        self.live = live
        self.spool = spool
        self.prompt = prompt
        self.language = language
        self.live_words = live_words
        # Both are replaced as a whole, so other threads may read them.
        self.open: Utterance | None = None  # what is being said
        self.closing: Utterance | None = None  # the same as it will be kept if nothing follows
        self._ended = False  # no more sound comes
        self._said = False
        self._resampler: Resampler | None = None
        self._source: int | None = None
        self._recent = _NO_SOUND
        # What is not covered by settled words is listened to, again if need be: (start, end) in
        # samples, the last one open. Each stretch has a detector and a segmenter of its own.
        self._stretches = deque(_uncovered(settled, spool.length))
        self._segmenter = Segmenter(0)
        self._begin()
        self._report()

    # --- sound comes in -------------------------------------------------------------------

    def take(self, sound: Piece | bytes) -> None:
        """Keep a piece of sound."""
        if isinstance(sound, bytes):
            self._keep(sound)
            return
        if self._source is not None and sound.source != self._source:
            # Another microphone, or the same one after a reload: words do not run across.
            self._rest_of_filter()
            self.rest()
        self._source = sound.source
        if self._resampler is None or not self._resampler.fits(sound):
            self._rest_of_filter()
            self._resampler = Resampler(sound)
        self._keep(self._resampler.pcm(sound))

    def rest(self) -> None:
        """Nothing comes for a while: let the open utterance end here."""
        here = self.spool.length
        start, _ = self._stretches[-1]
        if here > start:
            self._stretches[-1] = (start, here)
            self._stretches.append((here, None))

    def end(self) -> None:
        """Nothing comes any more."""
        self._rest_of_filter()
        self.rest()
        self._ended = True

    # --- speech is found ------------------------------------------------------------------

    @property
    def behind(self) -> bool:
        """Is there sound that the detector can take now?"""
        _, end = self._stretches[0]
        return end is not None or self.spool.length - self._at >= STEP

    def walk(self) -> list[Utterance]:
        """Listen to the next slice of kept sound; return the utterances that ended in it."""
        _, end = self._stretches[0]
        limit = self.spool.length if end is None else end
        samples = self.spool.read(self._at, min(self._at + _SLICE * STEP, limit))
        whole = len(samples) // STEP * STEP
        ended = self._listen(samples[:whole])
        self._at += whole
        if end is not None and end - self._at < STEP:
            if end > self._at:
                tail = self.spool.read(self._at, end)
                ended += self._listen(np.pad(tail, (0, STEP - len(tail))))
            ended += self._segmenter.flush()
            self._stretches.popleft()
            self._begin()
            # The last step was filled up with silence that does not exist.
            ended = [Utterance(u.start, min(u.end, end), u.speech) for u in ended]
        self.open, self.closing = self._segmenter.open, self._segmenter.closing
        self._report()
        return ended

    def heard_all(self) -> bool:
        """After `end`: has the detector taken everything? True once, the first time it is so."""
        if self._said or not self._ended or self.behind:
            return False
        self._said = True
        return True

    @property
    def needed_from(self) -> int:
        """First sample that may still be read to find or sketch an utterance."""
        return min(self._at, self._segmenter.floor)

    def _listen(self, samples: Samples) -> list[Utterance]:
        if not len(samples):
            return []
        loud = np.sqrt(np.mean(np.square(samples.reshape(-1, STEP)), axis=1))
        return self._segmenter.hear(self._detector.hear(samples), loud)

    def _begin(self) -> None:
        """Start on the stretch that is now the first."""
        self._at, _ = self._stretches[0]
        self._segmenter = Segmenter(self._at, self._segmenter.gap)
        self._detector = VoiceActivity()
        before = self.spool.read(max(0, self._at - _WARM_UP), self._at)
        whole = len(before) // STEP * STEP
        if whole:
            self._detector.hear(before[-whole:])

    def _keep(self, pcm: bytes) -> None:
        self.spool.append(pcm)
        latest = np.frombuffer(pcm[-2 * _METER :], "<i2").astype(np.float32) / 32768
        self._recent = np.concatenate([self._recent, latest])[-_METER:]
        self._report()

    def _rest_of_filter(self) -> None:
        if self._resampler is not None:
            self._keep(self._resampler.rest())
            self._resampler = None

    def _report(self) -> None:
        trouble = self.spool.trouble
        self.live.kept(
            self.spool.length,
            loudness(self._recent),
            str(trouble) if trouble else "",
            speaking=self.open is not None,
        )


def _uncovered(settled: Sequence[Segment], length: int) -> list[tuple[int, int | None]]:
    """Stretches of an answer without settled words, the last one open-ended."""
    stretches: list[tuple[int, int | None]] = []
    at = 0
    for segment in sorted(settled, key=lambda s: s.start):
        start = min(length, round(segment.start * SAMPLE_RATE))
        if start > at:
            stretches.append((at, start))
        at = max(at, min(length, round(segment.end * SAMPLE_RATE)))
    return [*stretches, (at, None)]
