"""The browser journey with spoken answers: words right, delay to settled text, loss at a killed server.

    python -m benchmarks.journey --json

Chromium speaks synthetic phrases into its microphone; the page is watched from inside, so that the
delay counts everything between the speaker's mouth and the reader's eye.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measuring import machine
from tests.browser import server
from tests.browser.visitor import (
    HAND_HELD_MICROPHONE,
    button,
    chromium,
    new_context,
    on_question,
    say,
    set_up,
    start_speaking,
    try_without_account,
    until_settled,
)
from tests.spoken import Spoken, phrases, spoken, word_errors, words_of, write_wav

# Notes the time at which each settled span appeared: (seconds since the epoch, words until then).
_WATCH = """() => {
  const settled = document.querySelector(".transcript .settled");
  const seen = (window.__settled = []);
  new MutationObserver(() => {
    const words = settled.textContent.trim().split(/\\s+/).filter(Boolean).length;
    seen.push([(performance.timeOrigin + performance.now()) / 1000, words]);
  }).observe(settled, { childList: true });
}"""


def speak_to(page: Page, speech: Spoken, folder: Path) -> tuple[float, list[tuple[float, int]]]:
    """Say it all; returns when it began and when how many words were settled on the page."""
    page.evaluate(_WATCH)
    wav = write_wav(folder / "speech.wav", speech.samples, speech.rate).read_bytes()
    began, _ = say(page, wav)
    until_settled(page, len(words_of(speech.text)))
    return began, [(t, n) for t, n in page.evaluate("() => window.__settled")]


def delays(speech: Spoken, began: float, seen: list[tuple[float, int]]) -> list[float]:
    """Seconds from the end of each spoken phrase to the span that brought its last word.

    Words are counted, so a word too many or too few before a phrase shifts it by one: a phrase counts as
    shown when all its words but one are.
    """
    found, words = [], 0
    for _, end, text in speech.phrases:
        words += len(words_of(text))
        shown = [t for t, n in seen if n >= words - 1]
        if shown:
            found.append(shown[0] - (began + end))
    return found


def spoken_answer(browser: Browser, folder: Path) -> tuple[int, int, list[float]]:
    """(words right, words said, delays of settled phrases) over two answers of 12 phrases."""
    running = server.start(folder / "journey")
    right = total = 0
    waited: list[float] = []
    try:
        context = new_context(browser)
        context.add_init_script(HAND_HELD_MICROPHONE)
        page = context.new_page()
        try_without_account(page, running.url)
        set_up(page, questions=2)
        for number, voice in ((1, "en-us+m3"), (2, "en-us+f2")):
            on_question(page, number, 2)
            speech = spoken(phrases(12, seed=40 + number), rate=48_000, voice=voice, pause=1.0)
            start_speaking(page, "Sound only")
            began, seen = speak_to(page, speech, folder)
            waited += delays(speech, began, seen)
            button(page, "Finish answer")
            field = page.get_by_label("Your answer")
            field.wait_for()
            heard, said = field.input_value(), len(words_of(speech.text))
            right += said - word_errors(speech.text, heard)
            total += said
            print(f"answer {number}: {right} of {total} words right", file=sys.stderr)
            button(page, "Submit answer")
        page.wait_for_url("**/feedback?interview=*")
        context.close()
    finally:
        running.stop()
    return right, total, waited


def lost_at_kill(browser: Browser, folder: Path) -> float:
    """Seconds of sound that are missing after kill -9 in the middle of a word.

    Sound said (by the browser's clock, from the first word) against sound in the spool. What is on its
    way through the network and aiortc's jitter buffer (about 0.1 s) counts as lost.
    """
    running = server.start(folder / "kill")
    try:
        context = new_context(browser)
        context.add_init_script(HAND_HELD_MICROPHONE)
        page = context.new_page()
        try_without_account(page, running.url)
        set_up(page, questions=1)
        start_speaking(page, "Sound only")
        speech = spoken(phrases(6, seed=50), rate=48_000, pause=0.3, tail=0.0)
        before = _spooled(running.data)
        said_from = page.evaluate("() => (performance.timeOrigin + performance.now()) / 1000")
        wav = write_wav(folder / "kill.wav", speech.samples, speech.rate).read_bytes()
        say(page, wav)
        running.kill()
        said_until = page.evaluate("() => (performance.timeOrigin + performance.now()) / 1000")
        kept = _spooled(running.data) - before
        context.close()
        return max(0.0, float(said_until) - float(said_from) - kept)
    finally:
        running.stop()


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _spooled(data: Path) -> float:
    """Seconds of 16 kHz s16 mono in the spools."""
    return sum(p.stat().st_size for p in (data / "spool").rglob("*.pcm")) / 32_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.parse_args()
    facts = machine()
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        right, total, waited = spoken_answer(browser, Path(folder))
        lost = [lost_at_kill(browser, _new(Path(folder) / str(i))) for i in range(3)]
    waited.sort()
    print(
        json.dumps(
            {
                "words_right": right,
                "words_total": total,
                "settle_p50_s": round(waited[len(waited) // 2], 3),
                "settle_p95_s": round(waited[min(len(waited) - 1, int(0.95 * len(waited)))], 3),
                "phrases": len(waited),
                "kill_lost_s": round(max(lost), 3),
                **facts,
            }
        )
    )


if __name__ == "__main__":
    main()
