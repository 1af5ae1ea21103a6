"""How long windows and prompts are: few lengths, all by the passage's own."""

from __future__ import annotations

import pytest

from services.speech.windows import (
    FULL,
    MARGINS_S,
    MOST_TOKENS,
    TokenBudget,
    frames_of,
    longest_sequence,
    prompt_of,
    tight_frames,
)

RATE = 16_000
LENGTHS = [1, 100, 8_000, 47_999, 48_000, 48_001, 90_000, 200_000, 239_000, 300_000, 480_000]


@pytest.mark.parametrize("margin", [*MARGINS_S, 0.0, 0.2])
@pytest.mark.parametrize("bins", [80, 128])
@pytest.mark.parametrize("samples", LENGTHS)
def test_a_window_holds_the_passage_and_is_one_that_the_engine_understands(
    samples: int, bins: int, margin: float
) -> None:
    for frames in (frames_of(samples, margin, bins), tight_frames(samples, margin, bins)):
        assert samples / RATE * 100 - 2 <= frames <= FULL
        assert frames % 2 == 0
        assert frames != 2 * bins


def test_a_window_of_two_frames_for_each_mel_bin_is_never_asked_for() -> None:
    assert tight_frames(RATE, 0.6, 80) == 162
    assert tight_frames(RATE, 1.56, 128) == 258
    assert tight_frames(RATE, 0.6, 128) == 160


def test_there_are_few_lengths_and_the_margin_stays_behind_every_passage() -> None:
    frames = {n: frames_of(n, 1.28, 80) for n in range(1_000, 480_000, 1_000)}
    assert len(set(frames.values())) == 6
    assert all(f == FULL or f >= n / RATE * 100 + 128 for n, f in frames.items())


def test_without_a_margin_every_window_is_full() -> None:
    assert {frames_of(n, None, 80) for n in LENGTHS} == {FULL}


def test_more_than_thirty_seconds_are_refused() -> None:
    with pytest.raises(ValueError, match="30"):
        frames_of(480_001, 1.28, 80)


@pytest.mark.parametrize(
    ("given", "made"), [(0, 0), (7, 0), (8, 32), (31, 32), (32, 32), (33, 64), (64, 64), (300, 64)]
)
def test_prompts_have_one_of_three_lengths_and_end_as_they_were_given(
    given: int, made: int
) -> None:
    tokens = list(range(given))
    prompt = prompt_of(tokens)
    assert len(prompt) == made
    if made:
        kept = min(given, made)
        assert list(prompt[-kept:]) == tokens[-kept:]
        assert set(prompt) <= set(tokens)


def test_a_budget_follows_the_length_and_the_language() -> None:
    budget = TokenBudget()
    assert budget.limit(4 * RATE, "en") == 38
    assert budget.limit(4 * RATE, "my") == 108
    assert budget.limit(30 * RATE, "th") == MOST_TOKENS
    assert TokenBudget(per_second=3.4, extra=2, strict=True).limit(5 * RATE, "my") == 19


@pytest.mark.parametrize("prompt", [2, 4, 36, 68])
@pytest.mark.parametrize("new", [8, 20, 38, 100, 224])
def test_the_engine_is_asked_for_no_more_than_it_has(prompt: int, new: int) -> None:
    whole = longest_sequence(prompt, new)
    assert whole <= 448
    assert min(whole // 2, whole - prompt) == new
