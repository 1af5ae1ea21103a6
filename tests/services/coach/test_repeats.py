"""Whether a question was asked before."""

from __future__ import annotations

from itertools import combinations

import pytest

from services.coach import bank
from services.coach.repeats import repeats


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ("What is a deadlock?", "what is a deadlock"),
        (
            "Tell me about a time you missed a deadline.",
            "Describe a situation where you missed a deadline.",
        ),
        (
            "How does a database index make a query faster, and when would you not add one?",
            "When would you not add a database index, and how does one make a query faster?",
        ),
        (
            "Cuénteme una vez que tuvo un conflicto con un cliente.",
            "Describa una situación en la que tuvo un conflicto con un cliente.",
        ),
        ("请讲述一次你与难相处的同事合作的经历。", "请讲述一次你和难相处的同事合作的经历。"),
    ],
)
def test_a_question_in_nearly_the_same_words_is_a_repeat(asked: str, again: str) -> None:
    assert repeats(again, [asked])
    assert repeats(asked, [again])


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        (
            "Tell me about a time when you had to say no.",
            "Tell me about a time when you had to learn fast.",
        ),
        ("What is a thread?", "What is a process?"),
        (
            "How would you design a URL shortener?",
            "How would you design a chat service for millions of users?",
        ),
        (
            "Cuénteme una vez que tuvo un conflicto con un cliente.",
            "Cuénteme una vez que no llegó a tiempo con un proyecto.",
        ),
        ("请讲述一次你与难相处的同事合作的经历。", "请讲述一次你没能按时完成任务的经历。"),
    ],
)
def test_the_same_beginning_makes_no_repeat(asked: str, other: str) -> None:
    assert not repeats(other, [asked])


def test_no_question_of_the_bank_repeats_another() -> None:
    texts = [question.text for question in bank.load()]
    assert [pair for pair in combinations(texts, 2) if repeats(pair[0], pair[1:])] == []


def test_nothing_repeats_nothing() -> None:
    assert not repeats("What is a deadlock?", [])
    assert not repeats("What is a deadlock?", [""])
