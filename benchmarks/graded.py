"""Cases rated by a coach, several times if wished: figures of each answer, and how far to rely on them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from benchmarks.measuring import tell
from services.adapters.gemini import Gemini, gemini_client
from services.adapters.openai_compatible import OpenAICompatible
from services.coach.language_model.coach import LanguageCoach
from services.coach.offline import OfflineCoach
from services.coach.rubrics import rubric_for
from services.domain import Difficulty, Job, Kind, Question, Rating, Rubric, Setup
from services.errors import LanguageModelError, ModelBusy, RatingFailed
from services.ports import Coach, Spend, Submission
from services.settings import Settings

_WAIT_S = 60.0  # longest pause for a model that is busy
_WAITS = 3  # for one answer


class AskedQuestion(BaseModel, frozen=True):
    """A question as a case file holds it."""

    text: str
    kind: Kind
    difficulty: Difficulty = Difficulty.MEDIUM
    language: str = "en"
    job: Job
    model_answer: str = ""
    key_points: tuple[str, ...] = ()
    rubric: Rubric | None = None

    def asked(self) -> Question:
        return Question(
            text=self.text,
            kind=self.kind,
            difficulty=self.difficulty,
            model_answer=self.model_answer,
            key_points=self.key_points,
            rubric=self.rubric or rubric_for(self.kind),
        )

    def submission(self, text: str) -> Submission:
        setup = Setup(job=self.job, difficulty=self.difficulty, language=self.language)
        return Submission(setup=setup, question=self.asked(), text=text)


class BandedAnswer(BaseModel, frozen=True):
    """An answer with the level that a good interviewer would give."""

    id: str
    band: Annotated[int, Field(ge=1, le=5)]
    note: str = ""
    text: str


class Case(BaseModel, frozen=True):
    """One file."""

    question: AskedQuestion
    answers: tuple[BandedAnswer, ...]


class Rated(BaseModel, frozen=True):
    """One answer with its band and its overall figure (0-10), the mean of its repeats."""

    file: str
    id: str
    band: int
    score: float


@dataclass(frozen=True)
class Graded:
    """One answer with what came of each repeat.

    A coach that refuses to judge ("this speaks to whoever rates it") gives no rating, and the answer
    counts as 0; a call that failed says nothing about the answer and does not count.
    """

    file: str
    id: str
    band: int
    ratings: tuple[Rating, ...]
    refusals: int = 0
    failures: int = 0

    @property
    def rated(self) -> Rated | None:
        """None when every repeat failed."""
        scores = [rating.overall for rating in self.ratings] + [0.0] * self.refusals
        if not scores:
            return None
        return Rated(file=self.file, id=self.id, band=self.band, score=fmean(scores))


class Meter:
    """Counts calls and tokens, and allows them all. Any thread may call."""

    def __init__(self) -> None:
        self.calls = self.tokens_in = self.tokens_out = 0
        self._lock = threading.Lock()

    def allow(self) -> None:
        with self._lock:
            self.calls += 1

    def used(self, tokens_in: int, tokens_out: int) -> None:
        with self._lock:
            self.tokens_in += tokens_in
            self.tokens_out += tokens_out


def read_cases(folder: Path, most: int | None = None) -> dict[str, Case]:
    """The first `most` *.json below `folder` by relative path. Raises `ValueError` that names a flawed file."""
    cases = {}
    for path in sorted(folder.rglob("*.json"))[:most]:
        try:
            cases[path.relative_to(folder).as_posix()] = Case.model_validate_json(path.read_bytes())
        except ValidationError as flaw:
            raise ValueError(f"{path} is not a grading case: {flaw}") from flaw
    if not cases:
        raise ValueError(f"there are no *.json files in {folder}")
    return cases


def coach_for(
    name: Literal["offline", "gemini", "openai"], settings: Settings, spend: Spend
) -> Coach:
    """The coach as the product builds it. Raises `ValueError` when its settings are missing."""
    if name == "offline":
        return OfflineCoach()
    passes, timeout_s = settings.rating_passes, settings.model_timeout_s
    if name == "gemini":
        key = settings.gemini_api_key.get_secret_value()
        if not key:
            raise ValueError("Gemini needs GEMINI_API_KEY.")
        gemini = Gemini(
            gemini_client(key, settings.gemini_base_url, timeout_s),
            rating_model=settings.gemini_rating_model,
            planning_model=settings.gemini_planning_model,
            fallback_model=settings.gemini_fallback_model,
            spend=spend,
            on_fallback=lambda gone, instead: tell(f"{gone} is gone; {instead} answers instead"),
        )
        return LanguageCoach(gemini, "Gemini", passes)
    if not settings.openai_base_url:
        raise ValueError("An OpenAI-compatible server needs OPENAI_BASE_URL.")
    server = OpenAICompatible(
        settings.openai_base_url,
        key=settings.openai_api_key.get_secret_value(),
        model=settings.openai_model,
        timeout_s=timeout_s,
        spend=spend,
    )
    return LanguageCoach(server, "Language model", passes)


def grade(
    coach: Coach,
    cases: dict[str, Case],
    repeats: int = 1,
    at_once: int = 1,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[list[Graded]]:
    """Judge every answer `repeats` times, `at_once` answers side by side; a list for each case.

    `pause(seconds)` waits for a model that is busy.
    """

    def graded(name: str, case: Case, answer: BandedAnswer) -> Graded:
        submission = case.question.submission(answer.text)
        ratings: list[Rating] = []
        refusals = failures = 0
        for _ in range(repeats):
            try:
                ratings.append(_judged(coach, submission, pause))
            except RatingFailed:
                refusals += 1
            except LanguageModelError as failure:
                failures += 1
                tell(f"{name} {answer.id}: {type(failure).__name__}: {failure.message}")
        return Graded(name, answer.id, answer.band, tuple(ratings), refusals, failures)

    with ThreadPoolExecutor(at_once) as threads:
        for name, case in cases.items():
            yield list(
                threads.map(
                    graded, [name] * len(case.answers), [case] * len(case.answers), case.answers
                )
            )


def _judged(coach: Coach, submission: Submission, pause: Callable[[float], None]) -> Rating:
    for _ in range(_WAITS):
        try:
            return coach.judge(submission).rating
        except ModelBusy as busy:
            pause(min(_WAIT_S, busy.wait_s or _WAIT_S))
    return coach.judge(submission).rating


def reliance(answers: Iterable[Graded]) -> dict[str, float | int | None]:
    """How far these ratings can be relied on; None where nothing can be compared.

    `stability` is the mean absolute difference (0-10) of the overall figures of two repeats, and
    `same_level` the share of criteria with the same level in both. `evidence_found` is the share of
    levels from 2 on with words of the answer that show them, `unsure` the share of ratings whose two
    passes disagree.
    """
    everything = list(answers)
    ratings = [rating for answer in everything for rating in answer.ratings]
    pairs = [pair for answer in everything for pair in combinations(answer.ratings, 2)]
    above = [score for rating in ratings for score in rating.scores if score.high > 1]
    return {
        "stability": _mean([abs(one.overall - other.overall) for one, other in pairs]),
        "same_level": _mean([same for one, other in pairs for same in _same_levels(one, other)]),
        "evidence_found": _mean([bool(score.evidence) for score in above]),
        "unsure": _mean([rating.unsure for rating in ratings]),
        "refusals": sum(answer.refusals for answer in everything),
        "failures": sum(answer.failures for answer in everything),
    }


def _same_levels(one: Rating, other: Rating) -> list[bool]:
    levels = {score.criterion.id: score.mean for score in other.scores}
    return [levels.get(score.criterion.id) == score.mean for score in one.scores]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
