"""Every screen with somebody else's interview in its address: it tells no more than for an unknown one."""

from __future__ import annotations

from uuid import uuid4

from pages.ui.context import services
from pages.ui.places import DEVICE_CHECK, FEEDBACK, PROTECTED
from services.domain import Job, Setup
from tests.pages.conftest import Site, site
from tests.services.storage.stored import a_question

__all__ = ["site"]


def test_no_screen_shows_the_interview_of_somebody_else(site: Site) -> None:
    site.enter()
    ours = services()
    stranger = ours.accounts.create_guest().id

    def interview(owner: object, position: str) -> object:
        store = ours.interviews._store
        return store.add_interview(owner, Setup(job=Job(position=position)), [a_question()]).id  # type: ignore[arg-type]

    theirs, mine = interview(stranger, "Lighthouse keeper"), interview(site.owner, "Diver")
    site.open(FEEDBACK.script, interview=mine)
    assert "Diver" in site.words  # what is one's own is shown
    for place in PROTECTED:
        if (
            place is DEVICE_CHECK
        ):  # shows nothing of an interview, and WebRTC, which has no server here
            continue
        shown = set()
        for name in (theirs, uuid4(), "' OR '1'='1", "../../etc/passwd", "%00", "x" * 5_000):
            site.open(place.script, interview=name)
            shown.add(site.words)
            assert "Lighthouse" not in site.words, place
            assert str(stranger) not in site.words, place
        assert len(shown) == 1, place
