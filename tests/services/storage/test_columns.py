"""Text, JSON and times on their way into a column and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from services.storage.columns import UTCDateTime, clean

DIALECT = sqlite.dialect()


@given(st.text())
def test_ordinary_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert clean(text) == text.replace("\x00", "")


@given(st.text(alphabet=st.characters(categories=["Cs", "Lu"])))
def test_whatever_a_browser_sends_becomes_text_that_utf8_takes(text: str) -> None:
    clean(text).encode()


def test_halves_of_a_character_are_joined_and_a_half_alone_is_marked() -> None:
    assert clean("\ud83d\udca1") == "💡"
    assert clean("a\ud83db") == "a\ufffdb"


def test_a_time_is_kept_in_utc_and_one_without_a_zone_is_refused() -> None:
    column = UTCDateTime()
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert column.process_bind_param(noon, DIALECT) == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert column.process_result_value(datetime(2026, 3, 1, 10), DIALECT) == noon
    with pytest.raises(ValueError, match="zone"):
        column.process_bind_param(datetime(2026, 3, 1, 12), DIALECT)
