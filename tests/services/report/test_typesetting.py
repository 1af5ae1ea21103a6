"""Lines: none too wide, nothing lost, and broken where the script allows it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.report.typesetting import lines


def letters(text: str) -> float:
    return float(len(text))


@given(st.text(alphabet="ab \n我ค่-", max_size=200), st.integers(4, 40))
def test_no_line_is_too_wide_and_only_blanks_are_lost(text: str, width: int) -> None:
    broken = list(lines(text, width, letters))
    assert all(letters(line.text) <= width for line in broken)
    assert "".join(line.text for line in broken).replace(" ", "") == "".join(text.split())


@given(st.text(alphabet="ab 我", min_size=1, max_size=80), st.data())
def test_marked_letters_stay_marked(text: str, data: st.DataObject) -> None:
    marks = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    broken = [piece for line in lines(text, 9, letters, marks) for piece in line.pieces]
    wanted = "".join(c for c, m in zip(text, marks, strict=True) if m and c != " ")
    assert "".join(p.text for p in broken if p.marked).replace(" ", "") == wanted


def test_words_stay_whole_and_chinese_breaks_anywhere_but_before_a_full_stop() -> None:
    assert [line.text for line in lines("one three five", 9, letters)] == ["one three", "five"]
    assert [line.text for line in lines("我在医院工作。", 6, letters)] == ["我在医院工", "作。"]


def test_a_paragraph_that_begins_from_the_right_runs_that_way() -> None:
    text = "123 שלום abc\nabc שלום"
    assert [line.leftwards for line in lines(text, 99, letters)] == [True, False]
