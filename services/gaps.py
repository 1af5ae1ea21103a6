"""The gap between how candidates see their answers, how the coach does, and how mentors do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from services.domain import Gap, MentorNote, ReviewedQuestion, SelfRating, View


@dataclass(frozen=True, slots=True)
class _Given:
    """A level that somebody besides the coach gave, beside the coach's of the same answer."""

    who: UUID | None  # a mentor's link; None: the candidate
    answer_id: UUID
    level: int
    coach: float | None


def gaps(
    items: Iterable[ReviewedQuestion],
    own: Mapping[UUID, SelfRating],
    notes: Sequence[MentorNote],
) -> tuple[Gap, ...]:
    """Criteria that somebody besides the coach rated, in the order of the rubrics: mean levels (1-5).

    The coach's mean is over the answers that somebody else rated too, and theirs over those that the coach
    did, where there are such: else means of different answers would stand side by side. Ratings that the
    coach is unsure of stay out, as they do everywhere. `own` is by answer. Notes on answers that are not
    among the items are passed over. Mentors are told apart by their links, and named as in their last note.
    """
    mentors = {note.share_id: note.mentor for note in sorted(notes, key=lambda n: n.noted_at)}
    names: dict[str, str] = {}
    given: dict[str, list[_Given]] = defaultdict(list)
    for item in items:
        for criterion in item.question.rubric.criteria if item.answer else ():
            names.setdefault(criterion.id, criterion.name)
        for id, one in _given(item, own, notes):
            given[id].append(one)
    return tuple(_gap(id, name, given[id], mentors) for id, name in names.items() if given[id])


def _given(
    item: ReviewedQuestion, own: Mapping[UUID, SelfRating], notes: Iterable[MentorNote]
) -> Iterator[tuple[str, _Given]]:
    """What was said about one answer, by criterion."""
    if item.answer is None:
        return
    answer_id, judged = item.answer.id, _coach(item)
    said = [(note.share_id, note.levels) for note in notes if note.answer_id == answer_id]
    by_me = [(None, own[answer_id].levels)] if answer_id in own else []
    for who, levels in (*by_me, *said):
        for id, level in levels.items():
            yield id, _Given(who, answer_id, level, judged.get(id))


def _gap(id: str, name: str, given: Sequence[_Given], mentors: Mapping[UUID, str]) -> Gap:
    coach = {one.answer_id: one.coach for one in given if one.coach is not None}
    by_mentors = dict.fromkeys(one.who for one in given if one.who is not None)
    return Gap(
        criterion_id=id,
        name=name,
        coach=_mean(coach.values()),
        own=_mean(_levels(given, None)),
        mentors=tuple(
            View(name=mentors[who], level=fmean(_levels(given, who))) for who in by_mentors
        ),
        difference=_mean(
            one.level - one.coach for one in given if one.who is None and one.coach is not None
        ),
    )


def _levels(given: Iterable[_Given], who: UUID | None) -> list[int]:
    """Of answers that the coach rated too, or else of all."""
    theirs = [one for one in given if one.who == who]
    both = [one.level for one in theirs if one.coach is not None]
    return both or [one.level for one in theirs]


def widest(found: Iterable[Gap]) -> Gap | None:
    """The criterion on which candidate and coach are furthest apart; None: no criterion has both."""
    both = [gap for gap in found if gap.difference is not None]
    return max(both, key=lambda gap: abs(gap.difference or 0), default=None)


def _coach(item: ReviewedQuestion) -> dict[str, float]:
    if item.rating is None or item.rating.unsure:
        return {}
    return {score.criterion.id: score.mean for score in item.rating.scores}


def _mean(levels: Iterable[float]) -> float | None:
    found = tuple(levels)
    return fmean(found) if found else None
