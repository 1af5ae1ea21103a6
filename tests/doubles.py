"""Doubles with the shape of the real things, for tests that must decide what is heard or judged."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from services.domain import OWN, Provenance, Question, Rating, Score, Setup, Turn, Word
from services.errors import LanguageModelError, RatingFailed, TranscriptionFailed
from services.ports import (
    SAMPLE_RATE,
    Brief,
    EngineReport,
    Judgement,
    Passage,
    Samples,
    Settled,
    Sketch,
    Submission,
)


@dataclass
class ScriptedEngine:
    """Hears a word for every second in whatever sounds, named by their number; fails on demand."""

    failing: bool = False
    heard: int = 0
    calls_at_once: int = 1
    languages: frozenset[str] = frozenset({"en"})

    @property
    def name(self) -> str:
        return "scripted"

    def group(self, passage: Passage, *, keep: bool) -> Hashable:
        return keep

    def settle(self, passages: Sequence[Passage]) -> tuple[Settled, ...]:
        if self.failing:
            raise TranscriptionFailed("The engine is broken.", "Try again.")
        return tuple(Settled(self._words(p)) for p in passages)

    def sketch(self, passages: Sequence[Passage]) -> tuple[Sketch, ...]:
        said = Sketch(("perhaps", "a", "word"))
        return tuple(replace(said, ends=(0.1, 0.2, 0.3)) if p.timed else said for p in passages)

    def language_of(self, samples: Samples) -> tuple[str, float]:
        return "en", 1.0

    def report(self) -> EngineReport:
        return EngineReport()

    def _words(self, passage: Passage) -> tuple[Word, ...]:
        if not passage.samples.any():
            return ()
        count = max(1, round(len(passage.samples) / SAMPLE_RATE))
        words = tuple(
            Word(start=i * 0.5, end=i * 0.5 + 0.4, text=f"word{self.heard + i}", probability=0.9)
            for i in range(count)
        )
        self.heard += count
        return words


@dataclass
class ScriptedCoach:
    """Asks given questions and gives every answer the same level; fails as it is told."""

    questions: tuple[Question, ...]
    level: int = 3
    name: str = "scripted"
    failing: bool = False  # cannot judge at all
    failure: LanguageModelError | None = None  # what the next calls end with
    cursed: str = ""  # an answer that breaks this coach in a way nobody foresaw
    follow_up: Question | None = None  # asked on after an answer, while some are left
    fails_after: int | None = None  # questions that a plan yields before `failure` comes
    gate: threading.Event = field(default_factory=threading.Event)  # judging waits for it
    judged: list[Submission] = field(default_factory=list)
    talks: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def label(self) -> str:
        return "Scripted estimate"

    @property
    def rated(self) -> list[str]:
        return [submission.text for submission in self.judged]

    def plan(self, brief: Brief) -> Iterator[Question]:
        chosen = self.questions[: brief.setup.question_count]
        for n, q in enumerate(chosen):
            if self.failure is not None and n == (self.fails_after or 0):
                raise self.failure
            yield q.model_copy(update={"id": uuid4(), "number": n + 1})

    def write_up(self, setup: Setup, text: str) -> Question:
        if self.failure is not None:
            raise self.failure
        return self.questions[0].model_copy(update={"id": uuid4(), "text": text, "source": OWN})

    def judge(self, submission: Submission) -> Judgement:
        assert self.gate.wait(30)
        if self.failing:
            raise RatingFailed("The coach is not well today.", "Rate again later.")
        if self.failure is not None:
            raise self.failure
        if self.cursed and submission.text == self.cursed:
            raise ZeroDivisionError
        self.judged.append(submission)
        rating = Rating(
            scores=tuple(
                Score(criterion=c, level=self.level, reason="Scripted.")
                for c in submission.question.rubric.criteria
            ),
            next_action="Name one figure.",
            provenance=Provenance(
                coach=self.name,
                coach_version="1",
                rubric_version=submission.question.rubric.version,
                speech_model=submission.speech_model,
            ),
        )
        asked = self.follow_up if submission.follow_ups_left else None
        return Judgement(rating, asked.model_copy(update={"id": uuid4()}) if asked else None)

    def talk(
        self, submission: Submission, rating: Rating, turns: tuple[Turn, ...]
    ) -> Iterator[str]:
        yield f"You asked: {turns[-1].text}"
