"""The rater against answers that people put into bands, and the benchmark that measures it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from benchmarks.graded import Case, Graded, grade, read_cases, reliance
from benchmarks.grading import figures, main, rate_case
from benchmarks.loopback_model import loopback_model
from benchmarks.scripted_coach import answer as by_length
from services.coach.language_model.coach import LanguageCoach
from services.errors import ModelBusy, ModelUnreachable
from services.ports import Prompt
from services.settings import Settings
from tests.services.coach.language_model.scripted import ScriptedModel

CASES = Path(__file__).parent / "grading"
HELD_OUT = CASES / "held_out"
# What the note of an answer that tries the rater begins with. Raw speech may have any band.
ADVERSARIAL = (
    "gibberish",
    "the question repeated",
    "off topic",
    "keywords",
    "inverted fact",
    "injection",
)
RAW_SPEECH = "raw speech"


def test_the_shipped_cases_are_told_apart() -> None:
    found = figures([rate_case(name, case) for name, case in read_cases(CASES).items()])
    assert found["pairs2"] is not None
    assert found["pairs2"] >= 0.95
    assert found["pairs1"] is not None
    assert found["pairs1"] >= 0.8
    assert found["adversarial"] is not None
    assert found["adversarial"] < 0.25


def test_cases_that_nothing_was_tuned_on_are_told_apart_as_well() -> None:
    found = figures([rate_case(name, case) for name, case in read_cases(HELD_OUT).items()])
    assert found["pairs2"] is not None
    assert found["pairs2"] >= 0.95
    assert found["pairs1"] is not None
    assert found["pairs1"] >= 0.75
    assert found["adversarial"] is not None
    assert found["adversarial"] < 0.25


def test_every_way_to_try_the_rater_is_there_often_enough() -> None:
    kinds = Counter(
        answer.note.split(":")[0]
        for case in read_cases(CASES).values()
        for answer in case.answers
        if answer.band <= 2 or answer.note.startswith(RAW_SPEECH)
    )
    assert {kind: kinds[kind] for kind in (*ADVERSARIAL, RAW_SPEECH) if kinds[kind] < 30} == {}


def test_the_jobs_of_the_cases_are_not_all_in_software() -> None:
    jobs = " ".join(case.question.job.position for case in read_cases(CASES).values()).lower()
    for field in ("nurse", "store", "sales", "manager", "teacher", "accountant", "data", "devops"):
        assert field in jobs


def test_there_are_enough_cases_of_every_kind() -> None:
    cases = read_cases(CASES)
    assert len(cases) >= 40
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
        "stability",
        "evidence_found",
        "unsure",
        "failures",
        "calls",
        "tokens_in",
        "tokens_out",
        "coach",
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


def one_case(folder: Path) -> dict[str, Case]:
    """A case with one answer of each band, longer ones in higher bands, as `folder`/case.json."""
    case = json.loads(next(CASES.glob("*.json")).read_text())
    story = case["question"]["model_answer"].split()
    case["answers"] = [
        {"id": f"b{band}", "band": band, "text": " ".join(story[: 13 * band - 8])}
        for band in range(1, 6)
    ]
    (folder / "case.json").write_text(json.dumps(case))
    return read_cases(folder)


def rated_by(script: Any, folder: Path, repeats: int = 1) -> list[Graded]:
    coach = LanguageCoach(ScriptedModel(script), "Scripted", passes=1)
    (answers,) = grade(coach, one_case(folder), repeats, pause=lambda seconds: None)
    return answers


@pytest.mark.parametrize("protocol", ["gemini", "openai"])
def test_a_language_model_is_measured_over_its_own_protocol(
    protocol: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_case(tmp_path)
    with loopback_model(by_length) as server:
        settings = Settings(
            gemini_api_key="a-key",
            gemini_base_url=server.gemini_url,
            openai_base_url=server.openai_url,
            rating_passes=2,
        )
        asked = ["--cases", str(tmp_path), "--coach", protocol, "--repeats", "2"]
        assert main(asked, settings) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["pairs2"] == 1
    assert last["stability"] == 0
    assert last["same_level"] == 1
    assert last["unsure"] == 0
    assert last["failures"] == 0
    assert last["answers"] == 5
    assert last["calls"] >= 2 * 2 * 5
    assert last["tokens_in"] > 0
    assert last["tokens_out"] > 0
    assert last["coach"] not in ("", "offline")


def test_a_failed_call_counts_as_a_failure_and_not_as_a_number(tmp_path: Path) -> None:
    def fails(prompt: Prompt, shape: type[BaseModel]) -> str:
        raise ModelUnreachable("No network.")

    answers = rated_by(fails, tmp_path, repeats=2)
    assert [answer.rated for answer in answers] == [None] * 5
    found = reliance(answers)
    assert found["failures"] == 10
    assert found["stability"] is None
    assert found["evidence_found"] is None


def test_a_busy_model_is_waited_for(tmp_path: Path) -> None:
    waits: list[float] = []

    def busy(prompt: Prompt, shape: type[BaseModel]) -> str:
        raise ModelBusy("Too many calls.", wait_s=5.0)

    coach = LanguageCoach(ScriptedModel(busy), "Scripted", passes=1)
    (answers,) = grade(coach, one_case(tmp_path), pause=waits.append)
    assert set(waits) == {5.0}
    assert all(answer.failures == 1 for answer in answers)


def test_a_coach_without_its_settings_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_case(tmp_path)
    nothing = Settings(gemini_api_key="", openai_base_url="")
    for coach, named in (("gemini", "GEMINI_API_KEY"), ("openai", "OPENAI_BASE_URL")):
        assert main(["--cases", str(tmp_path), "--coach", coach], nothing) == 2
        assert named in capsys.readouterr().err


def test_only_the_first_files_are_rated_with_a_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--cases", str(HELD_OUT), "--limit", "1"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    (first,) = read_cases(HELD_OUT, 1).values()
    assert last["answers"] == len(first.answers)
