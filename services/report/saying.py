"""The words around what people and coaches said, in the language of an interview."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from services.domain import Answer, AnswerMode, AnswerState, Rating, RatingState, Score


class Says(Protocol):
    """The phrases of one language; the screens have them (pages/ui/phrases.toml)."""

    def __call__(self, name: str, /, **places: object) -> str: ...
    def overall(self, figure: float) -> str: ...
    def number(self, value: float) -> str: ...
    def range(self, low: float, high: float) -> str: ...
    def moment(self, at: datetime, timezone: str | None) -> str: ...

    @property
    def everything(self) -> str:
        """All letters that it may use."""


def clock(seconds: float) -> str:
    """A length as minutes and seconds, `1:32`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def figure(rating: Rating, say: Says) -> str:
    """A rating's figure, with the range that two passes leave open."""
    low, high = rating.overall_range
    between = "" if f"{low:.1f}" == f"{high:.1f}" else f", {say.range(low, high)}"
    return f"{say.overall(rating.overall)}{between}"


def level(score: Score, say: Says) -> str:
    """`3 of 5`, `3 to 4 of 5` where two passes differ by one, `2 or 4 of 5` where by more."""
    if score.unsure:
        return say("level_either", low=score.low, high=score.high)
    if score.low < score.high:
        return say("level_range", low=score.low, high=score.high)
    return say("level", level=score.level)


def meaning(score: Score) -> str:
    """What the level, or each of two levels, means."""
    texts = score.criterion.levels
    if score.low == score.high:
        return texts[score.level - 1]
    return "\n".join(f"{number}: {texts[number - 1]}" for number in (score.low, score.high))


def rater(rating: Rating, say: Says) -> str:
    """Who made a rating."""
    if rating.is_estimate:
        return say("offline_estimate")
    return say("rated_by", name=rating.provenance.coach)


def provenance(rating: Rating, say: Says, timezone: str | None) -> str:
    """Who rated, by which texts, from which ears, how often, when."""
    made = rating.provenance
    version = "rules_version" if rating.is_estimate else "prompt_version"
    parts = [
        rater(rating, say),
        say(version, version=made.coach_version),
        say("rubric_version", version=made.rubric_version),
    ]
    if made.speech_model:
        parts.append(say("heard_by", name=made.speech_model))
    if made.passes > 1:
        parts.append(say("passes", count=made.passes))
    if rating.rated_at is not None:
        parts.append(say.moment(rating.rated_at, timezone))
    return " · ".join(parts)


def standing(answer: Answer | None, rating: Rating | None, say: Says) -> str:
    """Why there is no answer, or no rating (yet); empty where there is one that counts."""
    if answer is None:
        return say("unanswered")
    if answer.state is AnswerState.SKIPPED:
        return say("skipped")
    if answer.state is not AnswerState.SUBMITTED:
        return say("not_submitted")
    if rating is not None:
        return ""
    if answer.rating_state is RatingState.FAILED:
        return say("failed", problem=answer.rating_problem)
    return say("waits_for_words" if answer.pending else "waits")


def given(answer: Answer, say: Says) -> str:
    """How an answer was given: spoken and how long, or typed; and which attempt it is."""
    if answer.mode is AnswerMode.SPOKEN:
        how = say("report_spoken", length=clock(answer.sound_s))
    else:
        how = say("report_typed")
    tries = say("report_attempt", number=answer.attempt)
    return f"{how} · {tries}" if answer.attempt > 1 else how
