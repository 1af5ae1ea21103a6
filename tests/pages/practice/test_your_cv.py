"""A CV for the questions: read, shown, sent to a language model alone, kept only when asked for."""

from __future__ import annotations

from benchmarks.loopback_model import LoopbackModel
from tests.pages.conftest import Site

CV = "Ward nurse since 2015.\nLed the *move* to digital charts <b>at</b> St. Mary's."
KEEP = "Keep the text for my next interviews"


def upload(site: Site, content: str | bytes = CV, name: str = "cv.txt") -> None:
    file = content if isinstance(content, bytes) else content.encode()
    site.tab.file_uploader[0].upload(name, file, "text/plain")
    site.tab.run()
    assert not site.tab.exception


def start(site: Site) -> None:
    next(f for f in site.tab.text_input if f.label == "Job position").set_value("Nurse")
    site.start_interview()


def back_at_set_up(site: Site) -> None:
    site.open("progress/history.py")
    site.open("practice/set_up.py")


def asked(model: LoopbackModel) -> str:
    return "\n".join(call.text for call in model.log)


def test_the_offline_coach_is_given_no_cv(guest: Site) -> None:
    assert "does not use a CV" in guest.words
    assert not guest.tab.file_uploader


def test_a_cv_is_read_and_shown_as_written_and_reaches_the_questions(
    coached: Site, model: LoopbackModel
) -> None:
    assert "Google may use what is sent" in coached.words
    upload(coached)
    assert "**cv.txt**, 13 words" in coached.words
    assert "*move* to digital charts <b>at</b>" in coached.words
    assert not coached.tab.file_uploader
    start(coached)
    assert "Led the *move* to digital charts" in asked(model)
    assert coached.interviews.offered(coached.owner).cv == ""


def test_it_serves_the_next_interview_of_this_tab_until_it_is_removed(
    coached: Site, model: LoopbackModel
) -> None:
    upload(coached)
    back_at_set_up(coached)
    assert "cv.txt" in coached.words
    coached.press("Remove")
    assert coached.tab.file_uploader
    start(coached)
    assert "digital charts" not in asked(model)


def test_it_is_kept_only_when_asked_for_and_can_be_used_and_forgotten(
    coached: Site, model: LoopbackModel
) -> None:
    upload(coached)
    next(box for box in coached.tab.checkbox if box.label == KEEP).set_value(True)
    start(coached)
    assert coached.interviews.offered(coached.owner).cv.startswith("Ward nurse")
    back_at_set_up(coached)
    assert "Kept for your next interviews." in coached.words
    coached.press("Remove")
    assert "You kept a CV of 13 words." in coached.words
    model.log.clear()
    start(coached)
    assert "digital charts" not in asked(model)
    back_at_set_up(coached)
    coached.press("Use the CV you kept")
    start(coached)
    assert "digital charts" in asked(model)
    back_at_set_up(coached)
    coached.press("Forget it")
    assert coached.interviews.offered(coached.owner).cv == ""
    assert coached.tab.file_uploader
    assert "You kept" not in coached.words


def test_a_file_that_cannot_be_read_is_said_and_costs_nothing(coached: Site) -> None:
    next(f for f in coached.tab.text_input if f.label == "Company").set_value("The Corner")
    upload(coached, b"", "empty.txt")
    assert ":material/error:" in coached.words
    assert coached.tab.file_uploader
    assert next(f for f in coached.tab.text_input if f.label == "Company").value == "The Corner"
    upload(coached)
    assert "13 words" in coached.words
    assert ":material/error:" not in coached.words


def test_the_text_can_be_pasted_instead(coached: Site, model: LoopbackModel) -> None:
    coached.press("Use this text")
    assert "Paste the text of your CV into the field first." in coached.words
    next(f for f in coached.tab.text_area if f.label == "Or paste its text").set_value(CV)
    coached.press("Use this text")
    assert "**Pasted text**, 13 words" in coached.words
    start(coached)
    assert "digital charts" in asked(model)


def test_who_signs_in_next_in_this_tab_does_not_find_it(coached: Site) -> None:
    upload(coached)
    coached.open("account/account.py")
    coached.press("Sign out")
    coached.press("Try without an account")
    coached.open("practice/set_up.py")
    assert "cv.txt" not in coached.words
    assert coached.tab.file_uploader
