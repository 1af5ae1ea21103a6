"""Fillers where they fill, hedges, I and we; by language."""

from __future__ import annotations

import pytest

from tests.services.delivery.test_delivering import delivery


@pytest.mark.parametrize(
    ("text", "fillers"),
    [
        ("Um, I asked her.", ["um"]),
        ("It was, like, hard.", ["like"]),
        ("I like | people", []),  # a pause on one side only
        ("I would like to help.", []),
        ("So, we started.", ["so"]),
        ("It was so good.", []),
        ("We had, you know, no time.", ["you know"]),
        ("Do you know what I did?", []),
        ("As you know, it failed.", []),
        ("It was kind of late, I mean.", ["kind of", "i mean"]),
        ("What kind of test is it?", []),
        ("That is a sort of cache.", []),
        ("I know what I mean.", []),
        ("UH... we stopped", ["uh"]),
    ],
)
def test_a_filler_counts_only_where_it_fills(text: str, fillers: list[str]) -> None:
    assert [filler.text.lower() for filler in delivery(text).fillers] == fillers


@pytest.mark.parametrize(
    ("language", "text", "fillers", "i", "we"),
    [
        ("en", "I'm sure we've done my part.", [], 2, 1),
        ("de", "Äh, ich glaube, wir haben das, quasi, geschafft.", ["äh", "quasi"], 1, 1),
        ("fr", "Euh, j'ai, du coup, aidé notre équipe.", ["euh", "du coup"], 1, 1),
        ("es", "Eh, yo creo, o sea, que nos ayudó.", ["eh", "o sea"], 1, 1),
        ("vi", "Ừm, tôi nghĩ là chúng tôi đã làm xong.", ["ừm"], 1, 1),
    ],
)
def test_every_language_has_its_own_words(
    language: str, text: str, fillers: list[str], i: int, we: int
) -> None:
    spoken = delivery(text, language=language)
    assert [filler.text.lower() for filler in spoken.fillers] == fillers
    assert (spoken.i_words, spoken.we_words) == (i, we)


def test_a_language_without_lists_has_no_rate_of_fillers_rather_than_none() -> None:
    text = "jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście"
    assert delivery(text, language="pl").fillers_per_minute is None
    assert delivery(text, language="de").fillers_per_minute == 0


def test_hedges_are_found_as_phrases() -> None:
    hedges = delivery("I think it was maybe, to be honest, my fault.").hedges
    assert [hedge.text for hedge in hedges] == ["I think", "maybe", "to be honest"]
