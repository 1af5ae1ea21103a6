"""Which two things a question sets against each other."""

from __future__ import annotations

import pytest

from services.coach.contrast import contrast


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("What is the difference between TCP and UDP?", "tcp", "udp"),
        (
            "Explain the difference between a container and a virtual machine.",
            "container",
            "virtual",
        ),
        (
            "What is the difference between supervised and unsupervised learning?",
            "superv",
            "unsuperv",
        ),
        ("Compare Kafka with RabbitMQ.", "kafka", "rabbitmq"),
        ("Kotlin vs. Java: which do you prefer?", "kotlin", "java"),
    ],
)
def test_the_sides_of_a_question_are_found(question: str, one: str, other: str) -> None:
    found = contrast(question, (), "")
    assert found is not None
    assert found.names == (frozenset({one}), frozenset({other}))


@pytest.mark.parametrize(
    "question",
    [
        "How do you share a variable between an interrupt and the main loop?",
        "A form accepts an age between 18 and 65. How do you test it?",
        "Tell me about a conflict between two colleagues.",
    ],
)
def test_a_question_that_only_names_two_things_has_no_sides(question: str) -> None:
    assert contrast(question, (), "") is None


def test_words_said_of_both_sides_belong_to_neither() -> None:
    found = contrast(
        "What is the difference between TCP and UDP?",
        ("TCP carries packets with a handshake", "UDP carries packets at once"),
        "",
    )
    assert found is not None
    assert found.of_one["handshak"] == 0
    assert "packet" not in found.of_one
