"""Phrases that come again and again: one of them is one, however long it is."""

from __future__ import annotations

from services.delivery import delivery_of
from services.domain import Segment
from tests.logs import said
from tests.services.delivery.test_delivering import answer, delivery

LONG = said("the warehouse team in Leeds missed every single delivery deadline last spring")
OTHER = said("our biggest customer complained")


def test_a_long_phrase_is_one_and_leaves_room_for_others() -> None:
    text = " ".join(f"{LONG} because{n} {OTHER} again{n}." for n in range(3))
    assert [(one.text, one.times) for one in delivery(text).repeated] == [(LONG, 3), (OTHER, 3)]


def test_a_whole_passage_said_three_times_is_one_phrase_known_by_its_first_words() -> None:
    passage = [f"word{n}" for n in range(1500)]
    (phrase,) = delivery(" ".join(3 * passage)).repeated
    assert phrase.times == 3
    assert phrase.text == f"{' '.join(passage[:12])} \u2026"


def test_what_is_mostly_said_by_itself_is_counted_wherever_it_is() -> None:
    alone = " ".join(f"{OTHER} once{n}" for n in range(4))
    within = " ".join(f"{OTHER} about late parcels then{n}" for n in range(3))
    phrases = {one.text: one.times for one in delivery(f"{alone} {within}").repeated}
    assert phrases[OTHER] == 7


def test_a_short_phrase_over_and_over_is_no_longer_one() -> None:
    (phrase,) = delivery(" ".join(9 * [said("parcels late again")])).repeated
    assert (phrase.text, phrase.times) == (said("parcels late again"), 9)


def test_a_phrase_ends_before_words_that_may_not_have_been_said() -> None:
    said_so = answer(*(f"{OTHER} about parcels" for _ in range(3)))
    first, *others = said_so.segments
    unsure = Segment(start=first.end, end=first.end, text="", words=first.words[-2:], certain=False)
    whole = first.model_copy(update={"words": first.words[:-2]})
    found = delivery_of(
        said_so.model_copy(update={"segments": (whole, unsure, *others)}), None, "en"
    )
    assert found is not None
    assert [(one.text, one.times) for one in found.repeated] == [(OTHER, 3)]
