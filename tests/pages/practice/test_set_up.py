"""Setting up: what is offered, what is refused, and that nothing typed is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.loopback_model import LoopbackModel
from services.domain import AUTO, Category, Difficulty, Job, Setup
from tests.pages.conftest import Site, tab_on

LONG = "x" * 100_000


@pytest.fixture
def multilingual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with tab_on(tmp_path, monkeypatch, SPEECH_MODEL="base") as site:
        site.enter()
        yield site


def field(site: Site, label: str) -> object:
    kinds = (
        site.tab.text_input,
        site.tab.text_area,
        site.tab.number_input,
        site.tab.multiselect,
        site.tab.pills,
        site.tab.selectbox,
        site.tab.toggle,
    )
    return next(widget for kind in kinds for widget in kind if widget.label == label)


def put(site: Site, label: str, value: object) -> None:
    field(site, label).set_value(value)  # type: ignore[attr-defined]


def value(site: Site, label: str) -> object:
    return field(site, label).value  # type: ignore[attr-defined]


def test_a_filled_in_form_starts_the_interview_that_was_described(guest: Site) -> None:
    put(guest, "Job position", "  Nurse **(m/f/d)** :smile: ")
    put(guest, "Company", " St. Mary's ")
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
            company="St. Mary's",
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
    assert guest.past.count(guest.owner) == 0


def test_a_description_of_100_kb_is_said_at_the_field_and_kept(guest: Site) -> None:
    put(guest, "Job position", "Nurse")
    put(guest, "Job description", LONG)
    guest.press("Start interview")
    assert "100,000 characters; 20,000 fit" in guest.words
    assert value(guest, "Job description") == LONG
    assert guest.past.count(guest.owner) == 0


def test_a_whole_advertisement_as_position_is_refused_kindly(guest: Site) -> None:
    put(guest, "Job position", "x" * 500)
    guest.press("Start interview")
    assert "up to 120 fits" in guest.words


def test_a_company_that_is_a_whole_page_is_said_at_the_field(guest: Site) -> None:
    put(guest, "Job position", "Nurse")
    put(guest, "Company", LONG)
    guest.press("Start interview")
    assert "100,000 characters; 120 fit" in guest.words
    assert value(guest, "Company") == LONG


def test_a_mended_form_starts(guest: Site) -> None:
    guest.press("Start interview")
    put(guest, "Job position", "Nurse")
    guest.start_interview()
    assert guest.past.count(guest.owner) == 1


def test_the_last_set_up_is_offered_again_and_can_be_cleared(guest: Site) -> None:
    job = Job(position="Barista", company="The Corner")
    guest.interviews.start(guest.owner, Setup(job=job, question_count=4))
    guest.open("progress/history.py")
    guest.open("practice/set_up.py")
    assert "as you had it last time" in guest.words
    fields = ("Job position", "Company", "Number of questions")
    assert [value(guest, name) for name in fields] == ["Barista", "The Corner", 4]
    guest.press("Clear")
    assert [value(guest, name) for name in fields] == ["", "", 5]
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


LANGUAGE = "Language of your answers"


def labels(site: Site) -> list[str]:
    return [select.label for select in site.tab.selectbox]


def test_a_model_that_hears_english_only_leaves_no_language_to_choose(guest: Site) -> None:
    assert LANGUAGE not in labels(guest)
    assert "Answer in English: the speech model understands no other language." in guest.words
    put(guest, "Job position", "Nurse")
    guest.start_interview()
    assert guest.interviews.open_interview(guest.owner, None).setup.language == "en"


@pytest.mark.parametrize("code", ["es", AUTO])
def test_a_multilingual_model_lets_one_choose_or_detect_and_offers_it_again(
    multilingual: Site, code: str
) -> None:
    options = field(multilingual, LANGUAGE).options  # type: ignore[attr-defined]
    assert options[:2] == ["English", "Detect from my first words"]
    assert options[2:] == sorted(options[2:])
    put(multilingual, "Job position", "Nurse")
    put(multilingual, LANGUAGE, code)
    multilingual.tab.run()
    assert "Questions are in English" in multilingual.words
    assert "English wording only" in multilingual.words
    multilingual.start_interview()
    made = multilingual.interviews.open_interview(multilingual.owner, None)
    assert made.setup.language == code
    multilingual.open("progress/history.py")
    multilingual.open("practice/set_up.py")
    assert value(multilingual, LANGUAGE) == code


def test_a_language_that_the_model_cannot_hear_is_said_at_once_and_starts_nothing(
    guest: Site,
) -> None:
    setup = Setup(job=Job(position="Nurse"), language="es")
    guest.interviews.start(guest.owner, setup)  # with the model that was here then
    guest.open("progress/history.py")
    guest.open("practice/set_up.py")
    assert value(guest, LANGUAGE) == "es"
    assert "understands only English. Choose English, or ask the operator" in guest.words
    guest.press("Start interview")
    assert "Please look at the fields" in guest.words
    assert guest.past.count(guest.owner) == 1
    put(guest, LANGUAGE, "en")
    guest.start_interview()
    assert guest.past.count(guest.owner) == 2


def test_a_language_that_only_the_coach_knows_can_be_chosen_and_is_typed(coached: Site) -> None:
    options = field(coached, LANGUAGE).options  # type: ignore[attr-defined]
    assert {"English", "Spanish", "French", "German", "Portuguese", "Hindi", "Chinese"} <= {
        *options
    }
    put(coached, "Job position", "Enfermera")
    put(coached, LANGUAGE, "es")
    coached.tab.run()
    assert "does not understand Spanish: type your answers" in coached.words
    assert "Questions come in Spanish" in coached.words
    coached.start_interview()
    assert coached.interviews.open_interview(coached.owner, None).setup.language == "es"


FOLLOW_UPS = "Follow-up questions"


def test_the_offline_coach_asks_on_only_when_it_is_told_to(guest: Site) -> None:
    assert value(guest, FOLLOW_UPS) is False
    put(guest, "Job position", "Nurse")
    put(guest, FOLLOW_UPS, True)
    guest.start_interview()
    assert guest.interviews.open_interview(guest.owner, None).setup.follow_ups


def test_a_language_model_asks_on_unless_it_is_told_not_to(coached: Site) -> None:
    assert value(coached, FOLLOW_UPS) is True
    put(coached, "Job position", "Nurse")
    put(coached, FOLLOW_UPS, False)
    coached.start_interview()
    made = coached.interviews.open_interview(coached.owner, None)
    assert not made.setup.follow_ups
    coached.open("progress/history.py")
    coached.open("practice/set_up.py")
    assert value(coached, FOLLOW_UPS) is False


def test_a_language_model_is_named_and_writes_the_questions(
    coached: Site, model: LoopbackModel
) -> None:
    assert "a language model reads your words" in coached.words
    assert "gemini-3.8-flash" in coached.words
    assert "rated twice, independently" in coached.words
    assert "Google may use what is sent to improve its products" in coached.words
    put(coached, "Job position", "Nurse")
    put(coached, "Company", "The Corner")
    coached.start_interview()
    made = coached.interviews.open_interview(coached.owner, None)
    assert made.questions[0].source.startswith("model:")
    assert "The Corner" in model.log[0].text


def test_a_language_model_that_is_out_costs_its_questions_and_nothing_else(
    coached: Site, model: LoopbackModel
) -> None:
    model.every(1, 503)
    put(coached, "Job position", "Nurse")
    coached.start_interview()
    made = coached.interviews.open_interview(coached.owner, None)
    assert len(made.questions) == 5
    assert "question bank" in made.plan_problem


def test_a_choice_whose_value_never_reached_the_browser_is_put_back(guest: Site) -> None:
    guest.open("practice/set_up.py")
    for lost in ("mode", "category", "difficulty", "language"):
        guest.tab.session_state[lost] = None
    guest.tab.run()
    assert not guest.tab.exception
    kept = [guest.tab.session_state[name] for name in ("mode", "category", "difficulty")]
    assert kept == ["standard", "mixed", "medium"]


def test_a_press_that_comes_with_lost_choices_starts_with_what_was_offered(guest: Site) -> None:
    guest.open("practice/set_up.py")
    guest.tab.session_state["position"] = "Nurse"
    guest.tab.session_state["mode"] = guest.tab.session_state["category"] = None
    guest.start_interview()
    made = guest.past.history(guest.owner, 1, 0)
    assert [row.position for row in made] == ["Nurse"]
