"""Utterances from scripted probabilities."""

from __future__ import annotations

import itertools
import random

import pytest

from services.speech.segmenter import (
    LONGEST,
    MARGIN,
    PRE_ROLL,
    STEP,
    Segmenter,
    Utterance,
)


def steps(seconds: float) -> int:
    return round(seconds * 16_000 / STEP)


def hear(segmenter: Segmenter, *parts: tuple[float, float]) -> list[Utterance]:
    """Parts are (seconds, probability)."""
    probabilities = [p for seconds, p in parts for _ in range(steps(seconds))]
    return segmenter.hear(probabilities, [0.1] * len(probabilities))


def test_a_pause_ends_an_utterance_and_margins_are_kept_on_both_sides() -> None:
    segmenter = Segmenter(0)
    (utterance,) = hear(segmenter, (1, 0), (2, 0.9), (1, 0))
    assert utterance.start == steps(1) * STEP - PRE_ROLL
    assert utterance.end == steps(1) * STEP + steps(2) * STEP + MARGIN
    assert utterance.speech == ((steps(1) * STEP, (steps(1) + steps(2)) * STEP),)
    assert segmenter.open is None


def test_a_breath_shorter_than_a_pause_does_not_end_it() -> None:
    segmenter = Segmenter(0)
    assert hear(segmenter, (1, 0.9), (0.5, 0.1), (1, 0.9)) == []
    (utterance,) = hear(segmenter, (1, 0))
    assert len(utterance.speech) == 2


def test_once_started_speech_may_be_softer() -> None:
    segmenter = Segmenter(0)
    assert hear(segmenter, (2, 0.4)) == []
    assert segmenter.open is None
    hear(segmenter, (0.5, 0.9), (2, 0.4))
    assert segmenter.open is not None
    assert segmenter.open.voiced == steps(0.5) * STEP + steps(2) * STEP


def test_a_key_stroke_makes_no_utterance() -> None:
    assert hear(Segmenter(0), (1, 0), (0.1, 0.9), (2, 0), (0.1, 0.9), (2, 0)) == []


def test_a_short_blip_that_speech_follows_is_its_first_syllable() -> None:
    segmenter = Segmenter(0)
    (utterance,) = hear(segmenter, (1, 0), (0.1, 0.9), (0.8, 0), (1, 0.9), (1, 0))
    assert utterance.start == steps(1) * STEP - PRE_ROLL
    assert len(utterance.speech) == 2


def test_ending_the_sound_ends_the_open_utterance_without_sound_that_is_not_there() -> None:
    segmenter = Segmenter(0)
    hear(segmenter, (1, 0.9), (0.1, 0))
    (utterance,) = segmenter.flush()
    assert utterance.end == (steps(1) + steps(0.1)) * STEP
    assert segmenter.flush() == []


def test_an_origin_is_never_reached_over() -> None:
    segmenter = Segmenter(50_000)
    (utterance,) = hear(segmenter, (1, 0.9), (1, 0))
    assert utterance.start == 50_000


def test_speech_without_a_pause_is_cut_at_its_deepest_dip() -> None:
    segmenter = Segmenter(0)
    (first,) = hear(segmenter, (10, 0.99), (0.2, 0.6), (4, 0.99))
    assert first.end == pytest.approx((steps(10) + 3) * STEP, abs=4 * STEP)
    (second,) = hear(segmenter, (1, 0))
    assert second.start == first.end


def test_speech_without_any_dip_is_cut_where_it_is_softest() -> None:
    segmenter = Segmenter(0)
    count = steps(14) + 1
    loud = [0.1] * count
    soft = steps(11)
    loud[soft - 1 : soft + 2] = [0.01] * 3
    (first,) = segmenter.hear([0.99] * count, loud)
    assert first.end == soft * STEP + STEP // 2


def test_what_a_cut_leaves_is_kept_however_short_it_is() -> None:
    segmenter = Segmenter(0)
    (first,) = hear(segmenter, (13.85, 0.99), (0.05, 0.6), (0.12, 0.99))
    (second,) = hear(segmenter, (1, 0))
    assert second.start == first.end


