"""Asking the coach about a rating, with a language model that is a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.loopback_model import LoopbackModel, loopback_model
from benchmarks.loopback_protocols import Asked
from services.domain import (
    AnswerMode,
    Category,
    Criterion,
    Interview,
    Job,
    Kind,
    Question,
    Rubric,
    Setup,
)
from tests.pages.conftest import ANSWER, Site, tab_on
from tests.pages.practice.full import a_rating, store

SCRIPT = "practice/feedback.py"
REPLY = "Name **one** figure, see [this](https://example.com) <img src=x> :smile:"


@dataclass
class Talked:
    """The feedback screen of one rated answer, and the model that is asked."""

    site: Site
    model: LoopbackModel
    interview: Interview

    def ask(self, question: str) -> None:
        form = next(f for f in self.site.tab.form if f.text_input)
        form.text_input[0].set_value(question)
        next(b for b in form.button if b.label == "Ask").click()
        self.site.tab.run()
        assert not self.site.tab.exception

    def open(self) -> None:
        self.site.open(SCRIPT, interview=self.interview.id)


def a_question() -> Question:
    levels = ("One.", "Two.", "Three.", "Four.", "Five.")
    criteria = tuple(
        Criterion(id=name.lower(), name=name, description="", levels=levels)
        for name in ("Relevance", "Structure", "Result")
    )
    rubric = Rubric(version="1", criteria=criteria)
    return Question(text="What did you change?", kind=Kind.BEHAVIOURAL, rubric=rubric)


def rated(site: Site) -> Interview:
    """One answer, rated before; nothing is left for the model to rate."""
    setup = Setup(job=Job(position="Nurse"), category=Category.BEHAVIOURAL, question_count=1)
    kept = store()
    interview = kept.add_interview(site.owner, setup, (a_question(),))
    (question,) = interview.questions
    answer = kept.open_answer(site.owner, question.id, AnswerMode.TYPED)
    kept.submit(site.owner, answer.id, ANSWER)
    kept.add_rating(site.owner, answer.id, a_rating(question, ANSWER))
    return interview


@pytest.fixture
def talked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talked]:
    def answer(asked: Asked) -> dict[str, Any] | str:
        return REPLY

    with (
        loopback_model(answer) as model,
        tab_on(
            tmp_path, monkeypatch, GEMINI_API_KEY="test", GEMINI_BASE_URL=model.gemini_url
        ) as site,
    ):
        site.enter()
        screen = Talked(site, model, rated(site))
        screen.open()
        yield screen


def test_a_question_is_answered_in_words_and_never_as_formatting(talked: Talked) -> None:
    talked.ask("Why not a *level* higher?")
    texts = [m.value for m in talked.site.tab.markdown]
    assert r"Why not a \*level\* higher?" in texts
    (reply,) = [text for text in texts if "one" in text and "figure" in text]
    assert reply.startswith(r"Name \*\*one\*\* figure, see")
    assert "](" not in reply
    assert not any(
        "one" in html.value for html in talked.site.tab.html if "<style" not in html.value
    )


def test_the_model_is_told_what_was_said_before(talked: Talked) -> None:
    talked.ask("Why not higher?")
    talked.ask("And what else?")
    assert "Why not higher?" in talked.model.log[-1].text
    assert "And what else?" in talked.model.log[-1].text


def test_the_talk_is_kept_in_this_tab_only_and_says_so(talked: Talked) -> None:
    assert "The talk is kept in this browser tab only" in talked.site.words
    talked.ask("Why not higher?")
    talked.open()
    assert "Why not higher?" in talked.site.words
    assert "Why not higher?" not in str(store().review(talked.site.owner, talked.interview.id))


def test_after_five_questions_the_talk_is_over(talked: Talked) -> None:
    for number in range(5):
        talked.ask(f"Question number {number}?")
    assert "That was the last of 5 questions about this rating." in talked.site.words
    assert not [f for f in talked.site.tab.form if f.text_input]


def test_a_model_that_fails_costs_no_question(talked: Talked) -> None:
    talked.model.misbehave(*[503] * 10)
    talked.ask("Why not higher?")
    assert talked.site.tab.error
    assert "Why not higher?" in talked.site.words
    talked.model.behave()
    talked.site.press("Try now")
    assert not talked.site.tab.error
    assert "figure, see" in talked.site.words
    assert talked.site.words.count("Why not higher?") == 1


def test_a_blank_question_is_none(talked: Talked) -> None:
    talked.ask("   ")
    assert talked.model.log == []
