"""Watching a half-hour interview again: seconds until its review stands, and what the server keeps for it.

    python -m benchmarks.review --json [--questions 10] [--minutes 3] [--runs 5]

Ten spoken answers of three minutes with their recordings, words, ratings and loudness lie in a database. Real
Chromium opens the review until the words stand and the recording is known (`open_s`), goes to another question
(`switch_s`) and presses a word in the middle until it sounds (`seek_s`); `server_s` is the script alone. The
report of the same interview is made as well (`pdf_s`).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from pathlib import Path
from uuid import UUID

import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from benchmarks.long_talk import sound_of, varied
from benchmarks.measuring import machine, rounded, tell
from benchmarks.report import long_interview
from benchmarks.report import measure as report
from services.domain import AnswerMode
from services.storage.database import SERVICE, open_database, reading
from services.storage.recordings import Recordings
from services.storage.store import Store
from services.storage.tables import UserRow
from tests.browser import server
from tests.browser.visitor import at_rest, chromium, new_context, try_without_account

_STANDS = """() => {
  const heard = document.querySelector(".review-media audio");
  return document.querySelector(".review-words [data-at]") && heard && heard.readyState >= 1;
}"""


def store_interview(data: Path, questions: int, minutes: float) -> tuple[UUID, UUID]:
    """Put a long interview into the database of the newest account; who that is, and the interview."""
    database = open_database(f"sqlite:///{data / 'interviews.db'}")
    store, recordings = Store(database), Recordings(data / "recordings")
    with reading(database, SERVICE) as db:
        owner = db.scalars(select(UserRow.id).order_by(UserRow.created_at.desc())).first()
    assert owner is not None
    long = long_interview(questions, minutes)
    kept = store.add_interview(owner, long.interview.setup, long.interview.questions)
    for question, item in zip(kept.questions, long.items, strict=True):
        assert item.answer is not None
        assert item.rating is not None
        answer = store.open_answer(owner, question.id, AnswerMode.SPOKEN)
        for number, segment in enumerate(varied(item.answer.segments)):
            store.append_segment(owner, answer.id, number, segment)
        store.set_sound(owner, answer.id, 60 * minutes, False)
        store.heard(owner, answer.id, pending=False)
        pcm = data / f"{answer.id}.pcm"
        pcm.write_bytes(_speechlike(60 * minutes).tobytes())
        store.keep_recording(owner, answer.id, recordings.put_flac(owner, kept.id, answer.id, pcm))
        pcm.unlink()
        store.submit(owner, answer.id, None)
        store.keep_sound_figures(owner, answer.id, sound_of(60 * minutes))
        store.add_rating(owner, answer.id, item.rating)
    database.dispose()
    return owner, kept.id


def _speechlike(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Noise that comes and goes: its FLAC is as large as that of speech."""
    dice = np.random.default_rng(5)
    at = np.arange(round(seconds * 16_000)) / 16_000
    loud = 900 * (1 + np.sin(2 * np.pi * 3 * at)) * (np.sin(2 * np.pi * 0.2 * at) > -0.8)
    noise: np.ndarray[tuple[int], np.dtype[np.int16]] = (
        (dice.standard_normal(len(at)) * loud).clip(-32_000, 32_000).astype(np.int16)
    )
    return noise


def opened(page: Page, address: str) -> tuple[float, float, float]:
    """(seconds until the review stands, until another question does, until a word in its middle sounds)."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_function(_STANDS)
    stands = time.perf_counter() - began
    at_rest(page)
    first = page.locator(".review-words [data-at]").first
    page.evaluate(
        "() => { document.querySelector('.review-words').firstElementChild.id = 'before'; }"
    )
    began = time.perf_counter()
    page.get_by_role("radio", name="2", exact=True).click()
    page.wait_for_function("() => !document.querySelector('#before')")
    page.wait_for_function(_STANDS)
    switched = time.perf_counter() - began
    first.wait_for()
    words = page.locator(".review-words [data-at]")
    middle = words.nth(words.count() // 2)
    middle.scroll_into_view_if_needed()
    second = float(middle.get_attribute("data-at") or 0)
    began = time.perf_counter()
    middle.click()
    page.wait_for_function(
        "s => { const a = document.querySelector('.review-media audio'); return !a.paused && a.currentTime > s + 0.02; }",
        arg=second,
    )
    return stands, switched, time.perf_counter() - began


def served(owner: UUID, interview: UUID, visits: int) -> float:
    """Seconds of the script of the review screen, without a browser."""
    from streamlit.testing.v1 import AppTest

    from pages.ui.context import TabState, services
    from pages.ui.requests import serving

    serving.set()
    tab = AppTest.from_file(str(server.ROOT / "app.py"), default_timeout=60)
    tab.session_state["tab"] = TabState(secret=services().logins.open(owner))
    tab.run()
    tab.switch_page("pages/practice/review.py")
    tab.query_params["interview"] = str(interview)
    seconds = []
    for visit in range(visits + 2):  # two warm up
        began = time.perf_counter()
        tab.run()
        assert not tab.exception, tab.exception
        assert tab.get("bidi_component")
        if visit >= 2:
            seconds.append(time.perf_counter() - began)
    services().shutdown()
    return statistics.median(seconds)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument("--questions", type=int, default=10)
    options.add_argument("--minutes", type=float, default=3.0)
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    facts = machine()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        running = server.start(data, speech_model="base.en")
        try:
            with sync_playwright() as playwright, chromium(playwright) as browser:
                context = new_context(browser)
                page = context.new_page()
                try_without_account(page, running.url)
                tell("storing the interview")
                owner, interview = store_interview(data, given.questions, given.minutes)
                address = f"{running.url}/review?interview={interview}"
                timed = []
                for run in range(given.runs + 1):  # the first warms caches and is not counted
                    timed.append(opened(page, address))
                    tell(f"run {run}: {timed[-1]}")
                rss_mb = psutil.Process(running.process.pid).memory_info().rss / 1e6
                context.close()
        finally:
            running.stop()
        os.environ |= {"DATA_DIR": str(data), "SPEECH_MODEL": "base.en"}
        server_s = served(owner, interview, given.runs)
    tell("making the report")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pdf = pool.apply(report, (given.questions, given.minutes))
    opening, switching, seeking = zip(*timed[1:], strict=True)
    told = {
        "open_s": rounded(statistics.median(opening)),
        "switch_s": rounded(statistics.median(switching)),
        "seek_s": rounded(statistics.median(seeking)),
        "server_s": rounded(server_s),
        "rss_mb": rounded(rss_mb),
        "pdf_s": pdf["first_seconds"],
        "questions": given.questions,
        "minutes": given.minutes,
    }
    print(json.dumps(told | facts))


if __name__ == "__main__":
    main()
