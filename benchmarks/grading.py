"""How well a coach tells bands of answers apart: `python -m benchmarks.grading --cases DIR --json`.

    --coach offline|gemini|openai   who rates; a language model with the settings of the product
    --repeats N                     how often each answer is rated
    --limit N                       only the first N files
    --at-once N                     answers rated side by side

A case file holds one question and answers that people put into bands 1 to 5; adversarial answers are
band 1. Progress goes to standard error; the last line of standard output is one JSON object:

    pairs2       share of pairs two or more bands apart where the higher band got the higher figure
    pairs1       the same for one band apart; ties count as lost in both
    adversarial  mean figure of band 1 divided by the mean figure of band 5
    spearman     rank correlation of band and figure per question, averaged
    stability    mean absolute difference of the overall figure (0-10) between two repeats
    same_level   share of criteria that got the same level in both
    evidence_found, unsure   shares: of levels from 2 on with evidence; of ratings in doubt
    refusals, failures   answers that the coach would not rate (they count as 0); calls that failed
    calls, tokens_in, tokens_out, coach, answers, seconds, cores, load_before
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

import numpy as np
from numpy.typing import NDArray

from benchmarks.graded import Case, Meter, Rated, coach_for, grade, read_cases, reliance
from benchmarks.measuring import machine, tell
from services.coach.offline import OfflineCoach
from services.errors import LanguageModelError
from services.settings import Settings


def rate_case(name: str, case: Case) -> list[Rated]:
    """Rate all answers of a case offline; one that cannot be judged counts as 0."""
    (answers,) = grade(OfflineCoach(), {name: case})
    return [rated for answer in answers if (rated := answer.rated)]


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


def main(arguments: Sequence[str] | None = None, settings: Settings | None = None) -> int:
    """`settings` None reads them from the environment and `.env`, as the product does."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cases", type=Path, required=True, help="folder of case files")
    parser.add_argument("--coach", choices=("offline", "gemini", "openai"), default="offline")
    parser.add_argument("--repeats", type=_positive, default=1, help="ratings of each answer")
    parser.add_argument("--limit", type=_positive, help="only so many files")
    parser.add_argument(
        "--at-once", type=_positive, help="answers rated side by side (4, offline 1)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object (always done)")
    parser.add_argument("--out", type=Path, help="also write one JSON line per answer here")
    options = parser.parse_args(arguments)
    ran_on = machine()
    meter = Meter()
    try:
        cases = read_cases(options.cases, options.limit)
        coach = coach_for(options.coach, settings or Settings(), meter)
    except (ValueError, LanguageModelError) as flaw:
        print(flaw, file=sys.stderr)
        return 2
    at_once = options.at_once or (1 if options.coach == "offline" else 4)
    started = time.perf_counter()
    answers = []
    for number, graded in enumerate(grade(coach, cases, options.repeats, at_once), start=1):
        answers.append(graded)
        tell(f"{number}/{len(cases)} {graded[0].file if graded else ''}")
    seconds = time.perf_counter() - started
    questions = [[rated for a in graded if (rated := a.rated)] for graded in answers]
    if options.out:
        lines = [r.model_dump_json(exclude={"band"}) for rated in questions for r in rated]
        options.out.write_text("\n".join([*lines, ""]), "utf-8")
    found = {**figures(questions), **reliance(a for graded in answers for a in graded)}
    print(
        json.dumps(
            {name: round(v, 4) if isinstance(v, float) else v for name, v in found.items()}
            | {"calls": meter.calls, "tokens_in": meter.tokens_in, "tokens_out": meter.tokens_out}
            | {"coach": coach.name, "answers": sum(map(len, questions))}
            | {"seconds": round(seconds, 3), **ran_on}
        )
    )
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
