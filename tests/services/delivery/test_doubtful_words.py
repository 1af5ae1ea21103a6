"""Words without times, words where no voice was heard, words heard twice: no figure that could be wrong."""

from __future__ import annotations

import pytest

from benchmarks.long_talk import sound_of, talk
from services.delivery import delivery_of
from services.domain import Answer, Delivery, Segment, SoundFigures, Word
from tests.logs import said
from tests.services.delivery.test_delivering import answer

STEP_S = 0.4


def spoken(*segments: Segment) -> Answer:
    found = answer(sound_s=segments[-1].end)
    return found.model_copy(update={"segments": segments})


def line(count: int, start: float, *, certain: bool = True) -> Segment:
    """So many different words, one every 0.4 s without a pause."""
    words = tuple(
        Word(start=at, end=at + STEP_S, text=said(f"word{round(at * 10)}"), probability=0.9)
        for at in (start + n * STEP_S for n in range(count))
    )
    text = " ".join(word.text for word in words)
    return Segment(start=start, end=words[-1].end, text=text, words=words, certain=certain)


def without_times(start: float, end: float) -> Segment:
    return Segment(start=start, end=end, text=said("much that was heard without times"))


def how(found: Answer, voice: tuple[tuple[float, float], ...] = ()) -> Delivery:
    delivery = delivery_of(found, SoundFigures(step_s=0.32, voice=voice), "en")
    assert delivery is not None
    return delivery


@pytest.mark.parametrize("voice", [(), ((0.0, 8.0), (12.0, 24.8))])
def test_speech_without_times_is_no_pause_and_there_is_no_rate_over_it(
    voice: tuple[tuple[float, float], ...],
) -> None:
    found = how(spoken(line(12, 0), without_times(4.8, 20), line(12, 20)), voice)
    assert found.pauses == ()
    assert found.words_per_minute is None
    assert found.articulation_rate is None
    assert found.fillers_per_minute is None
    assert found.speaking_share is None
    assert found.first_word_s == 0
    assert found.longest_run is not None
    assert found.longest_run.words == 12


def test_speech_without_times_before_and_after_leaves_the_rate_between() -> None:
    found = how(spoken(without_times(0, 5), line(12, 5), without_times(9.8, 20)))
    assert found.words_per_minute == pytest.approx(150)
    assert found.first_word_s is None
    assert found.speaking_share is None


def test_a_silence_ends_where_words_were_heard_in_it() -> None:
    found = how(spoken(line(40, 0)), ((0.0, 4.0), (12.0, 16.0)))
    assert found.pauses == ()
    assert found.articulation_rate == pytest.approx(150)
    found = how(spoken(line(10, 0), line(5, 6), line(10, 12)), ((0.0, 4.0), (12.0, 16.0)))
    assert [(p.start, p.end) for p in found.pauses] == [(4, 6), (8, 12)]


def test_words_that_may_not_have_been_said_end_no_silence() -> None:
    found = how(
        spoken(line(10, 0), line(5, 6, certain=False), line(10, 12)), ((0.0, 4.0), (12.0, 16.0))
    )
    assert [(p.start, p.end) for p in found.pauses] == [(4, 12)]


def test_a_word_that_ends_before_it_begins_takes_no_time() -> None:
    word = Word(start=2, end=1, text=said("Hi"), probability=0.9)
    found = how(spoken(Segment(start=1, end=3, text=word.text, words=(word,))))
    assert (found.speech_s, found.voiced_s, found.first_word_s) == (0, 0, 2)
    assert found.longest_run is not None
    assert found.longest_run.start == found.longest_run.end


def test_what_was_heard_twice_counts_once() -> None:
    found = how(spoken(line(12, 0), line(12, 2.4)))
    assert found.words == 18
    assert found.words_per_minute == pytest.approx(150)


def test_a_word_stretched_into_the_next_segment_takes_no_word_from_it() -> None:
    first = line(12, 0)
    last = first.words[-1].model_copy(update={"end": 6.0})
    first = first.model_copy(update={"words": (*first.words[:-1], last)})
    assert how(spoken(first, line(12, 5))).words == 24


def test_an_hour_has_the_figures_of_its_words_and_its_voice() -> None:
    found = spoken(*talk(3600))
    sound = sound_of(3600)
    delivery = delivery_of(found, sound, "en")
    assert delivery is not None
    assert delivery.words == 9000
    assert delivery.words_per_minute == pytest.approx(150, abs=0.1)
    assert delivery.loudness_range_db == pytest.approx(17)
    silences = [(a, b) for (_, a), (b, _) in zip(sound.voice, sound.voice[1:], strict=False)]
    assert delivery.pauses
    assert all((pause.start, pause.end) in silences for pause in delivery.pauses)
