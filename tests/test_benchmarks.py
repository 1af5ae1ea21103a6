"""Benchmarks end with one JSON object that has the agreed keys; what they measure is not judged here."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.engines import TOKENS_PER_S
from benchmarks.measuring import quantile, slope
from benchmarks.random_model import make
from benchmarks.scoring import erasure, first_right, first_shown, matched, settled, stable_revisions
from benchmarks.searching import most_held
from benchmarks.speakers import Seen
from benchmarks.usual import Whole
from benchmarks.voices import conversation, monologue
from services.adapters.whisper import WhisperEngine
from services.ports import Passage
from services.speech.windows import TokenBudget
from tests.spoken import noise, words_of

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
        assert set(figures) == {"median_s", "p95_s", "queries", "transactions", "round_trips"}


def test_store_times_every_query_at_two_sizes_and_no_screen_takes_more_than_three() -> None:
    result = last_line("store", "--users", "6", "--interviews", "3", "--times", "2")
    assert result["rows"] > 0
    assert result["large"]["rows"] > 1.9 * result["rows"]
    for figures in result["queries"].values():
        assert {"p50_s", "p95_s", "growth_10x"} <= set(figures)
        assert 0 < figures["p50_s"] <= figures["p95_s"]
    assert len(result["screens"]) == 9
    # The login's included; review has views of the candidate and of mentors, and sound figures.
    assert result["max_queries_per_screen"] <= 3


def test_delivery_says_how_near_each_figure_comes() -> None:
    result = last_line("delivery", "--speakers", "1", "--seconds", "10")
    assert result["words_heard"] > 0
    for name in ("word", "raw_word", "pause", "first_word", "longest_run"):
        assert {f"{name}_p50_s", f"{name}_p95_s"} <= set(result)
    assert {"rate_p50", "articulation_p50", "share_p50", "missed", "invented"} <= set(result)


def test_recording_says_what_a_picture_costs_and_how_well_it_keeps_time() -> None:
    result = last_line("recording", *"--seconds 2 --kills 0 --minutes 0.5 --live 0".split())
    for rate in (15, 30):
        figures = result[f"fps_{rate}"]
        assert figures["copied_cpu_per_s"] < figures["x264_cpu_per_s"]
    assert result["flashes"] > 0
    assert result["apart_max_ms"] < 80
    assert {"live", "lost_s", "sessions"} <= set(result)


@pytest.mark.parametrize("protocol", ["gemini", "openai"])
def test_coach_says_what_it_adds_to_its_model_and_that_an_outage_costs_nothing(
    protocol: str,
) -> None:
    result = last_line("coach", "--seconds-per-call", "0.02", "--protocol", protocol)
    assert {"first_question_s", "rating_s", "model_s", "calls", "tokens_in"} <= set(result)
    assert result["failures_injected"] > 0
    assert result["rated_in_the_end"] == 5
    assert result["lost"] == 0


def test_grading_rates_a_folder_of_cases_and_writes_each_score(tmp_path: Path) -> None:
    out = tmp_path / "scores.jsonl"
    cases = ROOT / "tests" / "grading" / "held_out"
    result = last_line("grading", "--cases", str(cases), "--out", str(out))
    assert {"pairs2", "pairs1", "adversarial", "spearman", "answers", "seconds"} <= set(result)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == result["answers"]
    assert all(set(line) == {"file", "id", "score"} for line in lines)


Running = dict[str, subprocess.Popen[str]]
_LIVE = {
    "captions": ("--speakers", "1", "--seconds", "2"),
    "stop": ("--answers", "2", "--busy", "0,1", "--repeats", "1", "--peer", "whole-answer"),
    "capacity": ("--seconds", "2", "--most", "1"),
}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The benchmarks that talk in real time, all at once: they wait more than they work."""
    started = {
        name: subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{name}", "--json", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, options in _LIVE.items()
    }
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err[-2000:]
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert {"cores", "load_before"} <= set(result)
    return result


def test_captions_follows_speakers_and_counts_delays_errors_and_cost(running: Running) -> None:
    result = result_of(running["captions"])
    (run,) = result["runs"]
    assert set(run) >= {
        *("speakers", "first_p50_s", "first_p95_s", "settled_p95_s", "words_lost", "wer"),
        *("wer_offline", "erasure", "cpu_per_spoken_s", "loop_lag_p99_s", "mb_per_speaker"),
    }
    assert run["speakers"] == 1
    assert run["words_lost"] == 0
    assert run["lost_sound_s"] < 0.1
    assert result["cpu_per_silent_s"] > 0


def test_stop_times_ends_in_a_pause_and_in_a_word_beside_the_whole_answer(running: Running) -> None:
    result = result_of(running["stop"])
    assert [(r["where"], r["busy"]) for r in result["runs"]] == [
        ("pause", 0),
        ("word", 0),
        ("pause", 1),
        ("word", 1),
    ]
    assert all({"answer_s", "p50_s", "p95_s"} <= set(r) for r in result["runs"])
    assert "slope_ms_per_s" in result
    assert [r["answer_s"] for r in result["peer"]] == [2.0]


