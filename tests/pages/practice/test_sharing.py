"""Links for mentors on the feedback screen: made, listed, ended; and what mentors said."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from pages.ui.context import services
from services.domain import Interview, SharePart
from services.errors import NotFound
from tests.logs import said, secret
from tests.pages.conftest import Site

SCRIPT = "practice/feedback.py"


def make_link(site: Site, interview: Interview, name: str = "Anna") -> str:
    site.open(SCRIPT, interview=interview.id)
    site.press("Share with a mentor")
    next(f for f in site.tab.text_input if f.label == "Who is it for?").set_value(name)
    site.press("Create link")
    [link] = [code.value for code in site.tab.code]
    return secret(parse_qs(urlsplit(link).query)["link"][0])


def test_a_link_is_shown_once_listed_and_ended(guest: Site) -> None:
    interview = guest.interview(answered=1)
    token = make_link(guest, interview)
    shared = services().sharing.open(token)
    assert SharePart.DELIVERY not in shared.share.includes
    assert len(shared.share.includes) == 3
    assert "Anna" in guest.words
    assert "not opened yet" in guest.words
    guest.press("Share with a mentor")
    guest.press("Share with a mentor")
    assert not guest.tab.code
    assert "opened last" in guest.words
    guest.press("End link")
    assert "End link" not in guest.labels
    with pytest.raises(NotFound):
        services().sharing.open(token)


def test_a_link_without_a_name_is_asked_for_one(guest: Site) -> None:
    guest.open(SCRIPT, interview=guest.interview(answered=1).id)
    guest.press("Share with a mentor")
    guest.press("Create link")
    assert "Whom is the link for?" in guest.words
    assert not guest.tab.code


def test_a_note_is_shown_as_typed_and_can_be_deleted(guest: Site) -> None:
    interview = guest.interview(answered=1)
    token = make_link(guest, interview, name="**An** <b>na</b>")
    answer = guest.past.review(guest.owner, interview.id).items[0].answer
    assert answer is not None
    note = said("<script>alert(1)</script> :red[loud] ![](http://evil.example/x) **bold**")
    services().sharing.note(
        token, answer.id, "[Mallory](javascript:alert(1))", {"structure": 5}, note
    )
    guest.open(SCRIPT, interview=interview.id)
    shown = "\n".join(m.value for m in guest.tab.markdown)
    assert r"\<script\>alert\(1\)\<\/script\>" in shown
    assert r"\*\*bold\*\*" in shown
    assert "![](" not in shown
    assert "[Mallory](" not in shown
    assert "**An**" not in shown.replace(r"\*\*", "")
    assert not any("alert" in html.value for html in guest.tab.html)
    guest.press("Delete this note")
    assert "Mallory" not in guest.words
