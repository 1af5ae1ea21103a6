"""Looking back at interviews: the history, what was said in one and how it was rated, recordings, trends.

What is asked of the past may change it too: a rating is made anew, an interview is gone on with or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.afterwards import Afterwards
from services.coaches import Coaches
from services.delivery.figures import kept_delivery
from services.domain import (
    Answer,
    Attempt,
    Delivery,
    InterviewSummary,
    Look,
    Progress,
    QuestionAttempts,
    Rating,
    Recording,
    Review,
    Turn,
    Video,
)
from services.errors import NotFound
from services.judging import Judging
from services.ports import Owner
from services.progress import progress
from services.storage.clock import utc_now
from services.storage.store import Store
from services.uploads import Uploads
from services.veil import ASKED_FOR


class LookingBack:
    """Every method is called on a script thread, and those of recordings also on threads of the server."""

    def __init__(
        self,
        store: Store,
        coaches: Coaches,
        afterwards: Afterwards,
        judging: Judging,
        uploads: Uploads,
    ) -> None:
        self._store = store
        self._coaches = coaches
        self._afterwards = afterwards
        self._judging = judging
        self._uploads = uploads
        self._keeping = afterwards.keeping

    def review(self, owner: Owner, interview_id: UUID) -> Review:
        return self._store.review(owner, interview_id)

    def look(self, owner: Owner, interview_id: UUID) -> Look:
        """The same with what candidate and mentors said of it, and how it sounded. Raises `NotFound`."""
        return self._store.look(owner, interview_id)

    def history(self, owner: Owner, limit: int, offset: int) -> tuple[InterviewSummary, ...]:
        return self._store.summaries(owner, limit, offset)

    def newest(self, owner: Owner, limit: int) -> tuple[tuple[InterviewSummary, ...], int]:
        """The first page of the history, and how many interviews there are in all."""
        return self._store.newest(owner, limit)

    def count(self, owner: Owner) -> int:
        return self._store.count_interviews(owner)

    def reopen(self, owner: Owner, interview_id: UUID) -> None:
        """Go on with an ended interview that has questions left (ending by mistake costs nothing)."""
        self._store.reopen_interview(owner, interview_id)

    def delete(self, owner: Owner, interview_id: UUID) -> None:
        """Delete an interview with its answers, ratings, sound and anything still being heard or read."""
        self._uploads.forget(owner, interview_id)
        for answer_id in self._store.answer_ids(owner, interview_id):
            self._afterwards.drop(answer_id)
        removals = self._keeping.removals
        planned = removals.plan_interview(owner, interview_id)
        self._store.delete_interview(owner, interview_id)
        removals.carry_out((planned,))

    # --- attempts -------------------------------------------------------------------------

    def attempts(self, owner: Owner, question_id: UUID) -> tuple[Attempt, ...]:
        """All that was submitted to a question, the first one first, each with its latest rating. Raises
        `NotFound`."""
        return self.tried(owner, question_id).attempts

    def tried(self, owner: Owner, question_id: UUID) -> QuestionAttempts:
        """The same with the question and the set-up of its interview."""
        return self._store.attempts(owner, question_id)

    def let_count(self, owner: Owner, answer_id: UUID, instead_of: UUID) -> None:
        """Let this attempt count from now on. Raises `AlreadyAnswered` when another one than `instead_of`
        counts by now."""
        self._store.let_count(owner, answer_id, instead_of)

    # --- ratings --------------------------------------------------------------------------

    def rate_again(self, owner: Owner, answer_id: UUID) -> None:
        """Rate a submitted answer once more; the old rating is kept beside the new one."""
        answer = self._store.answer(owner, answer_id)
        if answer.given and answer.text.strip():
            self._judging.now(owner, answer.id)

    def earlier_ratings(self, owner: Owner, answer_id: UUID) -> tuple[Rating, ...]:
        """Ratings that a newer one has taken the place of, newest first."""
        return self._store.earlier_ratings(owner, answer_id)

    def talk(
        self, owner: Owner, answer_id: UUID, rating: Rating, turns: tuple[Turn, ...]
    ) -> Iterator[str]:
        """Ask the coach about a rating; its reply in pieces. Raises a `LanguageModelError`."""
        submission = self._judging.submission(owner, answer_id)
        return self._coaches.of(owner).talk(submission, rating, turns)

    def progress(self, owner: Owner) -> Progress:
        return progress(self._store, owner, asked_since=utc_now() - ASKED_FOR)

    # --- delivery -------------------------------------------------------------------------

    def delivery(self, owner: Owner, answer: Answer, language: str) -> Delivery | None:
        """How it was said; None where it has no words with times. `language` is the interview's."""
        return kept_delivery(self._store, owner, answer, language)

    # --- recordings -----------------------------------------------------------------------

    def recording(self, owner: Owner, answer: Answer) -> bytes:
        """The kept sound of an answer, as a file of its `recording.media_type`."""
        return b"".join(self._keeping.sound(owner, _recorded(answer)))

    def recording_url(self, owner: Owner, answer: Answer) -> str:
        """Where a browser gets the recording by itself, for some minutes; empty: only from us."""
        return self._keeping.url(owner, _recorded(answer).key)

    def recorded(self, owner: Owner, answer_id: UUID) -> Recording:
        """What is kept of the sound of this answer. Raises `NotFound`, also for somebody else's."""
        return _recorded(self._store.answer(owner, answer_id))

    def recorded_sound(
        self, owner: Owner, recording: Recording, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """Bytes `start` up to `end` of a recording, in pieces. Raises `NotFound` before the first."""
        return self._keeping.sound(owner, recording, start, end)

    # --- videos ---------------------------------------------------------------------------

    def video_url(self, owner: Owner, answer: Answer) -> str:
        """Where a browser gets the video by itself, for some minutes; empty: only from us."""
        return self._keeping.url(owner, _filmed(answer).key)

    def thumbnail_url(self, owner: Owner, answer: Answer) -> str:
        """The same for the still of it."""
        return self._keeping.url(owner, _still(answer))

    def video(self, owner: Owner, answer: Answer) -> bytes:
        """All of the video of an answer, as a file of its `video.media_type`."""
        return b"".join(self._keeping.pieces(owner, _filmed(answer).key))

    def thumbnail(self, owner: Owner, answer: Answer) -> bytes:
        """The still of it, a JPEG."""
        return b"".join(self._keeping.pieces(owner, _still(answer)))

    def still(self, owner: Owner, answer_id: UUID) -> bytes:
        """The same of the answer of this id. Raises `NotFound`, also for somebody else's."""
        return self.thumbnail(owner, self._store.answer(owner, answer_id))

    def kept_video(self, owner: Owner, answer_id: UUID) -> Video:
        """What is kept of the picture of this answer. Raises `NotFound`, also for somebody else's."""
        return _filmed(self._store.answer(owner, answer_id))

    def recorded_video(
        self, owner: Owner, video: Video, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """Bytes `start` up to `end` of a video, in pieces. Raises `NotFound` before the first."""
        return self._keeping.pieces(owner, video.key, start, end)


def _recorded(answer: Answer) -> Recording:
    if answer.recording is None:
        raise NotFound("There is no recording of this answer.", "It may have been deleted.")
    return answer.recording


def _filmed(answer: Answer) -> Video:
    if answer.video is None:
        raise NotFound("There is no video of this answer.", "It may have been deleted.")
    return answer.video


def _still(answer: Answer) -> str:
    if not _filmed(answer).thumbnail_key:
        raise NotFound("There is no picture of this video.", "The video itself can be played.")
    return _filmed(answer).thumbnail_key
