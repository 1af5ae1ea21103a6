"""Passes -> scores: levels side by side, the words that show them together, and doubt kept visible."""

from __future__ import annotations

from collections.abc import Sequence

from services.coach.language_model.passes import Pass
from services.coach.language_model.rating_prompts import evidence_prompt
from services.coach.language_model.rating_shapes import Evidenced
from services.coach.language_model.reading import Reading
from services.coach.language_model.spans import evidence_of, together
from services.domain import Criterion, Score
from services.errors import LanguageModelError
from services.ports import LanguageModel


def scores_of(model: LanguageModel, reading: Reading, made: Sequence[Pass]) -> tuple[Score, ...]:
    """One for each criterion, in the rubric's order. Levels without words that show them are asked
    about once more, all in one call; what still has none is marked as not evidenced."""
    criteria = reading.submission.question.rubric.criteria
    scores = tuple(_merged(criterion, made) for criterion in criteria)
    bare = tuple(score for score in scores if score.level > 1 and not score.evidence)
    if not bare:
        return scores
    found = _asked_again(model, reading, bare)
    return tuple(found.get(score.criterion.id, score) for score in scores)


def _merged(criterion: Criterion, made: Sequence[Pass]) -> Score:
    """The first pass's level beside the second's. Two levels are equally far from their mean, so the
    reason is the first pass's, unless only the second could show its words."""
    verdicts = [one.verdicts[criterion.id] for one in made]
    first = verdicts[0]
    told = first
    if first.level > 1 and not first.evidence:
        told = next((verdict for verdict in verdicts if verdict.evidence), first)
    shown = (told, *(v for v in verdicts if v is not told))
    return Score(
        criterion=criterion,
        level=first.level,
        other=verdicts[1].level if len(verdicts) > 1 else None,
        reason=told.reason,
        evidence=together(piece for verdict in shown for piece in verdict.evidence),
    )


def _asked_again(model: LanguageModel, reading: Reading, bare: Sequence[Score]) -> dict[str, Score]:
    try:
        reply = model.reply(evidence_prompt(reading, bare), Evidenced)
    except LanguageModelError:
        # The levels are there and cost calls; without words for them they are marked, which is the
        # careful side.
        reply = Evidenced(criteria=[])
    quotes = {one.id.strip(): one.quotes for one in reversed(reply.criteria)}
    found: dict[str, Score] = {}
    for score in bare:
        evidence = evidence_of(quotes.get(score.criterion.id, ()), reading)
        found[score.criterion.id] = score.model_copy(
            update={"evidence": evidence, "evidenced": bool(evidence)}
        )
    return found