@pytest.mark.parametrize("seed", range(20))
def test_no_speech_is_lost_or_heard_twice_whatever_the_probabilities(seed: int) -> None:
    r = random.Random(seed)
    segmenter, utterances, voiced = Segmenter(0), [], []
    at = 0
    for _ in range(60):
        count = r.randint(1, 150)
        speaking = r.random() < 0.6
        if speaking:
            count = max(count, 8)  # the shortest speech that counts
            voiced.append((at, at + count * STEP))
        probabilities = [r.uniform(0.5, 1) if speaking else r.uniform(0, 0.3) for _ in range(count)]
        utterances += segmenter.hear(probabilities, [r.random() for _ in range(count)])
        at += count * STEP
    utterances += segmenter.flush()
    for before, after in itertools.pairwise(utterances):
        assert before.end <= after.start
    assert all(u.end - u.start <= LONGEST for u in utterances)
    for start, end in voiced:
        covered = sum(max(0, min(end, u.end) - max(start, u.start)) for u in utterances)
        assert covered == end - start


def talk(segmenter: Segmenter, gap: float, times: int = 30) -> list[Utterance]:
    """A speaker who leaves the same gap all the time."""
    return [u for _ in range(times) for u in hear(segmenter, (0.8, 0.9), (gap, 0.05))]


def test_the_pause_that_ends_an_utterance_starts_at_600_ms() -> None:
    assert Segmenter(0).pause == round(0.6 * 16_000)


def test_a_fluent_speaker_gets_settled_words_after_400_ms() -> None:
    segmenter = Segmenter(0)
    talk(segmenter, 0.13)
    assert segmenter.pause == round(0.4 * 16_000)


def test_a_speaker_who_searches_for_words_is_given_up_to_800_ms() -> None:
    segmenter = Segmenter(0)
    talk(segmenter, 0.57)
    assert segmenter.pause > round(0.78 * 16_000)
    assert all(len(u.speech) > 1 for u in talk(segmenter, 0.7, 40)[1:])


def test_pauses_between_phrases_and_consonants_teach_nothing() -> None:
    segmenter = Segmenter(0)
    talk(segmenter, 1.5)
    talk(segmenter, 0.7)
    talk(segmenter, 0.06)
    assert segmenter.pause == round(0.6 * 16_000)


def test_what_was_learned_goes_on_in_the_next_stream() -> None:
    segmenter = Segmenter(0)
    talk(segmenter, 0.13)
    assert Segmenter(99, segmenter.gap).pause == segmenter.pause


def test_an_utterance_is_known_before_it_ends_exactly_as_it_will_be() -> None:
    segmenter = Segmenter(0)
    hear(segmenter, (1, 0), (2, 0.9), (0.2, 0.05))
    assert segmenter.closing is None
    hear(segmenter, (0.2, 0.05))
    closing = segmenter.closing
    assert closing is not None
    assert hear(segmenter, (1, 0.05)) == [closing]
    assert segmenter.closing is None


def test_a_closing_utterance_opens_again_when_speech_goes_on() -> None:
    segmenter = Segmenter(0)
    hear(segmenter, (1, 0), (2, 0.9), (0.4, 0.05))
    before = segmenter.closing
    hear(segmenter, (1, 0.9))
    assert segmenter.closing is None
    (utterance,) = hear(segmenter, (1, 0))
    assert before is not None
    assert utterance.end > before.end


def test_ending_the_sound_in_a_pause_gives_the_utterance_that_was_closing() -> None:
    segmenter = Segmenter(0)
    hear(segmenter, (1, 0), (2, 0.9), (0.4, 0.05))
    closing = segmenter.closing
    assert closing is not None
    assert segmenter.flush() == [closing]


def test_a_blip_is_never_closing() -> None:
    segmenter = Segmenter(0)
    hear(segmenter, (1, 0), (0.1, 0.9), (0.4, 0.05))
    assert segmenter.closing is None


def test_after_twelve_seconds_a_breath_ends_an_utterance() -> None:
    segmenter = Segmenter(0)
    assert hear(segmenter, (11, 0.9), (0.15, 0.05), (2, 0.9)) == []
    (first,) = hear(segmenter, (0.2, 0.05))
    assert first.end <= steps(13.4) * STEP
    (second,) = hear(segmenter, (1, 0.9), (1, 0.05))
    assert second.start >= first.end
