"""Reports on request: whose, of what, as which kind of file. Any thread may call, also for the next piece."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Generator, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.delivery import delivery_of
from services.domain import Delivery, Progress, Review
from services.errors import InvalidInput, NotFound
from services.ports import Owner
from services.progress import progress
from services.report import as_json, tables
from services.report.interview_pdf import interview_pdf
from services.report.period_pdf import MOST, Sentences, period_pdf
from services.report.reported import Reported
from services.report.saying import Says
from services.storage.clock import Clock, utc_now
from services.storage.periods import Period, Place
from services.storage.store import Store
from services.veil import hidden_in, veiled

_PAGE = 50  # interviews whose ids are read at a time
_SLUG = 40  # characters of a job in the name of a file


class Form(StrEnum):
    """The kinds of file, by how their names end."""

    PDF = "pdf"
    LEVELS = "csv"  # a row for each answer and criterion
    ANSWERS = "answers.csv"  # a row for each answer
    JSON = "json"

    @property
    def media_type(self) -> str:
        if self is Form.PDF:
            return "application/pdf"
        return "application/json" if self is Form.JSON else "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Made:
    """A file on its way; its name has letters, digits, dashes and dots only."""

    name: str
    media_type: str
    pieces: Generator[bytes]


class Reports:
    """See the module."""

    def __init__(self, store: Store, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    def interview(
        self,
        owner: Owner,
        interview_id: UUID,
        form: Form,
        say: Callable[[str], Says],
        timezone: str | None,
        skipped: Set[UUID] = frozenset(),
    ) -> Made:
        """One interview; `say` gives the phrases of a language. `skipped` are answers that their candidate
        chose not to rate. Raises `NotFound`, also for somebody else's."""
        found = self._reported(owner, interview_id, form, self._veil(owner, skipped))
        interview = found.review.interview
        day = interview.created_at.astimezone(zone(timezone))
        slug = in_a_name(interview.setup.job.position)
        name = f"interview-{day:%Y-%m-%d}{f'-{slug}' if slug else ''}.{form}"
        if form is Form.PDF:
            language = say(interview.setup.language)
            pdf = interview_pdf(found, language, now=self._now(), timezone=timezone)
            return Made(name, form.media_type, _whole(pdf))
        return Made(name, form.media_type, self._written(form, iter((found,)), None))

    def period(
        self,
        owner: Owner,
        first: date,
        last: date,
        form: Form,
        tell: Sentences,
        timezone: str | None,
        skipped: Set[UUID] = frozenset(),
    ) -> Made:
        """The interviews from one day to another, both included, on the candidate's clock. The PDF has
        figures over time as the progress screen has them. Raises `InvalidInput` for days in the wrong
        order."""
        within = period_of(first, last, timezone)
        name = f"interviews-{first:%Y-%m-%d}-to-{last:%Y-%m-%d}.{form}"
        if form is Form.PDF:
            pdf = period_pdf(
                self.progress(owner, within),
                self._store.summaries_within(owner, within, MOST + 1),
                (first, last),
                tell,
                now=self._now(),
                zone=zone(timezone),
            )
            return Made(name, form.media_type, _whole(pdf))
        found = self._all(owner, within, form, skipped)
        return Made(name, form.media_type, self._written(form, found, (first, last)))

    def progress(self, owner: Owner, within: Period) -> Progress:
        """What a report of a period is drawn from."""
        return progress(self._store, owner, within)

    def _written(
        self, form: Form, found: Iterator[Reported], days: tuple[date, date] | None
    ) -> Generator[bytes]:
        if form is Form.JSON:
            return as_json.written(found, days, self._now())
        return tables.levels(found) if form is Form.LEVELS else tables.answers(found)

    def _veil(self, owner: Owner, skipped: Set[UUID]) -> Set[UUID] | None:
        """Answers whose ratings may be seen anyway; None: all may."""
        return skipped if self._store.preferences(owner).self_rating else None

    def _reported(
        self, owner: Owner, interview_id: UUID, form: Form, skipped: Set[UUID] | None
    ) -> Reported:
        review = self._store.review(owner, interview_id)
        deliveries = {} if form is Form.LEVELS else self._deliveries(owner, review)
        kept_back: frozenset[UUID] = frozenset()
        if skipped is not None and (rated := _rated(review) - skipped):
            views = self._store.views(owner, interview_id)
            kept_back = hidden_in(review, views, skipped, self._now()) & rated
        return Reported(veiled(review, kept_back), deliveries, kept_back)

    def _deliveries(self, owner: Owner, review: Review) -> dict[UUID, Delivery]:
        answers = (item.answer for item in review.items if item.answer is not None)
        spoken = [one for one in answers if any(segment.words for segment in one.segments)]
        if not spoken:
            return {}
        sounds = self._store.sound_figures_of(owner, review.interview.id)
        language = review.interview.setup.language
        made = ((one.id, delivery_of(one, sounds.get(one.id), language)) for one in spoken)
        return {answer_id: delivery for answer_id, delivery in made if delivery is not None}

    def _all(
        self, owner: Owner, within: Period, form: Form, skipped: Set[UUID]
    ) -> Iterator[Reported]:
        """One after the other, oldest first: no more than one is in memory."""
        after: Place | None = None
        veil = self._veil(owner, skipped)
        while page := self._store.page_within(owner, within, after, _PAGE):
            for place in page:
                after = place
                try:
                    yield self._reported(owner, place[1], form, veil)
                except NotFound:  # deleted meanwhile
                    continue


def _rated(review: Review) -> frozenset[UUID]:
    return frozenset(item.answer.id for item in review.items if item.answer and item.rating)


def _whole(file: bytes) -> Generator[bytes]:
    yield file


def period_of(first: date, last: date, timezone: str | None) -> Period:
    """Whole days on the candidate's clock. Raises `InvalidInput`."""
    if last < first:
        raise InvalidInput("period", "The last day lies before the first.", "Choose them anew.")
    if last.year > 9000 or first.year < 1900:
        raise InvalidInput("period", "No interview can be as far away.", "Choose other days.")
    clock = zone(timezone)
    since, until = (
        datetime.combine(day, time.min, tzinfo=clock).astimezone(UTC)
        for day in (first, last + timedelta(days=1))
    )
    return Period(since, until)


def zone(name: str | None) -> ZoneInfo:
    """A time zone by its name; UTC for one that is not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def in_a_name(text: str) -> str:
    """A job as part of a file's name: small Latin letters, digits and dashes; empty for other scripts."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    spelled = "".join(letter if letter.isalnum() else "-" for letter in plain)
    return "-".join(part for part in spelled.split("-") if part)[:_SLUG].strip("-")
