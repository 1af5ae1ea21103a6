"""The picture of an answer, from a real browser's camera to a file that plays."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlparse

import av
import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    button,
    go,
    new_context,
    on_question,
    set_up,
    start_speaking,
    try_without_account,
    until_stored,
)
from tests.services.video.filmed import beeps, flashes

# A camera that flashes and a microphone that beeps at the same moments, every two seconds.
FLASH_AND_BEEP = """(() => {
  if (!navigator.mediaDevices) return;
  const Peer = window.RTCPeerConnection, peers = (window.__peers = []);
  window.RTCPeerConnection = function (...how) {
    const peer = new Peer(...how);
    peers.push(peer);
    return peer;
  };
  window.RTCPeerConnection.prototype = Peer.prototype;
  navigator.mediaDevices.getUserMedia = async wish => {
    const context = new AudioContext({ sampleRate: 48000 });
    await context.resume();
    const out = context.createMediaStreamDestination();
    const tone = context.createOscillator(), gate = context.createGain();
    const start = Math.ceil(context.currentTime + 0.5);
    tone.frequency.value = 1000;
    tone.connect(gate).connect(out);
    gate.gain.value = 0.0001;
    for (let n = 0; n < 100; n++) {
      gate.gain.setValueAtTime(0.5, start + 2 * n);
      gate.gain.setValueAtTime(0.0001, start + 2 * n + 0.2);
    }
    tone.start();
    const tracks = wish.audio ? [out.stream.getAudioTracks()[0]] : [];
    if (wish.video) {
      const canvas = document.createElement("canvas");
      canvas.width = 640; canvas.height = 480;
      const pen = canvas.getContext("2d");
      let hue = 0;
      setInterval(() => {
        const at = context.currentTime - start;
        window.__flashes = Math.max(0, Math.ceil(at / 2));
        pen.fillStyle = at >= 0 && at % 2 < 0.2 ? "#fff" : "#222";
        pen.fillRect(0, 0, 640, 480);
        pen.fillStyle = `hsl(${hue++ % 360}, 40%, 45%)`; // a camera is never quite still
        pen.fillRect(20, 20, 160, 120);
      }, 20);
      tracks.push(canvas.captureStream(15).getVideoTracks()[0]);
    }
    return new MediaStream(tracks);
  };
})();"""


# The card's script alone, beside a frame as streamlit-webrtc has it, whose permission comes when a test says so.
CARD = """<section class="camera-card" id="card"><video muted></video>
<div class="mic-level"><span></span></div><div class="camera-state"></div></section>
<iframe title="streamlit_webrtc.x" src="/frame"></iframe>
<script type="module">
  import card from "/camera.js";
  window.told = [];
  window.draw = mode => card({
    data: { mode, film: false, picture: {}, state: "", live: false, press: 1, checked: false },
    parentElement: document.body,
    setTriggerValue: (...word) => window.told.push(word),
  });
