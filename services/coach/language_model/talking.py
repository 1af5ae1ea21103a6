"""A short talk about one rating, grounded on that question, answer and rating only."""

from __future__ import annotations

from collections.abc import Iterator

from services.coach.language_model import prompting
from services.coach.language_model.planning import language_of
from services.coach.language_model.prompting import fenced
from services.coach.language_model.streaming import cleaned
from services.coach.language_model.tongue import name_of
from services.domain import Rating, Score, Turn
from services.ports import LanguageModel, Prompt, Purpose, Submission

NAME = "talk"  # of the prompt

MOST_TURNS = 10  # of the talk that the coach remembers; the rating is told anew each time
LONGEST_TURN = 1_000  # characters

_LONGEST_ANSWER = 12_000  # characters of the answer; 15 minutes of speech
_LONGEST_REPLY = 2_000  # characters; 120 words have 600 to 900
_TOKENS = 1_500  # with what a model thinks before it speaks


def talk(
    model: LanguageModel, submission: Submission, rating: Rating, turns: tuple[Turn, ...]
) -> Iterator[str]:
    """Answer the last of `turns` in pieces; says nothing where the last word is the coach's.

    Raises a `LanguageModelError`, also midway.
    """
    if not turns or not turns[-1].by_candidate:
        return
    language = language_of(submission.setup, submission.text)
    prompt = Prompt(
        purpose=Purpose.TALK,
        instructions=prompting.instructions(NAME, language=name_of(language)),
        text=_material(submission, rating),
        turns=_remembered(turns),
        most_tokens=_TOKENS,
        temperature=0.4,
    )
    yield from cleaned(model.stream(prompt), _LONGEST_REPLY)


def _remembered(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The last turns, beginning with one of the candidate's, whose words are fenced."""
    last = turns[-MOST_TURNS:]
    if not last[0].by_candidate:
        last = last[1:]
    return tuple(
        Turn(
            by_candidate=turn.by_candidate,
            text=fenced("candidate", turn.text[:LONGEST_TURN])
            if turn.by_candidate
            else turn.text[:LONGEST_TURN],
        )
        for turn in last
    )


def _material(submission: Submission, rating: Rating) -> str:
    question = submission.question
    low, high = rating.overall_range
    figure = f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"
    told = [
        f"Overall: {figure} of 10, the mean of the criteria, computed and not chosen.",
        *(_score(score) for score in rating.scores),
        *(f"Strength: {text}" for text in rating.strengths),
        *(f"To improve: {text}" for text in rating.improvements),
        f"Next action: {rating.next_action}",
    ]
    parts = [
        fenced("question", question.text),
        fenced("model-answer", question.model_answer or "none"),
        fenced("key-points", "\n".join(f"- {p}" for p in question.key_points) or "none"),
        *(fenced("earlier", f"{asked}\n{said}") for asked, said in submission.thread),
        fenced("answer", submission.text[:_LONGEST_ANSWER]),
        fenced("rating", "\n".join(told)),
    ]
    return "\n\n".join(parts)


def _score(score: Score) -> str:
    levels = f"level {score.low}" if score.low == score.high else f"level {score.low}-{score.high}"
    quotes = "; ".join(f"“{evidence.quote}”" for evidence in score.evidence) or "none found"
    here = score.criterion.levels[score.low - 1]
    above = score.criterion.levels[min(score.low, 4)]
    return (
        f"{score.criterion.name}: {levels} of 5. {score.reason} Words that show it: {quotes}. "
        f"This level means: {here} The next one means: {above}"
    )
