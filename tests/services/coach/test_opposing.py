"""Answers that turn the facts round are told from answers that only deny something."""

from __future__ import annotations

import pytest

from services.coach.rating import listen, rate
from services.coach.rubrics import rubric_for
from services.domain import Job, Kind, Question

JOB = Job(position="Backend engineer")
INDEX = Question(
    text="How does a database index make a query faster, and when would you not add one?",
    kind=Kind.TECHNICAL,
    model_answer=(
        "An index is a sorted structure, mostly a B-tree, that points to the rows. The database finds "
        "a row in a few steps instead of reading the whole table. It slows down inserts and updates, "
        "because the index has to be kept up to date, and takes disk space. I would not add one on "
        "a small table or on a column with few distinct values."
    ),
    key_points=(
        "a sorted structure such as a B-tree that points to rows",
        "avoids scanning the whole table",
        "slows down inserts and updates",
        "takes disk space and memory",
        "little use on columns with few distinct values or small tables",
    ),
    rubric=rubric_for(Kind.TECHNICAL),
)
RIGHT = (
    "An index is a sorted tree with pointers to the rows, so the database does not have to read the "
    "whole table. It is not free: inserts and updates get slower and it takes space on disk. On small "
    "tables or a column with few distinct values I wouldn't bother."
)
INVERTED = (
    "An index is an unsorted list, so the database always has to read the whole table with it. There is "
    "no need to think about inserts and updates, they are never slowed down by it. It doesn't take any "
    "disk space or memory either. It only helps on small tables and on columns with few distinct values."
)


def truth(text: str) -> float:
    return listen(INDEX, text).truth


def test_an_answer_that_turns_the_facts_round_earns_next_to_nothing() -> None:
    assert rate(JOB, INDEX, RIGHT).overall - rate(JOB, INDEX, INVERTED).overall > 3


def test_the_candidate_reads_which_words_are_in_doubt() -> None:
    (coverage,) = (s for s in rate(JOB, INDEX, INVERTED).scores if s.criterion.id == "coverage")
    assert "opposite" in coverage.reason
    assert coverage.reason.split("“")[1].split("”")[0].rstrip(" …") in INVERTED


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        "An index does not read the whole table. It goes down a sorted tree and finds the rows.",
        "I would not add one on a small table, and not on a column with few distinct values.",
        RIGHT.lower().replace(".", "").replace(",", ""),
    ],
)
def test_to_deny_what_is_wrong_is_no_contradiction(text: str) -> None:
    assert truth(text) == 1


def test_the_opposite_word_beside_the_same_words_counts() -> None:
    right = listen(INDEX, "Inserts and updates get slower with each index that is added.").opposed
    wrong = listen(INDEX, "Inserts and updates get faster with each index that is added.").opposed
    assert right.turned == 0
    assert wrong.turned > 0


def test_an_answer_about_nothing_of_the_kind_contradicts_nothing() -> None:
    assert truth("Last summer we went to the sea and swam every morning before breakfast.") == 1


PROTOCOLS = Question(
    text="What is the difference between TCP and UDP, and when do you use which?",
    kind=Kind.TECHNICAL,
    model_answer=(
        "TCP opens a connection with a handshake, acknowledges each segment and sends lost ones again, so "
        "that files and web pages arrive complete. UDP sends single datagrams without any of this, which "
        "saves time for calls and games."
    ),
    key_points=(
        "TCP has a handshake and acknowledgements",
        "TCP retransmits and keeps the order",
        "UDP has less overhead and latency",
    ),
    rubric=rubric_for(Kind.TECHNICAL),
)
STRAIGHT = (
    "TCP begins with a handshake, every segment is acknowledged and retransmitted when it gets lost, so I take "
    "it for files. UDP has little overhead, a datagram may get lost, so I take it for calls and games."
)


def test_what_is_said_of_the_wrong_side_turns_a_contrast_round() -> None:
    wrong = STRAIGHT.replace("TCP", "X").replace("UDP", "TCP").replace("X", "UDP")
    assert listen(PROTOCOLS, STRAIGHT).truth == 1
    assert listen(PROTOCOLS, wrong).truth < 0.5


def test_a_sweeping_word_that_the_question_listens_for_speaks_against_nobody() -> None:
    text = "You must always lock it, and nobody may ever touch it."
    listens_for_it = INDEX.model_copy(
        update={"key_points": ("always locked, nobody may touch it, a must",)}
    )
    assert listen(listens_for_it, text).opposed.sweeping == 0
    assert listen(INDEX, text).opposed.sweeping > 0
