"""Which windows a model stands is tried, not believed."""

from __future__ import annotations

import threading

from services.speech.trial import LiveTrial, clip, differ, smallest_margin, try_out

FULL = "in my last role".split()


def hearing(wrong: set[float | None]) -> dict[float | None, list[str]]:
    return {m: ["nonsense"] if m in wrong else FULL for m in (None, 0.64, 1.28, 2.56)}


def test_the_smallest_window_that_hears_the_same_is_taken() -> None:
    assert smallest_margin(hearing(set()).__getitem__) == 0.64
    assert smallest_margin(hearing({0.64}).__getitem__) == 1.28
    assert smallest_margin(hearing({0.64, 1.28}).__getitem__) == 2.56


def test_a_small_one_that_is_right_by_chance_is_not() -> None:
    assert smallest_margin(hearing({1.28}).__getitem__) == 2.56


def test_without_a_window_that_hears_the_same_all_are_full() -> None:
    assert smallest_margin(hearing({0.64, 1.28, 2.56}).__getitem__) is None
    assert smallest_margin(lambda _: []) is None


def test_prompts_are_given_only_to_a_model_that_hears_the_same_with_them() -> None:
    good = try_out(lambda _, __: FULL)
    assert (good.margin_s, good.prompts, len(good.notes)) == (0.64, True, 0)
    misled = try_out(lambda _, prompted: ["other"] if prompted else FULL)
    assert (misled.margin_s, misled.prompts, len(misled.notes)) == (0.64, False, 0)
    deaf = try_out(lambda _, __: [])
    assert (deaf.margin_s, deaf.prompts, len(deaf.notes)) == (None, False, 1)


def test_the_clip_is_some_seconds_of_sound() -> None:
    sound = clip()
    assert 3 <= len(sound) / 16_000 <= 5
    assert sound.ndim == 1
    assert 0.1 < abs(sound).max() <= 1


def test_one_word_in_ten_is_no_difference() -> None:
    ten = [str(i) for i in range(10)]
    assert not differ(ten, ten)
    assert not differ(ten, [*ten[:9], "x"])
    assert differ(ten, [*ten[:8], "x", "y"])
    assert differ(ten, ten[:8])
    assert not differ([], [])
    assert differ([], ["a"])


def test_the_first_three_live_passages_are_heard_both_ways_and_then_one_in_two_hundred() -> None:
    live = LiveTrial(wanted=True)
    due = [n for n in range(1, 601) if live.due()]
    assert due == [1, 2, 3, 200, 400, 600]


def test_nothing_is_heard_both_ways_when_it_is_not_wanted_or_no_longer() -> None:
    assert not LiveTrial(wanted=False).due()
    live = LiveTrial(wanted=True)
    live.stop()
    assert not live.due()


def test_disagreements_are_counted() -> None:
    live = LiveTrial(wanted=True)
    assert live.agree(FULL, FULL)
    assert not live.agree(FULL, ["other"])
    assert (live.rechecks, live.disagreements) == (2, 1)


def test_no_turn_is_given_twice() -> None:
    live = LiveTrial(wanted=True)
    turns: list[bool] = []

    def many() -> None:
        turns.extend([live.due() for _ in range(150)])

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (len(turns), sum(turns)) == (600, 6)
