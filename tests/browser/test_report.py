"""A report and a printout of an interview, in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser.server import Server
from tests.browser.visitor import (
    PATIENCE,
    at_rest,
    button,
    new_context,
    set_up,
    try_without_account,
)
from tests.logs import said

ANSWER = (
    said("First I asked the night shift what slowed them down, then we moved the printer. ") * 40
)


def read(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_report_is_downloaded_and_the_page_prints_whole_and_dark_on_white(
    browser: Browser, app: Server, tmp_path: Path
) -> None:
    context = new_context(browser, color_scheme="dark")
    page = context.new_page()
    try_without_account(page, app.url)
    set_up(page, "Shift leader", questions=1)
    button(page, "Type instead")
    page.get_by_label("Your answer").fill(ANSWER)
    button(page, "Submit answer")
    page.wait_for_url("**/feedback?interview=*")
    expect(page.get_by_text("Your answer", exact=True)).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    page.get_by_role("button", name="Download report").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="PDF, to read and print").click()
    assert coming.value.suggested_filename.startswith("interview-20")
    assert coming.value.suggested_filename.endswith("-shift-leader.pdf")
    report = tmp_path / "report.pdf"
    coming.value.save_as(report)
    assert read(report.read_bytes()).count("night shift") >= 40

    page.keyboard.press("Escape")
    at_rest(page)
    printed = read(page.pdf(format="A4"))
    assert printed.count("night shift") >= 40, (
        "an answer that scrolls on the screen is printed whole"
    )
    assert "Shift leader" in printed
    for control in ("Download report", "Practise again", "History", "Progress"):
        assert control not in printed
    page.emulate_media(media="print")
    colours = page.locator("[class*='st-key-words-'] p").first.evaluate(
        "p => [getComputedStyle(p).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(31, 41, 51)", "rgb(255, 255, 255)"]
    context.close()
