"""What a report takes to make: seconds and memory of the PDF of a half-hour interview, and its size.

python -m benchmarks.report --json [--questions 10] [--minutes 3]

Each is made in a process of its own, so that the first one pays for reading the fonts and the memory of one
is not hidden by that of another.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from benchmarks.measuring import machine, rounded, tell
from pages.ui.phrases import phrases
from services.coach.rubrics import rubric_for
from services.delivery import delivery_of
from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    Evidence,
    Interview,
    InterviewState,
    Job,
    Kind,
    Provenance,
    Question,
    Rating,
    RatingState,
    Review,
    ReviewedQuestion,
    Score,
    Segment,
    Setup,
    Star,
    Word,
)
from services.report.interview_pdf import interview_pdf
from services.report.reported import Reported

WORDS_PER_MINUTE = 150
BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SENTENCE = (
    "When the orders came in late I looked at the numbers first and then asked the people who pack "
    "them what slowed them down so that we could change one thing and measure it within two weeks."
)
KINDS = tuple(Kind)


def long_interview(questions: int = 10, minutes: float = 3.0) -> Review:
    """A finished interview, every answer spoken for so long and rated in two passes."""
    asked = tuple(
        Question(
            id=UUID(int=100 + number),
            number=number,
            text=f"Tell me about a time when you changed how {number} people work together, and why.",
            kind=KINDS[number % len(KINDS)],
            rubric=rubric_for(KINDS[number % len(KINDS)]),
        )
        for number in range(1, questions + 1)
    )
    interview = Interview(
        id=UUID(int=1),
        setup=Setup(job=Job(position="Operations manager", company="Kestrel Logistics")),
        state=InterviewState.FINISHED,
        created_at=BEGAN,
        finished_at=BEGAN + timedelta(minutes=questions * minutes),
        questions=asked,
    )
    return Review(
        interview=interview,
        items=tuple(_answered(interview, question, minutes) for question in asked),
    )


def _answered(interview: Interview, question: Question, minutes: float) -> ReviewedQuestion:
    words = SENTENCE.split()
    count = round(minutes * WORDS_PER_MINUTE)
    step = 60 / WORDS_PER_MINUTE
    segments = []
    for first in range(0, count, len(words)):
        timed = tuple(
            Word(
                start=(first + n) * step, end=(first + n + 0.8) * step, text=word, probability=0.95
            )
            for n, word in enumerate(words)
        )
        segments.append(
            Segment(start=timed[0].start, end=timed[-1].end, text=SENTENCE, words=timed)
        )
    answer = Answer(
        id=UUID(int=1000 + question.number),
        interview_id=interview.id,
        question_id=question.id,
        attempt=1,
        mode=AnswerMode.SPOKEN,
        state=AnswerState.SUBMITTED,
        segments=tuple(segments),
        sound_s=60 * minutes,
        rating_state=RatingState.RATED,
        started_at=BEGAN,
        finished_at=BEGAN,
    )
    return ReviewedQuestion(question=question, answer=answer, rating=_rated(question, answer.text))


def _rated(question: Question, text: str) -> Rating:
    start = text.index("I looked")
    quote = text[start : text.index(" so that")]
    evidence = (Evidence(start=start, end=start + len(quote), quote=quote, start_s=2.4, end_s=9.0),)
    scores = tuple(
        Score(
            criterion=criterion,
            level=2 + number % 3,
            other=2 + number % 3 + (number == 1),
            reason="You say what you did and why, and leave open how large the change was.",
            evidence=evidence,
        )
        for number, criterion in enumerate(question.rubric.criteria)
    )
    return Rating(
        id=UUID(int=5000 + question.number),
        scores=scores,
        strengths=("You name your own part.", "You start from what you measured."),
        improvements=("Say what came of it, with one figure.",),
        next_action="End with the result: what changed, by how much, and by when.",
        star=Star(situation=0.25, task=0.1, action=0.5, result=0.1),
        provenance=Provenance(
            coach="gemini-3.8-flash",
            coach_version="rate-4",
            rubric_version=question.rubric.version,
            speech_model="base.en",
            passes=2,
        ),
        rated_at=BEGAN + timedelta(hours=1),
    )


def make_pdf(review: Review) -> bytes:
    """The report in English, with the delivery of every answer measured from its words."""
    answers = [item.answer for item in review.items if item.answer is not None]
    found = {answer.id: delivery_of(answer, None, "en") for answer in answers}
    deliveries = {key: delivery for key, delivery in found.items() if delivery is not None}
    return interview_pdf(
        Reported(review, deliveries), phrases("en"), now=BEGAN, timezone="Europe/Berlin"
    )


def measure(questions: int, minutes: float) -> dict[str, object]:
    """Of this process: the first report, the second, and by how much its memory grew at most."""
    review = long_interview(questions, minutes)
    before = _peak_mb()
    began = time.perf_counter()
    made = make_pdf(review)
    first = time.perf_counter() - began
    began = time.perf_counter()
    make_pdf(review)
    return {
        "first_seconds": rounded(first),
        "next_seconds": rounded(time.perf_counter() - began),
        "kb": rounded(len(made) / 1e3),
        "grew_mb": rounded(_peak_mb() - before),
    }


def _peak_mb() -> float:
    """The most that this process ever had in memory; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument("--questions", type=int, default=10)
    options.add_argument("--minutes", type=float, default=3.0)
    given = options.parse_args()
    facts = machine()
    tell("making reports")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        figures = pool.apply(measure, (given.questions, given.minutes))
    told = {"questions": given.questions, "minutes": given.minutes, **figures, **facts}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
