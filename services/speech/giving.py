"""Gives the sound of a file to the ears: no faster than it is kept, and until all of it is on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from services.errors import AlreadyAnswered, StorageError
from services.ports import SAMPLE_RATE, Samples
from services.speech.ears import Ears
from services.speech.live_transcript import LiveTranscript
from services.speech.sound_file import as_samples
from services.speech.uploaded import Cancelled
from services.storage.files import storage_failure
from services.storage.spooled import samples_in

_STEP = 10 * SAMPLE_RATE  # samples of a file that are handed over at once
_AHEAD = 60 * SAMPLE_RATE  # samples that may wait in memory to be kept
_SAMPLE_BYTES = 2  # s16


@dataclass(slots=True)
class Giving:
    """A file of 16 kHz mono s16le whose first sample is number `began_at` of an answer. One thread's."""

    ears: Ears
    live: LiveTranscript
    sound: Path
    began_at: int
    stop: Event
    _sent: int = 0  # samples of the answer that the ears have or are about to get

    def all(self) -> None:
        """Give what the ears have not got, and return when the answer's spool holds all of it.

        Raises `AlreadyAnswered` when the answer was finished elsewhere meanwhile, `StorageError` (done
        again it goes on, and no sound comes twice) and `Cancelled` once `stop` is set.
        """
        self._sent = self._heard()
        for piece in self._pieces(max(0, self._sent - self.began_at)):
            self._until_kept(self._sent + len(piece) - _AHEAD)
            self.live.hear_samples(piece)
            self._sent += len(piece)
        self._until_kept(self._sent)

    def _pieces(self, first: int) -> Iterator[Samples]:
        with self.sound.open("rb") as file:
            file.seek(first * _SAMPLE_BYTES)
            while pcm := file.read(_STEP * _SAMPLE_BYTES):
                yield as_samples(pcm)

    def _heard(self) -> int:
        return round(self.live.snapshot().seconds * SAMPLE_RATE)

    def _until_heard(self, samples: int) -> None:
        while self._heard() < samples:
            if self.live.ending:
                raise _finished_elsewhere()
            if self.ears.get(self.live.answer_id) is not self.live:
                raise StorageError(
                    "This answer is not listened to here.", "It goes on in a moment."
                )
            if self.stop.wait(0.01):
                raise Cancelled

    def _until_kept(self, samples: int) -> None:
        """What the ears have may be only in their memory, and goes from there when it is words."""
        self._until_heard(samples)
        kept = samples_in(self.ears.spool_path(self.live.answer_id))
        if kept >= samples:
            return
        if self.live.ending:  # its spool may be gone by now: all of it is kept elsewhere
            raise _finished_elsewhere()
        try:
            self._write(max(kept, self.began_at), samples)
        except OSError as failure:
            self._until_heard(self._sent)  # so that whoever goes on knows what is theirs already
            raise storage_failure(failure) from failure

    def _write(self, first: int, end: int) -> None:
        """Samples that the disk refused to the ears, to where they would have written them."""
        spool = self.ears.spool_path(self.live.answer_id)
        handle = os.open(spool, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as out, self.sound.open("rb") as file:
            out.seek(first * _SAMPLE_BYTES)
            file.seek((first - self.began_at) * _SAMPLE_BYTES)
            while first < end and (pcm := file.read(min(_STEP, end - first) * _SAMPLE_BYTES)):
                out.write(pcm)
                first += len(pcm) // _SAMPLE_BYTES


def _finished_elsewhere() -> AlreadyAnswered:
    return AlreadyAnswered("This question was answered elsewhere.", "The rest was not added.")
