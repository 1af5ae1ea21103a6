"""Speech is told from words thrown together by their order alone."""

from __future__ import annotations

import random

import pytest

from services.coach.word_order import fluency
from services.coach.words import tokens

SPOKEN = (
    "well first I had a look at the list with my colleague and then we called all of the guests who had "
    "not paid yet, because it was only two days until the concert and nobody had told them about it"
)


def heard(text: str) -> float:
    return fluency(word.plain for word in tokens(text))


@pytest.mark.parametrize("seed", range(5))
def test_the_same_words_shuffled_are_less_fluent(seed: int) -> None:
    words = SPOKEN.split()
    random.Random(seed).shuffle(words)
    assert heard(SPOKEN) > heard(" ".join(words)) + 0.2


def test_a_stammer_costs_nothing() -> None:
    assert heard(SPOKEN.replace("the guests", "the the guests")) == heard(SPOKEN)


def test_no_words_and_one_word_have_no_order() -> None:
    assert heard("") == heard("hello") == 0
