"""History: rows, ways back, deleting, pages."""

from services.domain import Job, Setup
from tests.pages.conftest import Site

SCRIPT = "progress/history.py"


def test_without_interviews_it_starts_the_first_step(guest: Site) -> None:
    guest.open(SCRIPT)
    assert "No interviews yet" in guest.words
    guest.press("Set up an interview")
    assert "Set up your interview" in guest.words


def test_rows_are_newest_first_and_offer_what_fits_their_state(guest: Site) -> None:
    done = guest.interview(answered=1, questions=1, position="First *job*")
    guest.interviews.end(guest.owner, done)
    guest.interview(position="Second job")
    guest.open(SCRIPT)
    assert guest.words.index("Second job") < guest.words.index("First *job*")
    assert guest.labels == ["Continue", "Delete", "Feedback", "Review", "Delete"]
    assert "out of 10" in guest.words
    assert "Not rated yet" in guest.words


def test_dates_are_on_the_candidates_clock(guest: Site) -> None:
    guest.interview()
    guest.tab.context = {"timezone": "Mars/Olympus"}
    guest.open(SCRIPT)
    assert " UTC ·" in guest.words
    guest.tab.context = {"timezone": "Europe/Berlin"}
    guest.open(SCRIPT)
    assert " UTC ·" not in guest.words


def test_deleting_asks_first_and_names_the_interview(guest: Site) -> None:
    interview = guest.interview(position="Barista")
    guest.open(SCRIPT)
    guest.press("Delete")
    assert "cannot be undone" in guest.words
    assert guest.past.count(guest.owner) == 1
    assert interview.setup.job.position == "Barista"


def test_the_21st_interview_is_on_the_second_page(guest: Site) -> None:
    for number in range(21):
        setup = Setup(job=Job(position=f"Job number {number}."), question_count=1)
        guest.interviews.start(guest.owner, setup)
    guest.open(SCRIPT)
    assert "21 interviews" in guest.words
    assert "Job number 0." not in guest.words
    guest.tab.pagination[0].set_value(2)
    guest.tab.run()
    assert "Job number 0." in guest.words
    assert guest.labels.count("Delete") == 1


def test_nobody_elses_interviews_are_in_it(guest: Site) -> None:
    guest.interview(position="Their secret job")
    guest.open("account/account.py")
    guest.press("Sign out")
    guest.press("Try without an account")
    guest.open(SCRIPT)
    assert "No interviews yet" in guest.words


def test_deleting_the_only_row_of_the_last_page_leads_to_a_page_that_exists(guest: Site) -> None:
    setup = Setup(job=Job(position="Barista"), question_count=1)
    oldest, *_ = [guest.interviews.start(guest.owner, setup) for _ in range(41)]
    guest.open(SCRIPT)
    guest.tab.pagination[0].set_value(3)
    guest.tab.run()
    assert guest.labels.count("Delete") == 1
    guest.past.delete(guest.owner, oldest.id)
    guest.tab.run()
    assert not guest.tab.exception
    assert guest.labels.count("Delete") == 20
