"""Keys that candidates bring are kept for a visit, and nowhere else."""

from __future__ import annotations

from uuid import uuid4

from services.accounts.own_keys import KEEP_S, OwnKeys

ADA, BOB = uuid4(), uuid4()


def test_a_key_is_its_owners_alone_until_it_is_forgotten() -> None:
    keys = OwnKeys()
    keys.keep(ADA, "secret-of-ada")
    assert keys.of(ADA) == "secret-of-ada"
    assert keys.of(BOB) == ""
    keys.forget(ADA)
    assert keys.of(ADA) == ""


def test_a_key_that_nobody_uses_for_half_a_day_is_forgotten() -> None:
    now = [0.0]
    keys = OwnKeys(lambda: now[0])
    keys.keep(ADA, "secret-of-ada")
    now[0] = KEEP_S - 1
    assert keys.of(ADA) == "secret-of-ada"
    now[0] += KEEP_S + 1
    assert keys.of(ADA) == ""


def test_a_key_does_not_show_in_what_is_printed_of_it() -> None:
    keys = OwnKeys()
    keys.keep(ADA, "secret-of-ada")
    assert "secret" not in repr(keys)


def test_a_guest_who_becomes_an_account_keeps_the_key() -> None:
    keys = OwnKeys()
    keys.keep(ADA, "secret-of-ada")
    keys.hand_over(ADA, BOB)
    assert keys.of(BOB) == "secret-of-ada"
    assert keys.of(ADA) == ""
