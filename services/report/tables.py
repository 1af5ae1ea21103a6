"""Reports as tables for a spreadsheet: a row for each answer, or for each answer and criterion."""

from __future__ import annotations

import csv
from collections.abc import Callable, Generator, Iterable, Iterator
from io import StringIO
from typing import Final

from services.domain import Delivery, Rating, Review, ReviewedQuestion
from services.privacy.sheets import cell
from services.report.reported import KEPT_BACK, Reported

_BOM: Final = "\ufeff"  # without it, spreadsheets take UTF-8 for something else
_SHARED: Final = ("interview_at", "position", "question", "asked", "kind", "attempt", "mode")
LEVELS: Final = (
    *_SHARED,
    *("coach", "rated_at", "overall_of_10", "overall_low", "overall_high", "unsure"),
    *("criterion", "level_of_5", "second_pass", "reason", "evidence", "evidenced"),
    "note",
)
ANSWERS: Final = (
    *_SHARED,
    *("company", "category", "difficulty", "interview_mode", "language", "competency"),
    *("state", "started_at", "finished_at", "sound_seconds", "answer", "as_heard"),
    *("coach", "rated_at", "overall_of_10", "overall_low", "overall_high", "unsure"),
    *("strengths", "improvements", "next_action"),
    *("words_per_minute", "pauses", "longest_pause_seconds", "fillers_per_minute"),
    "note",
)
Found = Iterable[Reported]
Values = Iterator[object]
Rows = Iterator[tuple[object, ...]]


def levels(found: Found) -> Generator[bytes]:
    """CSV of every level; an answer without a rating has a row of its own, so that none is missing."""
    return _table(LEVELS, found, _levels)


def answers(found: Found) -> Generator[bytes]:
    """CSV of every question with its answer; a question without one has a row as well."""
    return _table(ANSWERS, found, _answer)


def _table(
    heads: tuple[str, ...], found: Found, rows: Callable[[Reported, ReviewedQuestion], Rows]
) -> Generator[bytes]:
    """A piece for each interview. The heads come with the first, so that nothing is sent before it is read."""
    waiting = _written([heads], opening=True)
    for one in found:
        yield waiting + _written(row for item in one.review.items for row in rows(one, item))
        waiting = b""
    if waiting:
        yield waiting


def _levels(one: Reported, item: ReviewedQuestion) -> Rows:
    start = (*_shared(one.review, item), *_rated(item.rating))
    if item.rating is None:
        yield (*start, *("",) * 6, _note(one, item))
        return
    for score in item.rating.scores:
        quotes = " … ".join(evidence.quote for evidence in score.evidence)
        name, other = score.criterion.name, "" if score.other is None else score.other
        seen = (score.reason, quotes, _yes(score.evidenced))
        yield (*start, name, score.level, other, *seen, _note(one, item))


def _answer(one: Reported, item: ReviewedQuestion) -> Rows:
    yield (*_given(one.review, item), *_said(one.delivery(item)), _note(one, item))


def _given(review: Review, item: ReviewedQuestion) -> Values:
    setup, answer, rating = review.interview.setup, item.answer, item.rating
    yield from _shared(review, item)
    yield from (setup.job.company, setup.category.value, setup.difficulty.value)
    yield from (setup.mode.value, setup.language, item.question.competency)
    if answer is None:
        yield from ("unanswered", *("",) * 5)
    else:
        finished = answer.finished_at.isoformat() if answer.finished_at else ""
        yield from (answer.state.value, answer.started_at.isoformat(), finished)
        yield from (round(answer.sound_s, 1), answer.text, answer.raw)
    yield from _rated(rating)
    if rating is None:
        yield from ("",) * 3
    else:
        yield from ("\n".join(rating.strengths), "\n".join(rating.improvements))
        yield rating.next_action


def _shared(review: Review, item: ReviewedQuestion) -> Values:
    interview, asked, answer = review.interview, item.question, item.answer
    yield from (interview.created_at.isoformat(), interview.setup.job.position)
    yield from (asked.number, asked.text, (asked.follow_up or asked.kind).value)
    yield from ("", "") if answer is None else (answer.attempt, answer.mode.value)


def _rated(rating: Rating | None) -> Values:
    if rating is None:
        yield from ("",) * 6
        return
    low, high = rating.overall_range
    yield rating.provenance.coach
    yield rating.rated_at.isoformat() if rating.rated_at else ""
    yield from (round(rating.overall, 2), round(low, 2), round(high, 2), _yes(rating.unsure))


def _said(delivery: Delivery | None) -> Values:
    if delivery is None:
        yield from ("",) * 4
        return
    longest = max((pause.seconds for pause in delivery.pauses), default=0.0)
    for value in (delivery.words_per_minute, len(delivery.pauses), longest):
        yield "" if value is None else round(value, 1)
    rate = delivery.fillers_per_minute
    yield "" if rate is None else round(rate, 1)


def _note(one: Reported, item: ReviewedQuestion) -> str:
    return KEPT_BACK if one.keeps_back(item) else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _written(rows: Iterable[Iterable[object]], *, opening: bool = False) -> bytes:
    text = StringIO(_BOM if opening else "", newline="")
    text.seek(0, 2)
    writer = csv.writer(text)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")
