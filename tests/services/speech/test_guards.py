"""What looks invented is not taken for speech."""

from __future__ import annotations

import numpy as np
import pytest

from services.speech.guards import Reading, Verdict, audible, judge, made_safe


def reading(
    text: str,
    *,
    seconds: float = 5.0,
    logprob: float = -0.3,
    no_speech: float = 0.01,
    capped: bool = False,
    language: str = "en",
) -> Reading:
    return Reading(text, language, seconds, logprob, no_speech, capped)


@pytest.mark.parametrize(
    "text",
    [
        "my team built a new product last year",
        "it was very very very difficult and i learned a lot",
        "no no no we did it again",
        "thank you",
        "bye",
        "",
    ],
)
def test_speech_is_kept(text: str) -> None:
    assert judge(reading(text)) is Verdict.CLEAR


def test_nobody_spoke_only_if_the_words_are_unlikely_too() -> None:
    assert judge(reading("so", no_speech=0.9, logprob=-1.2)) is Verdict.SILENT
    assert judge(reading("so", no_speech=0.9, logprob=-0.5)) is Verdict.CLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you.",
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Sous-titres réalisés par la communauté d'Amara.org",
    ],
)
def test_phrases_of_subtitles_need_the_support_of_the_sound(text: str) -> None:
    assert judge(reading(text, logprob=-0.9)) is Verdict.STOCK
    assert judge(reading(text, logprob=-0.4)) is Verdict.CLEAR


@pytest.mark.parametrize(
    "doubtful",
    [
        reading("i mean i mean i mean"),
        reading("we built it and we built it and we built it and"),
        reading("go go go go go go"),
        reading("哈哈哈哈哈哈", language="zh"),
        reading("it was the best of the best " * 8, seconds=12),
        reading("one two three four five six seven eight nine ten", seconds=1.0),
        reading("something that was cut off in the", capped=True),
        reading("hardly understood", logprob=-1.1),
    ],
)
def test_loops_floods_and_guesses_are_doubted(doubtful: Reading) -> None:
    assert judge(doubtful) is Verdict.DOUBTFUL


def test_an_echo_of_the_prompt_is_doubted_but_not_a_word_or_two_of_it() -> None:
    prompt = "Senior backend engineer. Python, PostgreSQL, Kubernetes."
    assert judge(reading("Python PostgreSQL Kubernetes"), prompt) is Verdict.DOUBTFUL
    assert judge(reading("Python, PostgreSQL"), prompt) is Verdict.CLEAR
    assert judge(reading("I used Python, PostgreSQL, Kubernetes"), prompt) is Verdict.CLEAR


def test_what_no_microphone_hears_is_inaudible() -> None:
    assert not audible(np.zeros(16_000, np.float32))
    assert not audible(np.full(16_000, 0.0005, np.float32))
    assert not audible(np.full(100, 0.5, np.float32))
    assert not audible(np.zeros(0, np.float32))
    assert audible(np.full(16_000, 0.002, np.float32))


def test_sound_is_made_safe_and_good_sound_is_left_as_it_is() -> None:
    good = np.sin(np.arange(16_000, dtype=np.float32) / 20) * np.float32(0.5)
    assert made_safe(good)[0] is good
    holes = good.copy()
    holes[10:20], holes[30], holes[40] = np.nan, np.inf, -np.inf
    mended, damaged = made_safe(holes)
    assert damaged
    assert not mended[10:20].any()
    assert np.array_equal(mended[50:], good[50:])
    wild = good.copy()
    wild[100] = 3e38
    assert np.array_equal(made_safe(wild)[0][101:], good[101:])
    loud, damaged = made_safe(good * 20)
    assert not damaged
    assert np.abs(loud).max() == 1
    assert np.allclose(loud, good * 2, atol=0.01)
    assert made_safe(np.zeros(0, np.float32))[0].size == 0
    with pytest.raises(ValueError, match="dimension"):
        made_safe(np.zeros((2, 3), np.float32))
