"""Doubles with the shape of the real things, for tests that must decide what is heard or judged."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.domain import Job, Provenance, Question, Rating, Score, Setup, Word
from services.errors import RatingFailed, TranscriptionFailed
from services.ports import SAMPLE_RATE, EngineReport, Passage, Samples, Settled, Sketch


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
    """Asks given questions and gives every answer the same level, or fails."""

    questions: tuple[Question, ...]
    level: int = 3
    failing: bool = False
    cursed: str = ""  # an answer that breaks this coach in a way nobody foresaw
    rated: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "scripted"

    @property
    def label(self) -> str:
        return "Scripted estimate"

    def plan(self, setup: Setup, seen: frozenset[str]) -> tuple[Question, ...]:
        chosen = self.questions[: setup.question_count]
        return tuple(
            q.model_copy(update={"id": UUID(int=q.id.int + 1 + len(seen)), "number": n})
            for n, q in enumerate(chosen, start=1)
        )

    def rate(self, job: Job, question: Question, text: str, *, speech_model: str = "") -> Rating:
        if self.failing:
            raise RatingFailed("The coach is not well today.", "Rate again later.")
        if self.cursed and text == self.cursed:
            raise ZeroDivisionError
        self.rated.append(text)
        return Rating(
            scores=tuple(
                Score(criterion=c, level=self.level, reason="Scripted.")
                for c in question.rubric.criteria
            ),
            provenance=Provenance(
                coach="scripted",
                coach_version="1",
                rubric_version=question.rubric.version,
                speech_model=speech_model,
            ),
        )
