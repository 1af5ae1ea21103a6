"""An interview to report on, with what a test wants in it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pypdf import PdfReader

from pages.ui.phrases import phrases
from services.coach.rubrics import rubric_for
from services.domain import (
    OFFLINE,
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
    Setup,
)
from services.report.interview_pdf import interview_pdf
from services.report.reported import Reported
from tests.logs import said

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORDS = said("I asked the night shift what slowed them down and then we moved the printer.")
QUOTE = "the night shift"


def question(text: str = "Tell me about a mistake.", **more: Any) -> Question:
    return Question(text=text, kind=Kind.BEHAVIOURAL, rubric=rubric_for(Kind.BEHAVIOURAL), **more)


def rating(
    asked: Question, text: str, *, coach: str = "gemini-3.8-flash", other: int = 0
) -> Rating:
    """`other` is how far the second pass of the first criterion lies above the first one."""
    start = text.find(QUOTE)
    quoted = Evidence(start=start, end=start + len(QUOTE), quote=QUOTE, start_s=62.0, end_s=64.0)
    scores = tuple(
        Score(
            criterion=criterion,
            level=2,
            other=2 + other if number == 0 and other else None,
            reason="You say what you did.",
            evidence=(quoted,) if number == 0 and start >= 0 else (),
        )
        for number, criterion in enumerate(asked.rubric.criteria)
    )
    return Rating(
        scores=scores,
        strengths=("You name your own part.",),
        improvements=("Say what came of it.",),
        next_action="End with one figure.",
        provenance=Provenance(
            coach=coach, coach_version="rate-1", rubric_version=asked.rubric.version
        ),
        rated_at=NOW,
    )


def answer(text: str, **more: Any) -> Answer:
    given: dict[str, Any] = {
        "id": uuid4(),
        "interview_id": uuid4(),
        "question_id": uuid4(),
        "attempt": 1,
        "mode": AnswerMode.TYPED,
        "state": AnswerState.SUBMITTED,
        "edited": text,
        "rating_state": RatingState.RATED,
        "started_at": NOW,
    }
    return Answer(**given | more)


def review(*items: ReviewedQuestion, position: str = "Nurse", language: str = "en") -> Review:
    numbered = tuple(
        item.model_copy(update={"question": item.question.model_copy(update={"number": number})})
        for number, item in enumerate(items, 1)
    )
    interview = Interview(
        id=uuid4(),
        setup=Setup(job=Job(position=position, company="Harbour Clinic"), language=language),
        state=InterviewState.FINISHED,
        created_at=NOW,
        questions=tuple(item.question for item in numbered),
    )
    return Review(interview=interview, items=numbered)


def answered(text: str = WORDS, *, coach: str = OFFLINE, other: int = 0) -> ReviewedQuestion:
    asked = question()
    return ReviewedQuestion(
        question=asked, answer=answer(text), rating=rating(asked, text, coach=coach, other=other)
    )


def pdf_of(shown: Review, **more: Any) -> PdfReader:
    say = phrases(shown.interview.setup.language)
    made = interview_pdf(Reported(shown, **more), say, now=NOW, timezone="Europe/Berlin")
    return PdfReader(io.BytesIO(made))


def words_in(pdf: PdfReader) -> str:
    """All text of the pages with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
