"""An interview that is open on two devices: one of them is listened to.

AppTest has no server for the camera, which is drawn last: what stands above it is looked at.
"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from services.domain import AnswerMode
from services.storage.database import open_database
from services.storage.places import Places
from services.storage.store import Store
from tests.pages.conftest import Site
from tests.services.storage.stored import a_segment


def test_a_device_that_only_looks_shows_the_words_and_offers_to_go_on_here(
    guest: Site, tmp_path: Path
) -> None:
    interview = guest.interview()
    engine = open_database(f"sqlite:///{tmp_path / 'interviews.db'}")
    store, other = Store(engine), Places(engine, uuid4())
    other.beat()
    answer = store.open_answer(guest.owner, interview.questions[0].id, AnswerMode.SPOKEN)
    other.take(guest.owner, answer.id)
    store.append_segment(guest.owner, answer.id, 0, a_segment())

    guest.tab.switch_page("pages/practice/interview.py")
    guest.tab.query_params["interview"] = str(interview.id)
    guest.tab.run()
    assert "Another device listens to this answer; press start to go on here." in guest.words
    drawn = [str(element.proto) for element in guest.tab.get("bidi_component")]
    assert any("I asked the team" in piece for piece in drawn)
    assert "Sound only" in guest.labels
    assert store.answer(guest.owner, answer.id).place == other.mine
