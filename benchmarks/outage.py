"""The database goes away in the middle of a spoken answer: is anything lost, and how soon is all of it stored?

    python -m benchmarks.outage --json [--seconds 120]

Chromium speaks synthetic phrases all the while; the app runs on a PostgreSQL of its own, which is stopped
and started again. Words are counted on the page and in the database.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from uuid import UUID

import psycopg
from playwright.sync_api import Page, sync_playwright

from benchmarks.measuring import machine
from tests.browser import server
from tests.browser.visitor import (
    HAND_HELD_MICROPHONE,
    button,
    chromium,
    new_context,
    say,
    set_up,
    settled_text,
    try_without_account,
    until_settled,
)
from tests.spoken import phrases, spoken, word_errors, words_of, write_wav
from tests.standins import postgres

_PHRASES_AT_ONCE = 6  # about twenty seconds of speech
_WAIT_S = 120.0  # for the last words to be stored


@dataclass
class Said:
    """What was spoken so far, and whether the connection stood all the while."""

    text: str = ""
    rounds: int = 0
    microphone_on: bool = True


def speak(page: Page, folder: Path, said: Said) -> None:
    """Say some phrases and wait until they are on the page."""
    said.rounds += 1
    speech = spoken(phrases(_PHRASES_AT_ONCE, seed=300 + said.rounds), rate=48_000, pause=0.8)
    wav = write_wav(folder / "speech.wav", speech.samples, speech.rate).read_bytes()
    say(page, wav)
    said.text = f"{said.text} {speech.text}".strip()
    until_settled(page, len(words_of(said.text)), share=0.9, seconds=60)
    said.microphone_on &= page.locator(".camera-state").inner_text().startswith("Listening")


def stored_text(address: str) -> tuple[UUID, str] | None:
    """The one answer of this database as it is stored, in order."""
    with psycopg.connect(address) as db:
        rows = db.execute(
            "SELECT answer_id, string_agg(text, ' ' ORDER BY start_s, number) FROM segments GROUP BY 1"
        ).fetchall()
    return rows[0] if rows else None


def measure(folder: Path, seconds: float) -> dict[str, object]:
    """Run it once, with the database away for so many seconds."""
    standin, name = postgres.server(), postgres.new_database()
    running = server.start(folder / "data", DATABASE_URL=standin.backend(name))
    said = Said()
    try:
        with (
            sync_playwright() as playwright,
            chromium(playwright) as browser,
            new_context(browser) as context,
        ):
            context.add_init_script(HAND_HELD_MICROPHONE)
            page = context.new_page()
            try_without_account(page, running.url)
            set_up(page, questions=1)
            start(page)
            speak(page, folder, said)
            before = len(words_of(said.text))
            standin.stop()
            gone = time.monotonic()
            told = 0
            try:
                while time.monotonic() - gone < seconds:
                    speak(page, folder, said)
                    told += page.get_by_text("Not stored yet").count() > 0
            finally:
                standin.start()
            back, away_s = time.monotonic(), time.monotonic() - gone
            on_page = settled_text(page)
            while time.monotonic() - back < _WAIT_S:
                found = stored_text(standin.owner(name))
                if found is not None and len(found[1].split()) >= len(on_page.split()):
                    break
                time.sleep(0.02)
            stored_s = time.monotonic() - back
            speak(page, folder, said)
            heard = settled_text(page)
            button(page, "Finish answer")
            page.get_by_label("Your answer").wait_for()
            review = page.get_by_label("Your answer").input_value()
            stored = stored_text(standin.owner(name))
        kept = stored[1] if stored else ""
        return {
            "away_s": round(away_s, 1),
            "words_said": len(words_of(said.text)),
            "words_said_while_away": len(words_of(said.text)) - before,
            "words_heard": len(heard.split()),
            "words_stored": len(kept.split()),
            "words_lost": lost(heard, kept),
            "words_wrong": word_errors(said.text, kept),
            "review_is_whole": review.split() == kept.split(),
            "stored_after_s": round(stored_s, 2),
            "page_told": told > 0,
            "microphone_went_on": said.microphone_on,
        }
    finally:
        running.stop()


def lost(shown: str, kept: str) -> int:
    """Words that were on the page and are not in the database in that order."""
    before, after = shown.split(), kept.split()
    same = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return len(before) - sum(block.size for block in same)


def start(page: Page) -> None:
    """Start the microphone; who is asked first whether they may be recorded, agrees."""
    button(page, "Sound only")
    agree = page.get_by_role("button", name="Agree and start")
    state = page.locator(".camera-state")
    for _ in range(300):
        if agree.count() and agree.first.is_visible():
            agree.first.click()
            break
        if state.inner_text() != "Camera and microphone are off.":
            break
        page.wait_for_timeout(100)
    page.wait_for_function(
        """() => document.querySelector(".camera-state")?.textContent.startsWith("Listening")"""
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument("--seconds", type=float, default=120.0, help="that the database is away")
    seconds = options.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), seconds)
    print(f"{figures['words_lost']} words lost", file=sys.stderr)
    print(json.dumps({**figures, **machine()}))


if __name__ == "__main__":
    main()
