"""What the operator reads of how long things took."""

from __future__ import annotations

from services.speech.figures import Spread
from services.speech.stopwatch import Latencies, Work


def test_nothing_measured_is_no_spread() -> None:
    assert Latencies().spread() == Spread(0, 0.0, 0.0)


def test_half_are_quicker_than_the_median_and_one_in_twenty_slower_than_the_95th() -> None:
    latencies = Latencies()
    for n in range(100):
        latencies.add(n / 100)
    assert latencies.spread() == Spread(100, 0.5, 0.95)


def test_only_the_last_thousand_count_and_a_clock_that_jumps_back_is_no_latency() -> None:
    latencies = Latencies()
    for _ in range(500):
        latencies.add(9)
    for _ in range(1000):
        latencies.add(-1)
    assert latencies.spread() == Spread(1000, 0.0, 0.0)


def test_the_workers_share_is_that_of_the_last_minute() -> None:
    work = Work(0)
    assert work.busy(0, 2) == 0
    work.add(0, 10, 3, failed=False)
    assert work.busy(20, 1) == 0.5
    assert work.busy(20, 2) == 0.25
    work.add(55, 65, 1, failed=True)
    assert work.busy(100, 1) == 10 / 60
    assert work.busy(120, 1) == 5 / 60
    assert work.busy(120, 0) == 0
    assert (work.calls, work.passages, work.failures) == (2, 4, 1)
