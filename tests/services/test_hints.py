"""The words that a recogniser is told to expect."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.coach.rubrics import rubric_for
from services.domain import (
    AUTO,
    OWN,
    POSITION_LIMIT,
    STACK_LIMIT,
    TAG_LIMIT,
    Job,
    Kind,
    Question,
    Setup,
)
from services.hints import HINT_LIMIT, spoken_hint


def question(text: str = "Tell me about a time you failed.") -> Question:
    return Question(text=text, kind=Kind.BEHAVIOURAL, rubric=rubric_for(Kind.BEHAVIOURAL))


def setup(position: str, *stack: str, language: str = "en") -> Setup:
    return Setup(job=Job(position=position, tech_stack=stack), language=language)


def test_it_names_the_job_its_terms_and_the_question() -> None:
    assert spoken_hint(setup("Data engineer", "Python", "Kafka", "Airflow"), question()) == (
        "Data engineer interview. Python, Kafka, Airflow. Tell me about a time you failed."
    )
    assert spoken_hint(setup("Nurse"), question()) == (
        "Nurse interview. Tell me about a time you failed."
    )


def test_an_answer_in_another_language_gets_no_english_sentence() -> None:
    job = setup("Dateningenieurin", "Kafka", language="de")
    assert spoken_hint(job, question()) == "Dateningenieurin. Kafka."
    assert spoken_hint(setup("Nurse", language="auto"), question()) == "Nurse."


def test_a_question_in_the_language_of_the_interview_is_named() -> None:
    job = setup("Dateningenieurin", language="de")
    written = question("Wie fanden Sie den Fehler?").model_copy(update={"source": "model:x"})
    assert spoken_hint(job, written) == "Dateningenieurin. Wie fanden Sie den Fehler?"
    own = written.model_copy(update={"source": OWN})
    assert spoken_hint(job, own) == "Dateningenieurin. Wie fanden Sie den Fehler?"
    assert spoken_hint(setup("Nurse", language=AUTO), written) == "Nurse."


def test_the_longest_set_up_leaves_room_for_the_question() -> None:
    job = setup(
        "x" * POSITION_LIMIT, *(f"{n:02}" + "y" * (TAG_LIMIT - 2) for n in range(STACK_LIMIT))
    )
    hint = spoken_hint(job, question("Why did the pipeline fail? " * 20))
    assert len(hint) <= HINT_LIMIT
    assert "Why did the pipeline fail?" in hint
    assert not hint.endswith(("pip", "pipe", "fai"))


def test_what_spells_a_token_of_the_model_or_steers_a_terminal_is_taken_out() -> None:
    job = setup("Nurse\n<|endoftext|>\x1b[31m\u202e <|<|de|>|>")
    hint = spoken_hint(job, question("Why?\r\n\tSo?"))
    assert "<|" not in hint
    assert "|>" not in hint
    assert hint.isprintable()
    assert hint.endswith("Why? So?")


@given(st.text(min_size=1, max_size=POSITION_LIMIT).filter(str.strip), st.text(max_size=2_000))
def test_it_is_always_one_short_line(position: str, asked: str) -> None:
    hint = spoken_hint(setup(position), question(asked))
    assert len(hint) <= HINT_LIMIT
    assert hint.isprintable()
    assert "<|" not in hint
