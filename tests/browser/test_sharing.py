"""Two people: a candidate who shares an interview, and a mentor who opens the link without an account."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    new_context,
    set_up,
    try_without_account,
)
from tests.logs import said, secret

ANSWER = said(
    "When our printer kept failing, I asked the night shift what slowed them down and moved it."
)
NOTE = said("Say the figure first. <img src=x onerror=alert(1)> **then** the story.")


def choose(page: Page, criterion: int, level: int) -> None:
    """Tap a level; the fields of a card stand in the order of its criteria."""
    fields = page.get_by_role("radiogroup").filter(visible=True)
    fields.nth(criterion).get_by_role("radio", name=str(level), exact=True).click()
    at_rest(page)


def test_a_mentor_rates_by_a_link_and_the_candidate_sees_the_gap(
    browser: Browser, app: Server
) -> None:
    mine = new_context(browser)
    mine.grant_permissions(["clipboard-read", "clipboard-write"])
    page = mine.new_page()
    try_without_account(page, app.url)
    set_up(page, "Ward clerk", questions=1)
    button(page, "Type instead")
    page.get_by_label("Your answer").fill(ANSWER)
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")

    expect(page.get_by_text("How would you rate this answer yourself?")).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_text("What was good")).to_be_hidden()
    for criterion in range(5):
        choose(page, criterion, 5)
    button(page, "Keep my rating")
    expect(page.get_by_text("What was good")).to_be_visible(timeout=PATIENCE)

    button(page, "Share with a mentor")
    page.get_by_label("Who is it for?").fill("Anna")
    button(page, "Create link")
    link = secret(page.locator(".st-key-new-link code").inner_text(timeout=PATIENCE).strip())
    assert link.startswith(f"{app.url}/shared?link=")

    theirs = new_context(browser)
    mentor = theirs.new_page()
    mentor.goto(link)
    expect(mentor.get_by_text("Ward clerk")).to_be_visible(timeout=PATIENCE)
    expect(mentor.get_by_text(ANSWER)).to_be_visible()
    expect(mentor.get_by_text("The coach's rating", exact=True)).to_be_hidden()
    for criterion in range(5):
        choose(mentor, criterion, 2)
    expect(mentor.get_by_text("The coach's rating", exact=True)).to_be_visible(timeout=PATIENCE)
    mentor.get_by_label("Your note").fill(NOTE)
    mentor.get_by_label("Your note").press("Tab")
    at_rest(mentor)
    mentor.reload()
    expect(mentor.get_by_label("Your note")).to_have_value(NOTE, timeout=PATIENCE)

    page.reload()
    expect(page.get_by_text(NOTE)).to_be_visible(timeout=PATIENCE)
    assert page.locator("img[src='x']").count() == 0
    names = page.locator(".st-key-card-gap .dots-names").first
    expect(names).to_contain_text("You 5")
    expect(names).to_contain_text("Anna 2")
    expect(page.locator(".st-key-card-gap")).to_contain_text("levels above the coach")

    button(page, "Share with a mentor")
    button(page, "End link")
    expect(page.get_by_text("Ended").first).to_be_visible(timeout=PATIENCE)
    mentor.reload()
    expect(mentor.get_by_text("This link opens nothing any more")).to_be_visible(timeout=PATIENCE)
    expect(mentor.get_by_text(ANSWER)).to_be_hidden()
    theirs.close()
    mine.close()
