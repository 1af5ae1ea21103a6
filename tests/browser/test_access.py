"""The whole way by keyboard, and what every screen owes to those who enlarge it or hear it read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    button,
    new_context,
    on_question,
    set_up,
    try_without_account,
    without_rating_oneself,
)
from tests.logs import said

NAME_OF_FOCUS = """() => {
  const now = document.activeElement;
  if (!now || now === document.body) return "";
  const label = now.labels && now.labels[0] ? now.labels[0].innerText : "";
  const words = now.cloneNode(true); // icons are written as words
  for (const icon of words.querySelectorAll("[data-testid=stIconMaterial]")) icon.remove();
  return (now.getAttribute("aria-label") || label || words.textContent).trim();
}"""

# Elements that take a click or words but have no name, and headings that skip a level.
FAULTS = """() => {
  const seen = e => e.checkVisibility({ visibilityProperty: true }) && !e.closest("[inert], [aria-hidden=true]");
  const all = s => [...document.querySelectorAll(s)].filter(seen);
  const faults = [];
  for (const e of all("button, a[href], input, textarea, [role=tab], [role=radio], summary")) {
    const named = (e.getAttribute("aria-label") || e.innerText || e.title || "").trim()
      || (e.labels && e.labels.length) || e.getAttribute("aria-labelledby");
    if (!named) faults.push("no name: " + e.outerHTML.slice(0, 120));
  }
  const levels = all("h1, h2, h3, h4").map(h => Number(h.tagName[1]));
  if (levels.filter(level => level === 1).length !== 1) faults.push("h1: " + levels);
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) faults.push("skipped: " + levels); });
  const main = document.querySelector("[data-testid=stMain]");
  if (main.scrollWidth > main.clientWidth) faults.push(`sideways: ${main.scrollWidth} > ${main.clientWidth}`);
  return faults;
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(NAME_OF_FOCUS).startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def test_an_interview_is_set_up_answered_and_read_by_keyboard_alone(
    page: Page, app: Server
) -> None:
    page.goto(f"{app.url}/set-up")
    expect(page.get_by_role("button", name="Try without an account")).to_be_visible(
        timeout=PATIENCE
    )
    tab_to(page, "Try without an account")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Job position", exact=True)).to_be_visible(timeout=PATIENCE)
    tab_to(page, "Job position")
    page.keyboard.type("Nurse")
    tab_to(page, "Tech stack")
    page.keyboard.type("Excel")
    page.keyboard.press("Enter")
    expect(page.locator("[data-tag]")).to_have_text("Excel")
    page.keyboard.press("Escape")
    tab_to(page, "Behavioural")
    page.keyboard.press("Space")
    tab_to(page, "Number of questions")
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    tab_to(page, "Start interview")
    page.keyboard.press("Enter")
    on_question(page, 1, 1)
    tab_to(page, "Type instead")
    page.keyboard.press("Space")
    expect(page.get_by_label("Your answer")).to_be_visible(timeout=PATIENCE)
    tab_to(page, "Your answer")
    page.keyboard.type("I asked the patient first, and then I told the doctor what I had seen.")
    tab_to(page, "Submit answer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/feedback?interview=*")
    expect(page.get_by_text("I asked the patient first").first).to_be_visible(timeout=PATIENCE)
    tab_to(page, "Skip")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A model answer").first).to_be_visible(timeout=PATIENCE)
    tab_to(page, "A model answer")
    page.keyboard.press("Enter")
    expect(page.get_by_text("What the question looks for")).to_be_visible(timeout=PATIENCE)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("width", "height"), [(1280, 800), (390, 844), (640, 400)], ids=["desk", "phone", "zoomed 200%"]
)
def test_every_screen_has_one_title_names_its_controls_and_never_scrolls_sideways(
    browser: Browser, app: Server, width: int, height: int
) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    faults: dict[str, list[str]] = {}

    def look(screen: str, words: str) -> None:
        expect(page.get_by_text(words).first).to_be_visible(timeout=PATIENCE)
        if found := page.evaluate(FAULTS):
            faults[screen] = found

    page.goto(f"{app.url}/sign-in")
    look("sign in", "Rehearse the interview")
    try_without_account(page, app.url)
    look("set up", "Set up your interview")
    for place, words in (("history", "No interviews yet"), ("progress", "starts with one")):
        page.goto(f"{app.url}/{place}")
        look(f"empty {place}", words)
    page.goto(f"{app.url}/set-up")
    set_up(
        page, "Donaudampfschifffahrtsgesellschaftskapitänsanwärterausbildungsleitung", questions=2
    )
    look("interview", "Your words appear here")
    transcript = page.get_by_role("log", name="Transcript")
    assert transcript.get_attribute("aria-live") == "polite"
    button(page, "Type instead")
    look("typing", "Your answer")
    page.get_by_label("Your answer").fill(said("I measured it for two weeks. ") * 60)
    button(page, "Submit answer")
    on_question(page, 2, 2)
    button(page, "End interview")
    page.wait_for_url("**/feedback?interview=*")
    look("feedback before rating oneself", "How would you rate this answer yourself?")
    without_rating_oneself(page)
    look("feedback", "Level by level")
    for place, words in (("history", "1 interview"), ("progress", "Answers given")):
        page.goto(f"{app.url}/{place}")
        look(place, words)
    page.goto(f"{app.url}/account")
    look("account", "You are here without an account")
    assert faults == {}
    context.close()