</script>"""
PERMISSION = """() => {
  const media = document.querySelector("iframe").contentWindow.navigator.mediaDevices;
  media.getUserMedia = wish => new Promise((grant, refuse) => {
    window.refuse = () => refuse(new DOMException("no", "NotAllowedError"));
    window.grant = async () => {
      const sound = new AudioContext().createMediaStreamDestination().stream;
      window.track = sound.getAudioTracks()[0];
      grant(sound);
    };
  });
}"""
ASKED = """() => {
  const media = document.querySelector("iframe").contentWindow.navigator.mediaDevices;
  window.answered = media.getUserMedia({ audio: {} }).then(() => "given", error => error.name);
}"""


def card_alone(browser: Browser) -> Page:
    script = (Path(__file__).parents[2] / "pages/ui/camera.js").read_text()
    served = {"/": (CARD, "text/html"), "/camera.js": (script, "text/javascript")}

    def serve(route: Route) -> None:
        body, kind = served.get(urlparse(route.request.url).path, ("", "text/html"))
        route.fulfill(body=body, content_type=kind)

    context = new_context(browser)
    context.route("**/*", serve)
    page = context.new_page()
    page.goto("http://localhost/")
    page.wait_for_function("() => window.draw")
    page.evaluate(PERMISSION)
    page.evaluate("() => window.draw('audio')")
    return page


@pytest.mark.parametrize("answer", ["grant", "refuse"])
def test_permission_that_comes_after_the_start_was_given_up_opens_nothing(
    browser: Browser, answer: str
) -> None:
    page = card_alone(browser)
    page.evaluate(ASKED)
    page.wait_for_function(f"() => window.{answer}")
    page.evaluate("() => window.draw('off')")
    page.evaluate(f"() => window.{answer}()")
    assert page.evaluate("() => window.answered") in ("AbortError", "NotAllowedError")
    assert page.evaluate("() => window.track ? window.track.readyState : 'none'") != "live"
    assert page.locator("#card").get_attribute("data-sound") != "on"
    assert page.evaluate("() => window.told") == []  # nobody is told of a trouble they do not have
    page.context.close()


def test_a_frame_that_begins_twice_at_once_makes_one_connection(browser: Browser) -> None:
    page = card_alone(browser)
    page.evaluate(ASKED)
    page.wait_for_function("() => window.grant")
    page.evaluate(ASKED.replace("answered", "second"))
    page.evaluate("() => window.grant()")
    assert page.evaluate("() => window.answered") == "given"
    waits = "Promise.race([window.second, new Promise(r => setTimeout(r, 0, 'waits'))])"
    assert page.evaluate(f"() => {waits}") == "waits"
    page.evaluate(ASKED.replace("answered", "later"))  # a connection after that one
    page.evaluate("() => new Promise(r => setTimeout(r))")
    page.evaluate("() => window.grant()")
    assert page.evaluate("() => window.later") == "given"
    page.context.close()


def connection(page: Page) -> Frame:
    return next(frame for frame in page.frames if "streamlit_webrtc" in frame.url)


def sent(page: Page) -> list[str]:
    """The kinds of media that the browser was to negotiate."""
    kinds: list[str] = connection(page).evaluate(
        "() => window.__peers.at(-1).getTransceivers().map(way => way.receiver.track.kind)"
    )
    return kinds


def videos(data: Path) -> set[Path]:
    """In the place of recordings."""
    return set((data / "recordings").rglob("*.webm"))


def new_video(page: Page, data: Path, before: set[Path]) -> Path:
    """The one that was not there before, once it is."""
    late = time.monotonic() + PATIENCE / 1000
    while not (found := videos(data) - before):
        assert time.monotonic() < late
        page.wait_for_timeout(100)
    return found.pop()


def switched_off_elsewhere(context: BrowserContext, page: Page, app: Server) -> None:
    """In another tab of the same person: no more of the picture is sent, and the connection stays."""
    other = context.new_page()
    go(other, app.url, "/account")
    other.get_by_text("Record my picture").click()
    until_stored(other, app, "record_video", False)
    other.close()
    expect(page.get_by_text("Your picture")).to_have_count(0, timeout=PATIENCE)
    peers = connection(page)
    peers.wait_for_function(
        "() => !window.__peers.at(-1).getSenders().some(way => way.track?.kind === 'video')",
        timeout=PATIENCE,
    )
    assert peers.evaluate("() => window.__peers.at(-1).connectionState") == "connected"
    assert sorted(sent(page)) == ["audio", "video"]  # it was not negotiated anew
    expect(page.locator(".camera-card")).to_have_attribute("data-picture", "on")
    expect(page.locator(".camera-card")).to_have_attribute("data-live", "yes")


@pytest.mark.timeout(150)
def test_the_picture_is_kept_only_for_who_wants_it_and_in_time_with_the_sound(
    browser: Browser, app: Server
) -> None:
    before = videos(app.data)
    context = new_context(browser)
    context.add_init_script(FLASH_AND_BEEP)
    page = context.new_page()
    try_without_account(page, app.url)
    set_up(page, questions=2)
    start_speaking(page)
    expect(page.locator(".camera-card")).to_have_attribute("data-picture", "on")
    assert sent(page) == ["audio"]
    expect(page.get_by_text("Your picture")).to_have_count(0)
    button(page, "Skip question")
    on_question(page, 2, 2)

    go(page, app.url, "/account")
    page.get_by_text("Record my picture").click()
    until_stored(page, app, "record_video", True)
    go(page, app.url, "/interview")
    on_question(page, 2, 2)
    start_speaking(page)
    assert sorted(sent(page)) == ["audio", "video"]
    expect(page.get_by_text("Your picture is kept too")).to_be_visible(timeout=PATIENCE)
    connection(page).wait_for_function("() => window.__flashes > 4", timeout=PATIENCE)
    switched_off_elsewhere(context, page, app)
    button(page, "Finish answer")
    expect(page.get_by_label("Your answer")).to_be_visible(timeout=PATIENCE)
    video = new_video(page, app.data, before)
    context.close()

    seen, heard = flashes(video), beeps(video)
    assert len(seen) >= 3
    apart = [min(abs(second - beep) for beep in heard) for second in seen]
    assert max(apart) < 0.12  # one picture lasts 0.067
    with av.open(str(video)) as file:
        assert file.duration is not None
        keys = [float(p.pts * p.time_base) for p in file.demux(video=0) if p.size and p.is_keyframe]
        assert keys[0] < 0.2
        assert max(b - a for a, b in zip(keys, [*keys[1:], file.duration / 1e6], strict=True)) < 6
