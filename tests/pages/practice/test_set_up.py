"""Setting up: what is offered, what is refused, and that nothing typed is lost."""

from services.domain import Category, Difficulty, Job, Setup
from tests.pages.conftest import Site

LONG = "x" * 100_000


def field(site: Site, label: str) -> object:
    kinds = (
        site.tab.text_input,
        site.tab.text_area,
        site.tab.number_input,
        site.tab.multiselect,
        site.tab.pills,
    )
    return next(widget for kind in kinds for widget in kind if widget.label == label)


def put(site: Site, label: str, value: object) -> None:
    field(site, label).set_value(value)  # type: ignore[attr-defined]


def value(site: Site, label: str) -> object:
    return field(site, label).value  # type: ignore[attr-defined]


def test_a_filled_in_form_starts_the_interview_that_was_described(guest: Site) -> None:
    put(guest, "Job position", "  Nurse **(m/f/d)** :smile: ")
    put(guest, "Job description", "Night shifts.\nA small team.")
    put(guest, "Tech stack", ["SAP", "Fortran 77"])
    put(guest, "Years of experience", 2.5)
    put(guest, "Category", Category.BEHAVIOURAL)
    put(guest, "Difficulty", Difficulty.HARD)
    put(guest, "Number of questions", 3)
    guest.start_interview()
    made = guest.interviews.open_interview(guest.owner, None)
    assert made.setup == Setup(
        job=Job(
            position="Nurse **(m/f/d)** :smile:",
            description="Night shifts.\nA small team.",
            tech_stack=("SAP", "Fortran 77"),
            years=2.5,
        ),
        category=Category.BEHAVIOURAL,
        difficulty=Difficulty.HARD,
        question_count=3,
    )
    assert guest.tab.query_params["interview"] == str(made.id)


def test_an_empty_position_is_said_at_the_field_and_starts_nothing(guest: Site) -> None:
    put(guest, "Job description", "Night shifts.")
    guest.press("Start interview")
    assert "Name the job that you rehearse for" in guest.words
    assert value(guest, "Job description") == "Night shifts."
    assert guest.interviews.count(guest.owner) == 0


def test_a_description_of_100_kb_is_said_at_the_field_and_kept(guest: Site) -> None:
    put(guest, "Job position", "Nurse")
    put(guest, "Job description", LONG)
    guest.press("Start interview")
    assert "100,000 characters; 20,000 fit" in guest.words
    assert value(guest, "Job description") == LONG
    assert guest.interviews.count(guest.owner) == 0


def test_a_whole_advertisement_as_position_is_refused_kindly(guest: Site) -> None:
    put(guest, "Job position", "x" * 500)
    guest.press("Start interview")
    assert "up to 120 fits" in guest.words


def test_a_mended_form_starts(guest: Site) -> None:
    guest.press("Start interview")
    put(guest, "Job position", "Nurse")
    guest.start_interview()
    assert guest.interviews.count(guest.owner) == 1


def test_the_last_set_up_is_offered_again_and_can_be_cleared(guest: Site) -> None:
    guest.interview(position="Barista", questions=4)
    guest.open("progress/history.py")
    guest.open("practice/set_up.py")
    assert "as you had it last time" in guest.words
    assert (value(guest, "Job position"), value(guest, "Number of questions")) == ("Barista", 4)
    guest.press("Clear")
    assert (value(guest, "Job position"), value(guest, "Number of questions")) == ("", 5)
    assert "as you had it last time" not in guest.words


def test_it_says_how_long_it_takes_who_judges_and_that_the_speech_model_is_not_here(
    guest: Site,
) -> None:
    put(guest, "Number of questions", 10)
    guest.tab.run()
    assert "About 20 to 40 minutes" in guest.words
    assert "Offline estimate" in guest.words
    assert "Whisper base.en is not on this server yet" in guest.words
    assert "type your answers" in guest.words
