"""What kind of question somebody has typed."""

from __future__ import annotations

import pytest

from services.coach import bank
from services.coach.asked_kind import kind_of
from services.domain import Kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tell me about a time you disagreed with your manager.", Kind.BEHAVIOURAL),
        ("tell me about yourself", Kind.BEHAVIOURAL),
        ("What is your greatest weakness?", Kind.BEHAVIOURAL),
        ("Why do you want to work here?", Kind.BEHAVIOURAL),
        ("Tell me about a system you designed.", Kind.BEHAVIOURAL),
        ("Have you ever had to fire someone?", Kind.BEHAVIOURAL),
        ("What would you do if a customer shouted at you?", Kind.SITUATIONAL),
        ("Imagine two of your nurses call in sick. How do you go on?", Kind.SITUATIONAL),
        ("Design a parking garage system.", Kind.SYSTEM_DESIGN),
        ("How would you design a news feed?", Kind.SYSTEM_DESIGN),
        ("What is dependency injection?", Kind.TECHNICAL),
        ("Explain the CAP theorem", Kind.TECHNICAL),
        ("Your React page re-renders too often. What do you do?", Kind.TECHNICAL),
        ("今天天气怎么样", Kind.TECHNICAL),
    ],
)
def test_the_way_of_asking_tells_the_kind(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


def test_of_the_questions_in_the_bank_nearly_nine_in_ten_are_known_by_it() -> None:
    """Those of crafts outside software ask what one would do and are technical all the same."""
    questions = bank.load()
    known = sum(kind_of(question.text) is question.kind for question in questions)
    assert known / len(questions) > 0.85
