"""What is made of what calls cost."""

from __future__ import annotations

import pytest

from services.speech.load import MOST, Load


def test_a_kind_that_was_never_called_for_is_tried_with_care() -> None:
    assert Load().fits("new") == 2


def test_cheap_passages_fill_a_call_and_dear_ones_go_alone() -> None:
    load = Load()
    load.learn("cheap", 1, 0.02, keep=False)
    load.learn("dear", 2, 1.3, keep=True)
    load.learn("free", 1, 0.0, keep=True)
    assert load.fits("cheap") == MOST
    assert load.fits("dear") == 1
    assert load.fits("free") == MOST


def test_that_one_alone_is_dear_does_not_keep_two_from_being_tried() -> None:
    load = Load()
    load.learn("base", 1, 0.33, keep=False)
    assert load.fits("base") == 2
    load.learn("base", 2, 0.45, keep=False)
    assert load.fits("base") == 3
    load.learn("base", 3, 0.69, keep=False)
    assert load.fits("base") == 2


def test_a_size_that_was_too_slow_once_is_tried_again_some_time() -> None:
    load = Load()
    load.learn("base", 2, 0.30, keep=False)
    load.learn("base", 3, 0.75, keep=False)  # something else was going on
    assert load.fits("base") == 2
    for _ in range(30):
        load.learn("base", 2, 0.30, keep=False)
    assert load.fits("base") >= 3


def test_intervals_follow_the_cycle_and_sketches_get_short_when_it_is_long() -> None:
    load = Load()
    assert load.interval == pytest.approx(0.4)
    load.learn("sketch", 4, 0.4, keep=False)
    load.weigh(speakers=10, workers=2, oldest_wait=0)
    assert load.interval == pytest.approx(0.55)
    long = load.longest
    load.weigh(speakers=24, workers=2, oldest_wait=0)
    assert load.longest < long
    load.weigh(speakers=8, workers=2, oldest_wait=0)
    assert load.longest < long  # it must be half as bad
    load.weigh(speakers=5, workers=2, oldest_wait=0)
    assert load.longest == long


@pytest.mark.parametrize(("speakers", "wait"), [(70, 0.0), (1, 9.0)])
def test_full_is_not_over_before_it_is_half_empty(speakers: int, wait: float) -> None:
    load = Load()
    load.learn("sketch", 1, 0.1, keep=False)
    load.weigh(speakers, 2, wait)
    assert load.full
    load.weigh(int(speakers * 0.6), 2, wait * 0.6)
    assert load.full
    load.weigh(int(speakers * 0.4), 2, wait * 0.4)
    assert not load.full
