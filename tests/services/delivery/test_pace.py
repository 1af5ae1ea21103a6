"""The pace meter: calm, and never quick to judge."""

from __future__ import annotations

from collections.abc import Iterable

from services.delivery.pace import Band, Tempo, go_on


def after(looks: Iterable[tuple[float, int]], tempo: Tempo | None = None) -> list[Tempo]:
    seen, now = [], tempo or Tempo()
    for seconds, words in looks:
        now = go_on(now, seconds, words)
        seen.append(now)
    return seen


def steady(
    per_minute: float, seconds: float, start: float = 0, words: int = 0
) -> list[tuple[float, int]]:
    looks = [i * 0.8 for i in range(round(seconds / 0.8) + 1)]
    return [(start + at, words + int(at * per_minute / 60)) for at in looks]


def test_a_steady_pace_shows_its_band_once_there_is_enough() -> None:
    for pace, band in ((80, Band.SLOW), (140, Band.EASY), (200, Band.FAST)):
        seen = after(steady(pace, 40))
        assert seen[2].band is None
        assert seen[-1].band is band
        assert seen[-1].rate is not None
        assert abs(seen[-1].rate - pace) < 8


def test_it_does_not_flicker_at_the_edge_of_a_band() -> None:
    looks, at, words = [], 0.0, 0.0
    for number in range(100):
        at += 0.8
        words += 0.8 * (175 if number // 5 % 2 else 155) / 60
        looks.append((at, int(words)))
    bands = [tempo.band for tempo in after(looks) if tempo.band]
    assert len(set(bands)) == 1


def test_thinking_is_not_slow_speech() -> None:
    spoken = steady(140, 20)
    last = spoken[-1][1]
    thinking = [(20 + i * 0.4, last) for i in range(1, 30)]
    assert after(spoken + thinking)[-1].band is Band.EASY
    jump = steady(140, 8, start=32, words=last)  # sound between is known to hold nothing
    assert after(spoken + jump)[-1].band is Band.EASY


def test_another_answer_begins_anew() -> None:
    assert after([*steady(200, 30), (0.5, 1)])[-1].band is None


def test_looking_again_at_the_same_moment_changes_nothing() -> None:
    tempo = after(steady(140, 20))[-1]
    assert go_on(tempo, *tempo.samples[-1]) == tempo
