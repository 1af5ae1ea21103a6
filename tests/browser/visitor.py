"""What a person does in the browser, in the words of the screens."""

from __future__ import annotations

import base64
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser.server import Server
from tests.logs import secret

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()
AGREE = "Agree and start"
PATIENCE = 30_000  # ms; on a busy machine a screen may take its time, a broken one takes for ever

# A microphone that a test speaks into: getUserMedia gives sound from WebAudio and a drawn picture.
HAND_HELD_MICROPHONE = """(() => {
  if (!navigator.mediaDevices) return;
  const mic = (window.__mic = { context: null, out: null });
  const ready = async () => {
    if (!mic.context) {
      mic.context = new AudioContext({ sampleRate: 48000 });
      mic.out = mic.context.createMediaStreamDestination();
      const room = mic.context.createConstantSource(); // a microphone hears even when nobody speaks
      const soft = mic.context.createGain();
      soft.gain.value = 0.00001;
      room.connect(soft).connect(mic.out);
      room.start();
    }
    await mic.context.resume();
  };
  mic.say = async b64 => {
    await ready();
    const raw = Uint8Array.from(atob(b64), c => c.charCodeAt(0));
    const sound = await mic.context.decodeAudioData(raw.buffer);
    const source = mic.context.createBufferSource();
    source.buffer = sound;
    source.connect(mic.out);
    const began = performance.timeOrigin + performance.now();
    source.start();
    return new Promise(done => { source.onended = () => done([began / 1000, sound.duration]); });
  };
  navigator.mediaDevices.getUserMedia = async wish => {
    await ready();
    const tracks = [];
    if (wish.audio) tracks.push(mic.out.stream.getAudioTracks()[0].clone());
    if (wish.video) {
      const canvas = document.createElement("canvas");
      canvas.width = 640; canvas.height = 480;
      const pen = canvas.getContext("2d");
      let hue = 0;
      setInterval(() => {
        pen.fillStyle = `hsl(${hue++ % 360}, 40%, 45%)`;
        pen.fillRect(0, 0, 640, 480);
      }, 100);
      tracks.push(canvas.captureStream(10).getVideoTracks()[0]);
    }
    return new MediaStream(tracks);
  };
})();"""


def fake_devices(speech: Path) -> list[str]:
    """Chromium's own fake camera, and a fake microphone that plays the file once per opening."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={speech}%noloop",
    ]


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, headless=True, args=[*QUIET, *flags]
    )
    try:
        yield browser
    finally:
        browser.close()


def new_context(browser: Browser, *, phone: bool = False, **options: object) -> BrowserContext:
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
    context = browser.new_context(viewport=size, **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


def at_rest(page: Page) -> None:
    """Wait until no run of the script is under way: what is drawn stays where it is, as a person waits."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()


def button(page: Page, name: str) -> None:
    at_rest(page)
    page.get_by_role("button", name=name, exact=True).first.click()


def go(page: Page, url: str, path: str) -> None:
    page.goto(f"{url}{path}")


def create_account(
    page: Page, url: str, email: str, password: str = "correct horse staple"
) -> None:
    go(page, url, "/sign-in")
    page.get_by_role("tab", name="Create account").click()
    form = page.get_by_role("tabpanel").filter(visible=True)
    form.get_by_label("Name", exact=True).fill("Ada")
    form.get_by_label("Email", exact=True).fill(email)
    form.get_by_label("Password", exact=True).fill(secret(password))
    form.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Job position", exact=True)).to_be_visible(timeout=PATIENCE)


def try_without_account(page: Page, url: str) -> None:
    go(page, url, "/set-up")
    button(page, "Try without an account")
    expect(page.get_by_label("Job position", exact=True)).to_be_visible(timeout=PATIENCE)


def set_up(page: Page, position: str = "Backend engineer", *, questions: int = 2) -> None:
    page.get_by_label("Job position", exact=True).fill(position)
    field = page.get_by_label("Number of questions", exact=True)
    if field.get_attribute("role") == "slider":
        page.get_by_role("slider", name="Number of questions").focus()
    field.fill(str(questions))
    field.press("Tab")
    button(page, "Start interview")
    on_question(page, 1, questions)


def on_question(page: Page, number: int, total: int) -> None:
    expect(page.get_by_text(f"Question {number} of {total}").first).to_be_visible(timeout=PATIENCE)
    at_rest(page)


def agree(page: Page) -> None:
    """Agree to be recorded, which the first press of a start button in an account asks for."""
    button(page, AGREE)
    expect(page.get_by_role("button", name=AGREE, exact=True)).to_be_hidden(timeout=PATIENCE)


def without_rating_oneself(page: Page) -> None:
    """On feedback: see the coach's ratings at once."""
    skip = page.get_by_role("button", name=re.compile("^Skip(?: for all answers)?$"))
    skip.last.click(timeout=PATIENCE)
    expect(skip.first).to_be_hidden(timeout=PATIENCE)


def until_stored(page: Page, app: Server, switch: str, wanted: bool) -> None:
    """What was switched on the account page is in the database."""
    late = time.monotonic() + PATIENCE / 1000
    newest = f"SELECT {switch} FROM preferences ORDER BY rowid DESC LIMIT 1"
    with closing(sqlite3.connect(app.data / "interviews.db")) as db:
        while (wanted,) not in db.execute(newest).fetchall():
            assert time.monotonic() < late, "the switch was not kept"
            page.wait_for_timeout(100)


def start_speaking(page: Page, name: str = "Start camera and microphone") -> None:
    """Press start, agree to be recorded if asked, and wait until the server hears this tab; press again
    where a busy machine did not connect within the limit."""
    state = page.locator(".camera-state")
    asked = page.get_by_role("button", name=AGREE, exact=True)
    begun = state.filter(has_text=re.compile("Connecting|Listening"))
    for _ in range(3):
        button(page, name)
        asked.or_(begun).first.wait_for(timeout=PATIENCE)
        if asked.is_visible():
            agree(page)
        expect(state).to_have_text(re.compile("Connecting|Listening"), timeout=PATIENCE)
        expect(state).not_to_have_text("Connecting.", timeout=PATIENCE)
        if state.inner_text().startswith("Listening"):
            return
    raise AssertionError("the microphone did not connect in three tries")


def say(page: Page, wav: bytes) -> tuple[float, float]:
    """Play a WAV into the hand-held microphone; returns (start, length) in seconds since the epoch."""
    for frame in page.frames:
        if "streamlit_webrtc" in frame.url:
            began, length = frame.evaluate(
                "b => window.__mic.say(b)", base64.b64encode(wav).decode()
            )
            return float(began), float(length)
    raise AssertionError("no connection frame on the page")


def settled_text(page: Page) -> str:
    """The settled part of the live transcript, as the page shows it."""
    return page.locator(".transcript .settled").inner_text().strip()


def until_settled(page: Page, words: int, *, share: float = 0.9, seconds: float = 40) -> str:
    """Wait until about so many words are settled on the page and no interim is left; returns them."""
    page.wait_for_function(
        """n => {
             const box = document.querySelector(".transcript");
             if (!box) return false;
             const said = box.querySelector(".settled").textContent.trim().split(/\\s+/).length;
             return said >= n && box.querySelector(".interim").textContent === "";
           }""",
        arg=int(share * words),
        timeout=seconds * 1000,
    )
    return settled_text(page)
