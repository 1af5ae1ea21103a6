"""Recordings that candidates upload as answers: a file on this disk -> sound -> the words of an answer.

    script thread   takes the file, asks how far it is, cancels
    "uploads"       has a file read, and gives its sound to the ears

Until the whole of it has been read no answer is opened, so a file that is refused leaves the question as
it was. What is to be done lies beside the file, so a restart goes on. From the moment that the ears have
the sound it is an answer like any other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar
from uuid import UUID, uuid4

from services.domain import Answer, Interview, Question
from services.errors import AlreadyAnswered, AppError, InvalidInput, NotFound, StorageError
from services.failures import failure_of
from services.ports import Owner
from services.speech.upload import Upload as Upload  # who shows one needs it
from services.speech.upload import UploadLimits as UploadLimits
from services.speech.upload import UploadState as UploadState
from services.speech.upload_folder import Job, UploadFolder
from services.speech.uploaded import Cancelled, read_recording
from services.spoken_answers import SpokenAnswers
from services.storage.files import storage_failure

AGAIN_S = 3.0  # between two tries while the database or the disk refuses
_READERS = 2  # files that are read at the same time
_PATIENCE_S = 10.0  # that deleting waits for a reader, which is ended at once
T = TypeVar("T")


class Uploads:
    """Process-wide; any thread may call."""

    def __init__(
        self,
        spoken: SpokenAnswers,
        interview: Callable[[Owner, UUID], Interview],
        folder: Path,
        limits: UploadLimits,
        *,
        again_s: float = AGAIN_S,
    ) -> None:
        """`folder` is this process's own; what an earlier run left there is gone on with."""
        self.limits = limits
        self._again_s = again_s
        self._spoken = spoken
        self._interview = interview
        self._files = UploadFolder(folder)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._moves = threading.Lock()  # held while the work of a guest moves into an account
        self._thread = ThreadPoolExecutor(_READERS, thread_name_prefix="uploads")
        self._jobs = {job.id: job for job in self._files.left()}
        for job in tuple(self._jobs.values()):  # one that is over at once takes itself out
            self._thread.submit(failure_of, self._work, job)

    # --- script threads -------------------------------------------------------------------

    def begin(
        self, owner: Owner, interview: Interview, question: Question, file: BinaryIO, size: int
    ) -> None:
        """Take a file of `size` bytes as the answer, or as what follows the sound so far.

        Returns once it is on this disk. Raises `InvalidInput` for one that is too large or comes while
        others are read, and `StorageError`.
        """
        if size > self.limits.most_mb * 1_000_000:
            raise InvalidInput(
                "recording",
                f"This file has {size / 1_000_000:,.0f} MB; {self.limits.most_mb} MB fit.",
                "Save its sound alone, as MP3 or M4A: an hour has about 60 MB.",
            )
        if not self._spoken.room():
            raise InvalidInput(
                "recording",
                "This server has no room for more sound just now.",
                "Type your answer, or try again in some minutes.",
            )
        job = Job(uuid4(), owner, interview.id, question.id)
        self._admit(job)
        try:
            self._files.take(job, file, self.limits.most_mb * 1_000_000)
            with self._lock:
                if job.id not in self._jobs:  # in another tab, or with the question
                    raise InvalidInput("recording", "This upload was cancelled.")
                self._files.note(job)
                self._thread.submit(failure_of, self._work, job)
        except OSError as failure:
            self._drop(job)
            raise storage_failure(failure) from failure
        except BaseException:  # the run of the script was cut off
            self._drop(job)
            raise

    def of(self, owner: Owner, question_id: UUID) -> Upload | None:
        """The upload of this candidate to this question; None once its sound is in the answer."""
        with self._lock:
            job = self._find(owner, question_id)
        if job is None or _answer_is_given(job):
            return None
        begun = job.began_at is not None
        if job.problem is not None:
            return Upload(UploadState.FAILED, problem=job.problem, begun=begun)
        return Upload(UploadState.READING, self._files.read_s(job), begun=begun, waits=job.waits)

    def left_out(self, owner: Owner, answer: Answer) -> AppError | None:
        """Why the rest of a recording is not in this answer, which was finished while it was added."""
        with self._lock:
            job = self._find(owner, answer.question_id)
        return job.problem if job is not None and job.answer_id == answer.id else None

    def cancel(self, owner: Owner, question_id: UUID) -> None:
        """Nobody wants this one any more, or its problem has been read. Sound that the ears have stays."""
        with self._lock:
            job = self._find(owner, question_id)
            if job is not None and (job.began_at is None or job.problem is not None):
                self._end(job)

    def forget(self, owner: Owner, interview_id: UUID | None = None) -> None:
        """Nothing of this candidate (in this interview) is wanted any more. Returns when no reader of it
        is left."""
        with self._lock:
            jobs = [job for job in self._jobs.values() if job.owner == owner]
            jobs = [job for job in jobs if interview_id in (None, job.interview_id)]
            for job in jobs:
                self._end(job)
        for job in jobs:
            job.over.wait(_PATIENCE_S)

    @contextmanager
    def moving(self, guest: Owner, account: Owner) -> Iterator[None]:
        """While it moves what a guest has into an account, the uploads wait, and then follow."""
        with self._moves:
            yield
            with self._lock:
                for job in self._jobs.values():
                    if job.owner == guest:
                        job.owner = account
                        if self._files.noted(job):  # or else it is about to be
                            failure_of(self._files.note, job)

    def shutdown(self) -> None:
        """Stop the threads; the next start goes on."""
        self._stopping.set()
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stop.set()
        self._thread.shutdown(wait=True)

    # --- "uploads" ------------------------------------------------------------------------

    def _work(self, job: Job) -> None:
        with self._lock:
            if job.stop.is_set():
                return
            job.over.clear()
        try:
            self._carry_out(job)
        except (Cancelled, NotFound):  # unwanted, or its interview was deleted meanwhile
            pass
        except AlreadyAnswered as error:
            if job.began_at is not None:  # or else what was answered elsewhere is on the screen
                job.problem = error
        except AppError as error:
            job.problem = error
        except BaseException:
            job.problem = InvalidInput(
                "recording", "This recording could not be taken.", "Try again, or type your answer."
            )
            raise
        finally:
            if job.id not in self._jobs or not self._stopping.is_set():
                self._drop(job, keep=job.problem is not None)
            job.over.set()

    def _carry_out(self, job: Job) -> None:
        sound = self._files.sound(job)
        if job.began_at is None:
            read_recording(self._files.file(job), sound, self.limits.longest_s, job.stop)

        def began(answer_id: UUID, at: int) -> None:
            with self._lock:
                if job.stop.is_set():
                    raise Cancelled
                job.answer_id, job.began_at, job.waits = answer_id, at, None
                try:
                    self._files.note(job)
                except OSError as failure:
                    job.answer_id = job.began_at = None
                    raise storage_failure(failure) from failure

        def hear(owner: Owner) -> None:
            self._spoken.hear_file(
                *(owner, self._question(job, owner), sound, job.stop),
                began_at=job.began_at,
                began=began,
            )

        try:
            self._when_there(job, hear)
        except AlreadyAnswered:
            if job.began_at is None:
                raise
            if not self._when_there(job, lambda owner: self._all_is_in(job, owner)):
                raise AlreadyAnswered(
                    "This answer was finished before all of your recording had been added to it.",
                    "The rest was not added.",
                ) from None

    def _question(self, job: Job, owner: Owner) -> Question:
        interview = self._interview(owner, job.interview_id)
        found = next((q for q in interview.questions if q.id == job.question_id), None)
        if found is None:
            raise AlreadyAnswered("This question is not asked any more.", "Answer the next one.")
        return found

    def _all_is_in(self, job: Job, owner: Owner) -> bool:
        """Whether the answer has all of this sound: an earlier run had given it."""
        if job.began_at is None or job.answer_id is None:
            return False
        end = job.began_at + self._files.samples(job)
        return self._spoken.samples_of(owner, job.answer_id) >= end

    def _when_there(self, job: Job, work: Callable[[Owner], T]) -> T:
        """Once the database and the disk are, and for whoever owns it by then."""
        while True:
            owner = job.owner
            try:
                return work(owner)
            except NotFound:
                with self._moves:  # perhaps a guest signs in this very moment
                    if job.owner == owner:
                        raise
            except StorageError as error:
                job.waits = error
                if job.stop.wait(self._again_s):
                    raise Cancelled from None

    # --- any thread -----------------------------------------------------------------------

    def _admit(self, job: Job) -> None:
        with self._lock:
            busy = {one.owner for one in self._jobs.values() if one.problem is None}
            if job.owner in busy:
                raise InvalidInput(
                    "recording",
                    "Another recording of yours is being read.",
                    "Wait until it is done, or cancel it.",
                )
            if len(busy) >= self.limits.at_once:
                raise InvalidInput(
                    "recording",
                    "Recordings of others are being read just now.",
                    "Try again in a minute.",
                )
            for one in [one for one in self._jobs.values() if one.owner == job.owner]:
                self._end(one)  # whose problem was not looked at
            self._jobs[job.id] = job

    def _find(self, owner: Owner, question_id: UUID) -> Job | None:
        """The newest; call with the lock."""
        mine = (job for job in reversed(self._jobs.values()) if job.owner == owner)
        return next((job for job in mine if job.question_id == question_id), None)

    def _end(self, job: Job) -> None:
        """Nothing of it is left but its thread, which stops; call with the lock."""
        del self._jobs[job.id]
        job.stop.set()
        self._files.remove(job)

    def _drop(self, job: Job, *, keep: bool = False) -> None:
        """Its files go; `keep`: its problem is still to be read."""
        with self._lock:
            if not keep:
                self._jobs.pop(job.id, None)
            self._files.remove(job)


def _answer_is_given(job: Job) -> bool:
    """Whether its problem is told with the answer, which takes no more: see `left_out`."""
    return isinstance(job.problem, AlreadyAnswered)
