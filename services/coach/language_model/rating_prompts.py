"""What a language model is shown to rate an answer: everything that people wrote is fenced as data."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from services.coach.language_model.cleaning import cut
from services.coach.language_model.prompting import fenced, instructions
from services.coach.language_model.reading import Reading
from services.coach.language_model.tongue import name_of, tongue_of
from services.domain import AUTO, Criterion, Kind, Score
from services.ports import Prompt, Purpose, Submission

# Five criteria with reasons and quotes, a better answer of 300 words and a follow-up take about 2,500
# tokens in English and twice that in Hindi.
_MOST_TOKENS = 8_000
_MOST_SHOWN = 6_000  # characters of one text before the answer; the answer itself is shown whole
_NOT_WANTED = " (not wanted: empty or null)"


def rating_prompt(
    reading: Reading, criteria: Sequence[Criterion], *, whole: bool, again: str = ""
) -> Prompt:
    """Ask for a pass over `criteria` in this order. `again`: what a first reply did wrong."""
    submission = reading.submission
    asked = instructions(
        "rate",
        language=_in_words(submission),
        story=_wanted(whole and submission.question.kind is Kind.BEHAVIOURAL),
        key_points=_wanted(whole and bool(submission.question.key_points)),
        last_action=_wanted(whole and bool(submission.last_action)),
        follow_up=_wanted(whole and reading.wants_follow_up),
    )
    blocks = (*_before(submission, criteria), fenced("answer", reading.numbered), again)
    text = "\n\n".join(block for block in blocks if block)
    return Prompt(Purpose.RATE, asked, text, most_tokens=_MOST_TOKENS)


def evidence_prompt(reading: Reading, scores: Iterable[Score]) -> Prompt:
    """Ask once more for words that show these levels."""
    wanted = "\n".join(
        f"id: {s.criterion.id}\ncriterion: {s.criterion.name}\n"
        f"level {s.level}: {s.criterion.levels[s.level - 1]}\nreason: {s.reason}\n"
        for s in scores
    )
    text = "\n\n".join(
        (
            fenced("question", reading.submission.question.text),
            fenced("criteria", wanted),
            fenced("answer", reading.numbered),
        )
    )
    return Prompt(Purpose.RATE, instructions("evidence"), text)


def in_order(submission: Submission, number: int) -> tuple[Criterion, ...]:
    """The criteria as pass `number` (from 1) gets them: shuffled, and every second time the other way
    round, so that no criterion comes first, or next to the same one, in both."""
    criteria = list(submission.question.rubric.criteria)
    random.Random(submission.text).shuffle(criteria)
    return tuple(criteria if number % 2 else reversed(criteria))


def language_of(submission: Submission) -> str:
    """The code of the language that a rating is written in; empty when it cannot be said."""
    chosen = submission.setup.language
    return tongue_of(submission.text) if chosen == AUTO else chosen


def _before(submission: Submission, criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """Everything but the answer."""
    question = submission.question
    points = "\n".join(f"{i}. {point}" for i, point in enumerate(question.key_points, start=1))
    thread = "\n\n".join(
        f"Question: {cut(asked, _MOST_SHOWN)}\nAnswer: {cut(said, _MOST_SHOWN)}"
        for asked, said in submission.thread
    )
    return (
        fenced("question", question.text),
        fenced("rubric", "\n\n".join(map(_scale, criteria))),
        _unless_empty("model answer", cut(question.model_answer, _MOST_SHOWN)),
        _unless_empty("key points", points),
        _unless_empty("thread", thread),
        _unless_empty("last advice", submission.last_action),
    )


def _scale(criterion: Criterion) -> str:
    levels = "\n".join(f"  {n}: {text}" for n, text in enumerate(criterion.levels, start=1))
    return f"id: {criterion.id}\nname: {criterion.name}\n{criterion.description}\n{levels}"


def _unless_empty(label: str, text: str) -> str:
    return fenced(label, text) if text.strip() else ""


def _wanted(wanted: bool) -> str:
    return "" if wanted else _NOT_WANTED


def _in_words(submission: Submission) -> str:
    language = language_of(submission)
    return name_of(language) if language else "the language of the answer"
