"""The offline rater: the same answer always gets the same levels, each with words that show it.

    text -> screening (what may be judged) -> subject (is it about the question at all)
                                           -> matching (key points said)   -> weighing -> levels
                                           -> signs (how it is told)
                                           -> opposing (does it turn the facts round)

Screening asks word_order whether the words make sentences, and opposing asks contrast which of two sides
a word belongs to.

Everything is counted in the answer's own words; nothing is asked of a language model. Measured by
benchmarks/grading.py on the cases of tests/grading.
"""

from __future__ import annotations

import re

from services.coach.advice import advise
from services.coach.evidence import evidence_for
from services.coach.matching import expected, match
from services.coach.opposing import opposed, stated
from services.coach.reasons import reason
from services.coach.screening import screen
from services.coach.signs import signs
from services.coach.subject import subject
from services.coach.weighing import Heard, levels
from services.coach.words import tokens
from services.domain import Criterion, Job, Provenance, Question, Rating, Score
from services.errors import RatingFailed

NAME = "offline"
VERSION = "4"  # change it with every change that can change a level

_SENTENCE = re.compile(r"[^.!?]+[.!?]?")
_MOST_POINTS = 8  # sentences of a model answer taken as key points where a question has none


def rate(job: Job, question: Question, text: str, *, speech_model: str = "") -> Rating:
    """Judge `text` as an answer to `question` by its rubric.

    `job` is not weighed: the question was chosen for it. Raises `RatingFailed` when there is not a
    single word to judge.
    """
    if not tokens(text):
        raise RatingFailed("There are no words to rate yet.", "Record or type an answer first.")
    heard = listen(question, text)
    found = levels(heard, question.kind)
    scores = tuple(
        _score(criterion, found, heard, question) for criterion in question.rubric.criteria
    )
    advice = advise(heard, question, scores)
    return Rating(
        scores=scores,
        strengths=advice.strengths,
        improvements=advice.improvements,
        next_action=advice.next_action,
        provenance=Provenance(
            coach=NAME,
            coach_version=VERSION,
            rubric_version=question.rubric.version,
            speech_model=speech_model,
        ),
    )


def listen(question: Question, text: str) -> Heard:
    """Everything that the rater finds in an answer."""
    points = question.key_points or _points_of(question)
    want = expected(question.text, points, question.model_answer)
    answer = screen(text, question.text, points)
    told = signs(answer)
    against = opposed(answer, told, stated(question.text, points, question.model_answer))
    about = subject(answer, want, question.kind)
    return Heard(answer, about, match(answer, told, want), told, against)


def _score(criterion: Criterion, found: dict[str, int], heard: Heard, question: Question) -> Score:
    """A level from 2 on needs words that show it; without them it falls to 1."""
    # A rubric of another origin may hold criteria that we do not know: judge them by what is covered.
    name = criterion.id if criterion.id in found else "coverage"
    level = found[name]
    shown = evidence_for(name, heard) if level > 1 else ()
    if not shown:
        level = 1
    quote = shown[0].quote if shown else ""
    return Score(
        criterion=criterion,
        level=level,
        reason=reason(name, level, heard, question, quote),
        evidence=shown,
    )


def _points_of(question: Question) -> tuple[str, ...]:
    """Sentences of the model answer, or else the question itself."""
    sentences = tuple(
        s.strip() for s in _SENTENCE.findall(question.model_answer) if len(s.split()) > 3
    )
    return sentences[:_MOST_POINTS] or (question.text,)
