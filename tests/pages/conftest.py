"""The whole site without a browser: the real entry script on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import streamlit as st
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

from pages.ui.context import services
from services.domain import Answer, Category, Interview, Job, Preferences, Setup
from services.errors import DatabaseAway
from services.interviews import Interviews
from services.looking_back import LookingBack
from tests.logs import said
from tests.services.rehearsal import eventually

ROOT = Path(__file__).parents[2]
ANSWER = said(
    "When I led the move of our reports, I ran both versions for two weeks and found four errors."
)


@dataclass
class Site:
    """A browser tab on the site, and the services behind it."""

    tab: AppTest

    @property
    def interviews(self) -> Interviews:
        return services().interviews

    @property
    def past(self) -> LookingBack:
        return services().past

    @property
    def owner(self) -> UUID:
        login = services().logins.find(self.tab.session_state["tab"].secret)
        assert login is not None
        return login.user.id

    def enter(self, *, asked: bool = False) -> None:
        """Come in as a guest, who is `asked` to rate their answers before they see the coach's view."""
        self.tab.run()
        self.press("Try without an account")
        services().keep_preferences(self.owner, Preferences(self_rating=asked))

    def open(self, script: str, **query: object) -> None:
        """Come to a screen by its address."""
        self.tab.session_state["tab"].course = None  # an address begins a new session
        self.tab.switch_page(f"pages/{script}")
        for name, value in query.items():
            self.tab.query_params[name] = str(value)
        self.tab.run()
        assert not self.tab.exception

    def press(self, label: str) -> None:
        next(button for button in self.tab.button if button.label == label).click()
        self.tab.run()
        assert not self.tab.exception

    def start_interview(self) -> None:
        """Press the button. The interview screen speaks WebRTC, for which AppTest has no server: what
        it draws is looked at in the browser tests."""
        next(button for button in self.tab.button if button.label == "Start interview").click()
        self.tab.run()

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.tab.button]

    @property
    def words(self) -> str:
        """Everything that is written on the screen."""
        kinds = ("title", "header", "markdown", "caption", "error", "warning", "info", "success")
        elements = [element for kind in kinds for element in self.tab.get(kind)]
        return "\n".join(str(getattr(element, "value", "")) for element in elements).replace(
            "\\", ""
        )

    def interview(
        self, answered: int = 0, questions: int = 2, position: str = "Nurse"
    ) -> Interview:
        """An interview in the database with its first questions answered in writing."""
        setup = Setup(
            job=Job(position=position), category=Category.BEHAVIOURAL, question_count=questions
        )
        interview = self.interviews.start(self.owner, setup)
        for question in interview.questions[:answered]:
            answer = self.interviews.type_instead(self.owner, question)
            self.submit(answer, ANSWER)
        return interview

    def submit(self, answer: Answer, text: str) -> Answer:
        """Submit the answer, and wait until its judge is done with it, as the screen waits for one that
        takes longer."""
        submitted = self.interviews.submit(self.owner, answer, text)
        eventually(lambda: not self.interviews.considers(self.owner, answer.id))
        return submitted

    def fill(self, button: str, **fields: str) -> None:
        """At the front door: open the tab, fill in the form that holds the button, and press it."""
        self.tab.session_state["door"] = button  # AppTest cannot press a tab
        self.tab.run()
        form = next(form for form in self.tab.form if any(b.label == button for b in form.button))
        for field in form.text_input:
            field.set_value(fields[field.label.lower()])
        next(b for b in form.button if b.label == button).click()
        self.tab.run()


@contextmanager
def database_away(words: str = "") -> Iterator[None]:
    """Within the block no database can be reached, or not for statements that begin with `words`."""

    def away(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(words):
            raise DatabaseAway("The database is away.")

    event.listen(Engine, "before_cursor_execute", away)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", away)


@contextmanager
def tab_on(data: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[Site]:
    """A tab on services of its own. The model is known and not here: nothing is loaded or downloaded."""
    for name, value in {"DATA_DIR": str(data), "SPEECH_MODEL": "base.en", **settings}.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    yield Site(AppTest.from_file(str(ROOT / "app.py"), default_timeout=30))
    services().shutdown()
    st.cache_resource.clear()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with tab_on(tmp_path, monkeypatch) as opened:
        yield opened


@pytest.fixture
def guest(site: Site) -> Site:
    site.enter()
    return site
