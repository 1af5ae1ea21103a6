"""Consent to be recorded is kept once with its version, and a new wording asks again."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.errors import InvalidInput, NotFound
from services.privacy import consent
from services.privacy.consent import RECORDING, TERMS, Consents
from services.storage.database import reading
from services.storage.tables import ConsentRow
from tests.services.privacy.conftest import Kept

# The wordings that people agreed to. Whoever changes the text raises its version and adds a line here.
WORDINGS = {"1": "8f6c4be5be12523f", "2": "1f4c2c21161e5044"}


def rows(kept: Kept, owner: object) -> list[tuple[str, str]]:
    with reading(kept.engine, owner) as db:  # type: ignore[arg-type]
        found = db.execute(select(ConsentRow.kind, ConsentRow.version))
        return [(kind, version) for kind, version in found]


def test_nobody_has_agreed_before_they_did(kept: Kept) -> None:
    assert not Consents(kept.engine).given(kept.user().id)


def test_consent_is_kept_once_with_the_version_of_its_wording(kept: Kept) -> None:
    user, consents = kept.user(), Consents(kept.engine)
    consents.give(user.id, 30)
    consents.give(user.id, 7)
    assert consents.given(user.id)
    assert rows(kept, user.id) == [(RECORDING, consents.version)]
    assert kept.again(user).media_days == 7


def test_another_place_of_recordings_asks_again_and_keeps_what_was_agreed_before(
    kept: Kept,
) -> None:
    user, here = kept.user(), Consents(kept.engine)
    elsewhere = Consents(kept.engine, "in a private store at media.example.com")
    here.give(user.id, 90)
    assert not elsewhere.given(user.id)
    assert "on this server" in here.wording("They rate.")
    assert "media.example.com" in elsewhere.wording("They rate.")
    elsewhere.give(user.id, 90)
    assert len(rows(kept, user.id)) == 2


def test_consent_of_one_is_not_that_of_another(kept: Kept) -> None:
    ada, eve = kept.user(), kept.user("Eve", "eve@example.com")
    Consents(kept.engine).give(ada.id, 90)
    assert not Consents(kept.engine).given(eve.id)


@pytest.mark.parametrize("days", TERMS)
def test_every_term_that_is_offered_is_kept(kept: Kept, days: int | None) -> None:
    user = kept.user()
    assert Consents(kept.engine).keep_for(user.id, days).media_days == days
    assert kept.again(user).media_days == days


def test_a_term_that_is_not_offered_is_refused(kept: Kept) -> None:
    user = kept.user()
    with pytest.raises(InvalidInput):
        Consents(kept.engine).keep_for(user.id, -1)
    assert kept.again(user).media_days == 90


def test_who_is_gone_cannot_agree(kept: Kept) -> None:
    with pytest.raises(NotFound):
        Consents(kept.engine).give(uuid4(), 90)


def test_a_changed_wording_has_a_new_version() -> None:
    version, text = consent._text()
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == WORDINGS[version]
