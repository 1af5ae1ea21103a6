"""Two attempts at one question side by side: what changed in their ratings, where that can be said."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain import Followed, Rating


@dataclass(frozen=True, slots=True)
class Change:
    """The mean level (1-5) of a criterion in two ratings."""

    criterion_id: str
    name: str
    before: float
    after: float

    @property
    def by(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two ratings say together.

    `alike` False: another coach, version of it or rubric made the one than the other, so that their levels
    are nothing to compare. `changes` has every criterion that both are sure of, in the rubric's order.
    `overall` (out of 10) is None where it cannot be compared. `followed`: whether the later answer did what
    the earlier rating advised; None when its coach did not look at that advice.
    """

    alike: bool
    changes: tuple[Change, ...] = ()
    overall: tuple[float, float] | None = None
    followed: Followed | None = None

    @property
    def largest(self) -> tuple[Change, ...]:
        """Those that differ, the largest difference first."""
        return tuple(
            sorted((c for c in self.changes if c.by), key=lambda c: abs(c.by), reverse=True)
        )


def comparison(before: Rating, after: Rating) -> Comparison:
    """Of the rating of an earlier attempt and that of a later one."""
    action = after.last_action
    theirs = action is not None and action.action == before.next_action
    followed = action.followed if action is not None and theirs else None
    if _made_by(before) != _made_by(after):
        return Comparison(alike=False, followed=followed)
    earlier = {score.criterion.id: score for score in before.scores if not score.unsure}
    changes = tuple(
        Change(s.criterion.id, s.criterion.name, earlier[s.criterion.id].mean, s.mean)
        for s in after.scores
        if s.criterion.id in earlier and not s.unsure
    )
    sure = not (before.unsure or after.unsure)
    overall = (before.overall, after.overall) if sure else None
    return Comparison(alike=True, changes=changes, overall=overall, followed=followed)


def _made_by(rating: Rating) -> tuple[str, str, str]:
    made = rating.provenance
    return made.coach, made.coach_version, made.rubric_version
