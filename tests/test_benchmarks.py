"""Benchmarks end with one JSON object that has the agreed keys; what they measure is not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def last_line(module: str, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", "--json", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert {"cores", "load_before"} <= set(result)
    return result


def test_pages_times_every_screen_and_counts_its_queries() -> None:
    result = last_line("pages", "--interviews", "3", "--users", "1", "--visits", "1")
    assert set(result["screens"]) >= {"set_up", "interview", "feedback", "history", "progress"}
    for figures in result["screens"].values():
        assert set(figures) == {"median_s", "p95_s", "queries"}


def test_grading_rates_a_folder_of_cases_and_writes_each_score(tmp_path: Path) -> None:
    out = tmp_path / "scores.jsonl"
    cases = ROOT / "tests" / "grading" / "held_out"
    result = last_line("grading", "--cases", str(cases), "--out", str(out))
    assert {"pairs2", "pairs1", "adversarial", "spearman", "answers", "seconds"} <= set(result)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == result["answers"]
    assert all(set(line) == {"file", "id", "score"} for line in lines)
