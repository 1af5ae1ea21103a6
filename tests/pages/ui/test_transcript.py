"""What was heard, as text on a screen."""

from pages.ui.transcript import as_heard, elapsed
from services.domain import Segment


def said(text: str, certain: bool = True) -> Segment:
    return Segment(start=0, end=1, text=text, certain=certain)


def test_only_uncertain_passages_are_marked_and_words_are_shown_as_typed() -> None:
    marked = as_heard([said("I used *Kafka*"), said("or cough ] cat", certain=False), said(" ")])
    assert marked == r"I used \*Kafka\* :gray-background[or cough \] cat]"


def test_a_length_is_minutes_and_seconds() -> None:
    assert elapsed(75.4) == "1:15"
