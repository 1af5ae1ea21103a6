"""The rater against answers that people put into bands, and the benchmark that measures it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.grading import figures, main, rate_case, read_cases

CASES = Path(__file__).parent / "grading"


def test_the_shipped_cases_are_told_apart() -> None:
    found = figures([rate_case(name, case) for name, case in read_cases(CASES).items()])
    assert found["pairs2"] is not None
    assert found["pairs2"] >= 0.95
    assert found["pairs1"] is not None
    assert found["pairs1"] >= 0.8
    assert found["adversarial"] is not None
    assert found["adversarial"] < 0.25


def test_there_are_enough_cases_of_every_kind() -> None:
    cases = read_cases(CASES)
    assert len(cases) >= 30
    assert {case.question.kind for case in cases.values()} == {
        "behavioural",
        "situational",
        "technical",
        "system_design",
    }
    for name, case in cases.items():
        assert len(case.answers) >= 7, name
        assert {answer.band for answer in case.answers} == {1, 2, 3, 4, 5}, name


def test_the_benchmark_ends_with_one_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = next(CASES.glob("*.json"))
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "one.json").write_bytes(case.read_bytes())
    out = tmp_path / "scores.jsonl"
    assert main(["--cases", str(tmp_path / "cases"), "--json", "--out", str(out)]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {
        "pairs2",
        "pairs1",
        "adversarial",
        "spearman",
        "answers",
        "seconds",
        "cores",
        "load_before",
    } <= last.keys()
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == last["answers"]
    assert lines[0].keys() == {"file", "id", "score"}


def test_a_flawed_case_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.json").write_text('{"question": {}}')
    assert main(["--cases", str(tmp_path), "--json"]) == 2
    assert "broken.json" in capsys.readouterr().err


def test_an_answer_that_cannot_be_judged_counts_as_zero(tmp_path: Path) -> None:
    case = json.loads(next(CASES.glob("*.json")).read_text())
    case["answers"] = [
        {"id": "a", "band": 1, "text": " "},
        {"id": "b", "band": 5, "text": case["question"]["model_answer"]},
    ]
    (tmp_path / "case.json").write_text(json.dumps(case))
    ((name, read),) = read_cases(tmp_path).items()
    assert next(answer.score for answer in rate_case(name, read)) == 0
