"""How well the offline rater tells bands of answers apart: `python -m benchmarks.grading --cases DIR --json`.

A case file holds one question and answers that people put into bands 1 to 5; adversarial answers are
band 1. Progress goes to standard error; the last line of standard output is one JSON object:

    pairs2       share of pairs two or more bands apart where the higher band got the higher figure
    pairs1       the same for one band apart; ties count as lost in both
    adversarial  mean figure of band 1 divided by the mean figure of band 5
    spearman     rank correlation of band and figure per question, averaged
    answers, seconds, cores, load_before
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from benchmarks.measuring import machine
from services.coach.rating import rate
from services.coach.rubrics import rubric_for
from services.domain import Difficulty, Job, Kind, Question, Rubric
from services.errors import RatingFailed


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
    """A line of `--out`: the overall figure (0-10) of one answer, with its band."""

    file: str
    id: str
    band: int
    score: float


def read_cases(folder: Path) -> dict[str, Case]:
    """Every *.json below `folder` by its relative path. Raises `ValueError` that names a flawed file."""
    cases = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            cases[path.relative_to(folder).as_posix()] = Case.model_validate_json(path.read_bytes())
        except ValidationError as flaw:
            raise ValueError(f"{path} is not a grading case: {flaw}") from flaw
    if not cases:
        raise ValueError(f"there are no *.json files in {folder}")
    return cases


def rate_case(name: str, case: Case) -> list[Rated]:
    """Rate all answers of a case; one that cannot be judged counts as 0."""
    question = case.question.asked()
    rated = []
    for answer in case.answers:
        try:
            score = rate(case.question.job, question, answer.text).overall
        except RatingFailed:
            score = 0.0
        rated.append(Rated(file=name, id=answer.id, band=answer.band, score=score))
    return rated


def figures(questions: Sequence[Sequence[Rated]]) -> dict[str, float | None]:
    """The four figures over the answers of each question; None where nothing can be compared."""
    return {
        "pairs2": _pairs(questions, range(2, 5)),
        "pairs1": _pairs(questions, range(1, 2)),
        "adversarial": _low_to_high(questions),
        "spearman": _mean(map(_rank_correlation, questions)),
    }


def _pairs(questions: Sequence[Sequence[Rated]], apart: range) -> float | None:
    won = [
        (a.score - b.score) * (a.band - b.band) > 0
        for answers in questions
        for a, b in combinations(answers, 2)
        if abs(a.band - b.band) in apart
    ]
    return fmean(won) if won else None


def _low_to_high(questions: Sequence[Sequence[Rated]]) -> float | None:
    low = _mean(r.score for answers in questions for r in answers if r.band == 1)
    high = _mean(r.score for answers in questions for r in answers if r.band == 5)
    return low / high if low is not None and high else None


def _rank_correlation(answers: Sequence[Rated]) -> float | None:
    """Spearman's rho with mean ranks for ties; None where all bands or all figures are the same."""
    bands = _ranks([r.band for r in answers])
    scores = _ranks([r.score for r in answers])
    if len(answers) < 2 or not bands.std() or not scores.std():
        return None
    return float(np.corrcoef(bands, scores)[0, 1])


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(np.array(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def _mean(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return fmean(numbers) if numbers else None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cases", type=Path, required=True, help="folder of case files")
    parser.add_argument("--json", action="store_true", help="print one JSON object (always done)")
    parser.add_argument("--out", type=Path, help="also write one JSON line per answer here")
    options = parser.parse_args(arguments)
    ran_on = machine()
    try:
        cases = read_cases(options.cases)
    except ValueError as flaw:
        print(flaw, file=sys.stderr)
        return 2
    started = time.perf_counter()
    questions = []
    for number, (name, case) in enumerate(cases.items(), start=1):
        questions.append(rate_case(name, case))
        print(f"{number}/{len(cases)} {name}", file=sys.stderr)
    seconds = time.perf_counter() - started
    if options.out:
        lines = [r.model_dump_json(exclude={"band"}) for answers in questions for r in answers]
        options.out.write_text("\n".join([*lines, ""]), "utf-8")
    found = {key: None if v is None else round(v, 4) for key, v in figures(questions).items()}
    count = sum(map(len, questions))
    print(json.dumps({**found, "answers": count, "seconds": round(seconds, 3), **ran_on}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