def test_capacity_compares_speakers_held_with_the_usual_way(running: Running) -> None:
    result = result_of(running["capacity"])
    assert {"ours", "usual", "ratio", "ours_p95_s", "usual_p95_s"} <= set(result)
    assert all(run["speakers"] == 1 for run in result["ours_runs"] + result["usual_runs"])


def test_a_natural_model_talks_as_long_as_it_may_and_never_raises_suspicion(tmp_path: Path) -> None:
    whole = Whole(make(tmp_path / "micro", "micro", natural=True), natural=True)
    words = words_of(whole.phrase(noise(5)))
    assert len(words) == len(set(words)) == 19  # 3.4 a second and two


@pytest.fixture(scope="module")
def natural(tmp_path_factory: pytest.TempPathFactory) -> WhisperEngine:
    folder = make(tmp_path_factory.mktemp("natural") / "micro", "micro", natural=True)
    budget = TokenBudget(per_second=TOKENS_PER_S, extra=2, strict=True)
    return WhisperEngine(folder, margin_s=1.28, tokens=budget, recheck=False)


@pytest.mark.parametrize("seconds", [2, 5, 9, 14])
def test_a_natural_model_finds_its_words_where_an_even_speaker_says_them(
    natural: WhisperEngine, seconds: int
) -> None:
    (kept,) = natural.settle([Passage(noise(seconds))])
    (sketch,) = natural.sketch([Passage(noise(seconds), timed=True)])
    ends = [min(k / TOKENS_PER_S, seconds) for k in range(1, len(kept.words) + 1)]
    assert ends[-1] == seconds
    assert [word.end for word in kept.words] == pytest.approx(ends, abs=0.2)
    assert list(sketch.ends) == pytest.approx(ends, abs=0.2)


def test_a_plain_random_model_notices_a_change_of_its_input(tmp_path: Path) -> None:
    whole = Whole(make(tmp_path / "micro", "micro"), natural=True)
    assert whole.phrase(noise(5)) != whole.phrase(noise(4))


def test_every_word_of_a_talk_has_its_place_in_the_sound() -> None:
    for talk in (conversation(10, 1), monologue(10, 2)):
        times = [time for word in talk.words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert times[-1] < talk.seconds
        cut = talk.until_in_word(5)
        assert cut.words[-1].end < cut.seconds < 5.6


def test_a_word_that_is_not_there_yet_is_missing_at_the_end() -> None:
    assert matched(["a", "b", "b"], ["a", "b"]) == [0, 1, None]
    assert matched(["a", "b", "c"], ["a", "x", "c"]) == [0, 1, 2]
    assert matched(["a", "b"], ["a", "um", "b"]) == [0, 2]
    assert matched(["a", "b"], []) == [None, None]


def test_delays_count_from_the_end_of_a_word_in_the_sound() -> None:
    talk = conversation(4, 3)
    first, second = talk.words[:2]
    notes = [
        Seen(first.end + 0.2, "", "wrong", shown_s=first.end),
        Seen(second.end + 0.3, "", f"{first.text} {second.text}", shown_s=second.end),
        Seen(second.end + 0.9, f"{first.text} {second.text}", "", settled_s=second.end),
    ]
    shown = first_shown(talk, notes, by_text=True)
    assert shown[:2] == pytest.approx([0.2, 0.3])
    assert set(shown[2:]) == {math.inf}
    assert first_shown(talk, notes, by_text=False)[:2] == pytest.approx([0.2, 0.3])
    assert first_right(talk, notes)[0] == pytest.approx(second.end + 0.3 - first.end)
    for by_text in (True, False):
        assert settled(talk, notes, by_text=by_text)[1] == pytest.approx(0.9)


def test_text_that_is_taken_back_is_counted() -> None:
    notes = [
        Seen(0.0, "", "we shape"),
        Seen(0.5, "", "we shipped", stable="we shipped"),
        Seen(1.0, "we shopped", ""),
    ]
    assert erasure(notes) == pytest.approx((3 + 5) / 10)
    assert stable_revisions(notes) == (1, 2)


def test_figures_are_nearest_rank_and_least_squares() -> None:
    assert quantile([3, 1, 2, 4], 0.5) == 2
    assert quantile([], 0.5) is None
    assert quantile([1, math.inf], 0.95) is None
    assert slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)


@pytest.mark.parametrize("limit", [0, 1, 5, 12, 40])
@pytest.mark.parametrize("guess", [1, 4, 30])
def test_the_search_finds_the_highest_number_that_is_held(limit: int, guess: int) -> None:
    def run(count: int, seconds: float) -> dict[str, Any]:
        return {"speakers": count, "seconds": seconds, "held": count <= limit}

    best = most_held("scripted", run, guess, 64, 120)
    assert best["held"] == (limit > 0)
    assert best["speakers"] == max(1, limit)
    assert best["seconds"] == 120
