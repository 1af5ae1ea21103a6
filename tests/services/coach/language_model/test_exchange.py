"""What a provider's headers may say, and what of it is believed."""

from __future__ import annotations

import pytest

from services.coach.language_model.exchange import asked_wait


@pytest.mark.parametrize("said", ["", "soon", "nan", "inf", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_is_no_number_of_seconds_is_left_out(said: str) -> None:
    assert asked_wait({"retry-after": said}) is None


def test_a_wait_in_seconds_is_taken() -> None:
    assert asked_wait({"retry-after": "7"}) == 7.0
