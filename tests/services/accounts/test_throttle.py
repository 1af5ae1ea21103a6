"""How long somebody has to wait, by a clock that the tests turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.accounts.throttle import (
    ADDRESS_LIMIT,
    CODES,
    EMAIL_LIMIT,
    FIRST_WAIT_S,
    PASSWORDS,
    SENDS,
    WINDOW,
    Throttle,
)
from services.errors import TooManyAttempts
from tests.services.storage.stored import Clock, a_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(tmp_path: Path, clock: Clock) -> Throttle:
    return Throttle(a_database(tmp_path), clock)


def wait_s(throttle: Throttle, email: str = "ada@example.com", address: str = "") -> float:
    """0 when the try was taken and counted."""
    try:
        throttle.attempt(email, address)
    except TooManyAttempts as slowed:
        return slowed.wait_s
    return 0.0


def test_the_wait_doubles_with_every_failure_after_the_limit(
    throttle: Throttle, clock: Clock
) -> None:
    assert [wait_s(throttle) for _ in range(EMAIL_LIMIT)] == [0.0] * EMAIL_LIMIT
    waits = []
    for _ in range(3):
        waits.append(wait_s(throttle))
        clock.advance(seconds=waits[-1])
        assert wait_s(throttle) == 0.0
    assert waits == pytest.approx([FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S], abs=0.01)


def test_asking_while_waiting_does_not_make_the_wait_longer(throttle: Throttle) -> None:
    for _ in range(EMAIL_LIMIT):
        throttle.attempt("ada@example.com")
    waits = [wait_s(throttle) for _ in range(5)]
    assert waits == sorted(waits, reverse=True)


def test_failures_are_forgotten_after_the_window(throttle: Throttle, clock: Clock) -> None:
    for _ in range(EMAIL_LIMIT):
        throttle.attempt("ada@example.com")
    clock.advance(seconds=WINDOW.total_seconds() + 1)
    assert [wait_s(throttle) for _ in range(EMAIL_LIMIT)] == [0.0] * EMAIL_LIMIT


def test_a_success_clears_its_email_and_no_other(throttle: Throttle) -> None:
    for email in ("ada@example.com", "eve@example.com"):
        for _ in range(EMAIL_LIMIT):
            throttle.attempt(email)
    throttle.succeeded("ada@example.com")
    assert wait_s(throttle, "ada@example.com") == 0.0
    assert wait_s(throttle, "eve@example.com") > 0


def test_one_address_cannot_go_through_many_emails(throttle: Throttle) -> None:
    for number in range(ADDRESS_LIMIT):
        throttle.attempt(f"user{number}@example.com", "10.0.0.1")
    assert wait_s(throttle, "next@example.com", "10.0.0.1") > 0
    assert wait_s(throttle, "next@example.com", "10.0.0.2") == 0.0
    assert wait_s(throttle, "another@example.com") == 0.0


def test_an_office_that_signs_in_rightly_is_never_slowed(throttle: Throttle) -> None:
    for number in range(3 * ADDRESS_LIMIT):
        throttle.attempt(f"user{number}@example.com", "10.0.0.1")
        throttle.succeeded(f"user{number}@example.com")


def test_a_day_of_guessing_gets_few_tries(throttle: Throttle, clock: Clock) -> None:
    tries, end = 0, clock.time.timestamp() + 3 * 3600
    while clock.time.timestamp() < end:
        wait = wait_s(throttle)
        tries += wait == 0.0
        clock.advance(seconds=wait)
    assert tries <= 14 * 12  # three hours are twelve windows


def test_the_message_says_how_long_in_words(throttle: Throttle, clock: Clock) -> None:
    for _ in range(EMAIL_LIMIT):
        throttle.attempt("ada@example.com")
    with pytest.raises(TooManyAttempts, match="Try again in 30 seconds"):
        throttle.attempt("ada@example.com")


def test_what_is_of_another_kind_is_counted_apart(throttle: Throttle) -> None:
    for _ in range(SENDS.email_limit):
        throttle.attempt("ada@example.com", "10.0.0.1", SENDS)
    with pytest.raises(TooManyAttempts, match=r"e-mails.* 60 seconds"):
        throttle.attempt("ada@example.com", "10.0.0.1", SENDS)
    for kind in (PASSWORDS, CODES):
        for _ in range(kind.email_limit):
            throttle.attempt("ada@example.com", "10.0.0.1", kind)
    throttle.succeeded("ada@example.com", CODES)
    throttle.attempt("ada@example.com", "10.0.0.1", CODES)
    assert wait_s(throttle) > 0


def test_mails_from_one_address_to_many_are_few(throttle: Throttle) -> None:
    for number in range(SENDS.address_limit):
        throttle.attempt(f"user{number}@example.com", "10.0.0.1", SENDS)
    with pytest.raises(TooManyAttempts):
        throttle.attempt("next@example.com", "10.0.0.1", SENDS)
    assert wait_s(throttle, "next@example.com", "10.0.0.1") == 0.0


def test_an_unknown_address_is_not_one_address(throttle: Throttle) -> None:
    for _ in range(500):
        throttle.attempt_guest("")
