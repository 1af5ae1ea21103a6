"""Showing one interview to a mentor by a link, what the mentor says of it, and what candidates say themselves.

The secret of a link is in its address only. Whoever has it sees this interview as far as it was included
and may write notes to it, nothing else: who it is of is looked up by the secret's hash, and everything is
then read and written as that candidate. Expired, revoked, deleted and guessed links are the same `NotFound`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from datetime import timedelta
from uuid import UUID, uuid4

from services.accounts.secret import fingerprint, new_secret
from services.accounts.throttle import LINKS, Throttle
from services.delivery.figures import kept_delivery
from services.domain import (
    MOST_SHARES,
    SHARE_DAYS,
    Answer,
    AnswerState,
    Delivery,
    MentorNote,
    Rating,
    Recording,
    Review,
    ReviewedQuestion,
    SelfRating,
    Share,
    Shared,
    SharedAnswer,
    SharedQuestion,
    SharePart,
    Video,
    Views,
)
from services.errors import InvalidInput, NotFound
from services.keeping import Keeping
from services.mentor_words import known_levels, mentor_name, note_text
from services.ports import Owner
from services.storage.clock import Clock, utc_now
from services.storage.sharing import LOOKED, Key, new_note
from services.storage.store import Store
from services.veil import ASKED_FOR
from services.wordless import delivery_without_words, rating_without_words

_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)

Pieces = Callable[[int, int | None], Iterator[bytes]]  # bytes from a first one up to an end


class Sharing:
    """Any thread may call."""

    def __init__(
        self, store: Store, throttle: Throttle, keeping: Keeping, now: Clock = utc_now
    ) -> None:
        self._store = store
        self._throttle = throttle
        self._keeping = keeping
        self._now = now

    # --- the candidate --------------------------------------------------------------------

    def share(
        self, owner: Owner, interview_id: UUID, name: str, days: int, parts: Collection[SharePart]
    ) -> tuple[Share, str]:
        """A new link and its secret, which cannot be had again. Raises `NotFound`, `InvalidInput`."""
        if days not in SHARE_DAYS:
            raise InvalidInput("days", "A link works for 1, 7 or 30 days.")
        now, secret = self._now(), new_secret()
        share = Share(
            id=uuid4(),
            interview_id=interview_id,
            name=mentor_name(name, "Whom is the link for? A first name will do."),
            includes=tuple(part for part in SharePart if part in parts),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        if not self._store.add_share(owner, interview_id, share, fingerprint(secret), MOST_SHARES):
            raise InvalidInput(
                "name",
                f"There are {MOST_SHARES} links to this interview already.",
                "End one that is not needed any more.",
            )
        return share, secret

    def shares(self, owner: Owner, interview_id: UUID) -> tuple[Share, ...]:
        """All links of an interview, newest first, also those that work no more. Raises `NotFound`."""
        return self._store.shares(owner, interview_id)

    def works(self, share: Share) -> bool:
        return share.works(self._now())

    def revoke(self, owner: Owner, share_id: UUID) -> None:
        """The link opens nothing from now on; what was said by it stays. Raises `NotFound`."""
        self._store.revoke_share(owner, share_id, self._now())

    def forget_note(self, owner: Owner, note_id: UUID) -> None:
        self._store.forget_mentor_note(owner, note_id)

    def rate_self(self, owner: Owner, answer_id: UUID, levels: Mapping[str, int]) -> None:
        """Keep what candidates think of an answer of theirs. Raises `NotFound`, `InvalidInput`."""
        answer = self._store.answer(owner, answer_id)
        interview = self._store.interview(owner, answer.interview_id)
        asked = next(q for q in interview.questions if q.id == answer.question_id)
        given = known_levels(levels, {criterion.id for criterion in asked.rubric.criteria})
        if not given:
            raise InvalidInput("levels", "Choose a level first.")
        rating = SelfRating(answer_id=answer_id, levels=given, rated_at=self._now())
        self._store.keep_self_rating(owner, answer_id, rating)

    def skip_self(self, owner: Owner, answer_ids: Collection[UUID]) -> None:
        """They do not want to rate these answers, in this tab or another; what they rated stays."""
        self._store.skip_self_ratings(owner, answer_ids, self._now())

    def kept_back(self, owner: Owner, skipped: Set[UUID]) -> frozenset[UUID]:
        """Interviews whose figure stays out of sight until their candidate rated an answer in them, or
        skipped it (see `services.veil`)."""
        unrated = self._store.unrated_by_self(owner, self._now() - ASKED_FOR)
        return frozenset(place for answer, place in unrated.items() if answer not in skipped)

    def views(self, owner: Owner, interview_id: UUID) -> Views:
        """What candidate and mentors said about an interview. Raises `NotFound`."""
        return self._store.views(owner, interview_id)

    # --- whoever has the link -------------------------------------------------------------

    def open(self, secret: str, address: str = "") -> Shared:
        """What a link shows now. `address` is where it is asked from; empty: unknown, it cannot be
        counted. Raises `NotFound`, `TooManyAttempts`."""
        key = self._key(secret, address)
        share, review, notes = self._store.shown_by(key.owner, key.share_id)
        now = self._now()
        if share.opened_at is None or now - share.opened_at > LOOKED:
            self._store.mark_opened(key.owner, key.share_id, now)
        said = {note.answer_id: note for note in notes}
        return _shared(share, review, said)

    def delivery(self, secret: str, answer_id: UUID, address: str = "") -> Delivery | None:
        """How an answer was spoken, if the link includes it; None also for one that was typed. Raises
        `NotFound`, `TooManyAttempts`."""
        key = self._key(secret, address)
        share, review, _ = self._store.shown_by(key.owner, key.share_id)
        answer = _item(review, answer_id).answer
        if SharePart.DELIVERY not in share.includes or answer is None:
            return None
        told = kept_delivery(self._store, key.owner, answer, review.interview.setup.language)
        if told is None or SharePart.WORDS in share.includes:
            return told
        return delivery_without_words(told)

    def note(
        self,
        secret: str,
        answer_id: UUID,
        mentor: str,
        levels: Mapping[str, int],
        text: str,
        address: str = "",
    ) -> None:
        """Keep what a mentor says about an answer, in the place of what they said before. Raises
        `NotFound` also for an answer of another interview, `InvalidInput`, `TooManyAttempts`."""
        key = self._key(secret, address)
        _, review, _ = self._store.shown_by(key.owner, key.share_id)
        item = _item(review, answer_id)
        given = known_levels(levels, {criterion.id for criterion in item.question.rubric.criteria})
        name = mentor_name(mentor, "Please tell your name, so that it is known whose view this is.")
        note = new_note(key.share_id, answer_id, name, given, note_text(text), self._now())
        self._store.keep_mentor_note(key.owner, answer_id, note)

    def recorded(self, secret: str, answer_id: UUID, address: str = "") -> tuple[Recording, Pieces]:
        """The sound of an answer, if the link includes its recordings, and the way to its bytes. Raises
        `NotFound`, `TooManyAttempts`."""
        key = self._key(secret, address)
        kept = self._recorded(key, answer_id).recording
        if kept is None:
            raise _closed()
        return kept, lambda start, end: self._keeping.sound(key.owner, kept, start, end)

    def filmed(self, secret: str, answer_id: UUID, address: str = "") -> tuple[Video, Pieces]:
        """The same of its video."""
        key = self._key(secret, address)
        kept = self._recorded(key, answer_id).video
        if kept is None:
            raise _closed()
        return kept, lambda start, end: self._keeping.pieces(key.owner, kept.key, start, end)

    def _recorded(self, key: Key, answer_id: UUID) -> Answer:
        share, review, _ = self._store.shown_by(key.owner, key.share_id)
        answer = _item(review, answer_id).answer
        if SharePart.RECORDING not in share.includes or answer is None:
            raise _closed()
        return answer

    def _key(self, secret: str, address: str) -> Key:
        """Only misses are counted and refused: a link that works does so whoever else is behind the same
        address."""
        key = None
        if _TOKEN.fullmatch(secret):
            key = self._store.share_by_hash(fingerprint(secret), self._now())
        if key is None:
            if address:
                self._throttle.attempt(address, "", LINKS)
            raise _closed()
        return key


def _closed() -> NotFound:
    return NotFound(
        "This link opens nothing any more.", "Ask whoever sent it to you for a new one."
    )


def _item(review: Review, answer_id: UUID) -> ReviewedQuestion:
    """The question of a submitted answer that counts."""
    for item in review.items:
        answer = item.answer
        if answer and answer.id == answer_id and answer.state is AnswerState.SUBMITTED:
            return item
    raise NotFound("This answer is not shown any more.", "Reload the page.")


def _shared(share: Share, review: Review, said: Mapping[UUID, MentorNote]) -> Shared:
    setup = review.interview.setup
    return Shared(
        share=share,
        position=setup.job.position,
        category=setup.category,
        difficulty=setup.difficulty,
        language=setup.language,
        items=tuple(_shared_question(share, item, said) for item in review.items),
    )


def _rating(share: Share, item: ReviewedQuestion) -> Rating | None:
    if item.rating is None or SharePart.RATINGS not in share.includes:
        return None
    return item.rating if SharePart.WORDS in share.includes else rating_without_words(item.rating)


def _shared_question(
    share: Share, item: ReviewedQuestion, said: Mapping[UUID, MentorNote]
) -> SharedQuestion:
    asked, answer, shown = item.question, item.answer, None
    if answer is not None and answer.state is AnswerState.SUBMITTED:
        shown = SharedAnswer(
            id=answer.id,
            words=answer.text if SharePart.WORDS in share.includes else None,
            recording=answer.recording if SharePart.RECORDING in share.includes else None,
            video=answer.video if SharePart.RECORDING in share.includes else None,
            rating=_rating(share, item),
            spoken=SharePart.DELIVERY in share.includes and bool(answer.segments),
            note=said.get(answer.id),
        )
    return SharedQuestion(
        id=asked.id,
        parent_id=asked.parent_id,
        text=asked.text,
        kind=asked.kind,
        follow_up=asked.follow_up,
        criteria=asked.rubric.criteria,
        answer=shown,
    )
