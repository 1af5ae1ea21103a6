"""How an answer was spoken, on the feedback screen."""

from __future__ import annotations

from pathlib import Path

from services.domain import SoundFigures
from tests.pages.conftest import Site
from tests.pages.practice.full import spoken, store

SOUND = SoundFigures(step_s=0.32, levels=(-20.0,) * 18, voice=((0.0, 5.9),))


def figures(site: Site) -> str:
    return "\n".join(str(html.proto.body) for html in site.tab.get("html"))


def test_it_is_worked_out_once_it_is_opened(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    store().keep_sound_figures(guest.owner, answer.id, SOUND)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "How you spoke" in [expander.label for expander in guest.tab.expander]
    assert "words a minute" not in figures(guest)
    guest.tab.session_state[f"spoken-{answer.id}"] = True  # AppTest cannot open it
    guest.tab.run()
    assert not guest.tab.exception
    assert "words a minute" in figures(guest)
    assert "None heard" in figures(guest)


def test_an_answer_that_was_typed_has_none(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "How you spoke" not in [expander.label for expander in guest.tab.expander]
