"""Whose sound becomes words next: many talkers, failures and endings, in virtual time."""

from __future__ import annotations

import itertools
from random import Random
from statistics import fmean

import pytest

from services.ports import SAMPLE_RATE
from services.speech.heard import Pace
from services.speech.jobs import Lane, Task
from tests.services.speech.talkers import CUT, Machine, Spans, Talker, small_talk, window_of

NON_STOP = [(0.0, 500.0)]


def talkers(count: int, spans: Spans = NON_STOP) -> list[Talker]:
    """People who begin a little after each other."""
    return [Talker(f"talker{n}", spans, begins=0.137 * n) for n in range(count)]


def recording(minutes: float, begins: float = 0.0, *, live_words: bool = False) -> Talker:
    spans = [(5.0 * n, 5.0 * n + 4) for n in range(int(minutes * 12))]
    return Talker("recording", spans, begins, ends=begins + 1, live_words=live_words, at_once=True)


def everything(
    seed: int, count: int = 50, seconds: float = 60, *, failing: bool = True
) -> list[Talker]:
    """Random talk, pauses, endings and failures; one of six waits for nothing, one of six has no language."""
    random = Random(seed)
    people: list[Talker] = []
    for n in range(count):
        begins = random.uniform(0, seconds / 4)
        talker = Talker(
            f"talker{n}",
            small_talk(random, seconds),
            begins,
            ends=begins + random.uniform(1, seconds),
            live_words=random.random() > 1 / 6,
            language="" if random.random() < 1 / 6 else "en",
        )
        if failing:
            starts = [u.start for u in talker.utterances]
            talker.fails = frozenset(s for s in starts if random.random() < 0.03)
            talker.stumbles = {s for s in starts if random.random() < 0.05}
        people.append(talker)
    return people


# --- nothing is dropped, and the words do not depend on others ------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_every_utterance_is_settled_once_and_in_order_whatever_happens(seed: int) -> None:
    people = everything(seed)
    Machine(people).run(600)
    for talker in people:
        assert talker.told == talker.expected
        assert talker.finished_at is not None
        assert not talker.pending


@pytest.mark.parametrize(("seed", "workers", "slow"), [(10, 1, 3.0), (11, 2, 6.0), (12, 4, 0.2)])
def test_the_words_of_each_are_those_that_they_get_alone(
    seed: int, workers: int, slow: float
) -> None:
    together = everything(seed, failing=False)
    Machine(together, workers, slow).run(3000)
    alone = everything(seed, failing=False)
    for one in alone:
        Machine([one]).run(600)
    assert [t.told for t in together] == [t.told for t in alone]


def test_an_utterance_that_fails_twice_is_given_up_and_the_next_ones_are_not_held_up() -> None:
    talker = Talker("talker", [(1, 3), (5, 7), (9, 11), (13, 15)], ends=18)
    first, second, third, _ = (u.start for u in talker.utterances)
    talker.fails = frozenset([second])
    talker.stumbles = {first, third}
    neighbour = Talker("neighbour", NON_STOP)
    Machine([talker, neighbour]).run(30)
    assert talker.told == talker.expected
    assert [text for *_, text in talker.told].count("failed") == 1


def test_a_talker_who_is_dropped_gets_nothing_more_and_nobody_else_less() -> None:
    gone, stays = talkers(2)
    machine = Machine([gone, stays])
    machine.at(5.03, lambda: machine.scheduler.drop(gone))
    machine.run(5.05)
    heard = len(gone.told)
    machine.run(30)
    assert heard == len(gone.told) == 0 or gone.told == gone.expected[: len(gone.told)]
    assert len(stays.told) == int(30 // CUT)


# --- turns ----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [4, 8, 12, 24])
def test_everybody_gets_equal_turns(count: int) -> None:
    people = talkers(count)
    Machine(people).run(60)
    turns = [sum(s.at > 10 for s in t.shown) for t in people]  # all talk by then
    assert max(turns) - min(turns) <= 0.2 * max(turns) + 1  # who is nearly due may be lucky


@pytest.mark.parametrize(("count", "slow"), [(1, 1.0), (6, 1.0), (12, 1.0), (24, 1.0), (6, 3.0)])
def test_no_caption_waits_longer_than_two_cycles_and_a_call(count: int, slow: float) -> None:
    people = talkers(count)
    machine = Machine(people, slow=slow).run(120)
    gaps = [b.formed - a.formed for t in people for a, b in itertools.pairwise(t.shown)]
    settle_wave = slow * count * 0.16 / machine.workers  # all may complete an utterance at once
    assert max(gaps) <= 2 * fmean(gaps) + machine.longest_call + settle_wave


def test_captions_slow_down_as_more_people_talk() -> None:
    def gap(count: int) -> float:
        people = talkers(count)
        Machine(people).run(60)
        return fmean(b.formed - a.formed for t in people for a, b in itertools.pairwise(t.shown))

    one, twelve, forty = gap(1), gap(12), gap(40)
    assert one < twelve < forty
    assert one == pytest.approx(0.4, abs=0.1)
    assert twelve < 0.8


def test_when_many_talk_a_call_takes_several_and_each_hears_less() -> None:
    machine = Machine(talkers(60)).run(60)
    sketches = [b for b, _ in machine.batches if b.task is Task.SKETCH and b.began > 30]
    assert fmean(len(b.jobs) for b in sketches) > 3
    few = Machine(talkers(2)).run(60)
    assert max(len(b.jobs) for b, _ in few.batches) <= 2


def test_a_call_holds_only_what_fits_together_and_takes_no_longer_than_it_may() -> None:
    machine = Machine(everything(3)).run(120)
    for batch, _ in machine.batches:
        assert len({(job.keep, window_of(job)) for job in batch.jobs}) == 1
        assert len(batch.jobs) <= 8
    measured = [end - batch.began for batch, end in machine.batches[50:]]
    assert max(measured) < 0.7


def test_a_speaker_has_one_thing_under_way_at_a_time() -> None:
    machine = Machine(everything(4), workers=4).run(120)
    calls = sorted(machine.batches, key=lambda call: call[0].began)
    until: dict[Talker, float] = {}
    for batch, end in calls:
        for talker in {job.speaker for job in batch.jobs}:
            assert batch.began >= until.get(talker, 0.0) - 1e-9
            until[talker] = end


# --- what is being said ---------------------------------------------------------------------


def test_a_sketch_is_made_of_the_sound_of_the_moment_when_its_call_begins() -> None:
    people = talkers(30)
    Machine(people).run(60)
    late = [s.formed - t.begins - s.upto / SAMPLE_RATE for t in people for s in t.shown]
    assert max(late) <= 0.11  # the ear looks every 0.1 s


def test_nothing_is_sketched_while_nobody_says_anything_new() -> None:
    talker = Talker("talker", [(1, 2), (30, 30.3)])
    machine = Machine([talker]).run(60)
    # "No" is too short for captions; its words come when it is known how it ends.
    assert [b.task for b, _ in machine.batches if b.began > 3] == [Task.EARLY]
    assert talker.told == talker.expected


def test_words_before_a_pause_are_there_when_the_pause_is_over() -> None:
    talker = Talker("talker", [(5.0 * n, 5.0 * n + 3) for n in range(10)])
    machine = Machine([talker]).run(60)
    assert machine.promoted == 10
    assert len([b for b, _ in machine.batches if b.keep]) == 10  # none was called for twice
    for at, utterance in zip(talker.told_at, talker.utterances, strict=True):
        assert at - utterance.speech[-1][1] / SAMPLE_RATE <= 0.71  # the pause, and a look


def test_words_that_were_early_are_taken_back_when_the_phrase_goes_on() -> None:
    talker = Talker("talker", [(0, 2), (2.5, 4), (4.5, 6)], ends=10)
    machine = Machine([talker]).run(20)
    assert talker.told == talker.expected
    assert len(talker.told) == 1
    assert machine.promoted == 1
    assert len([b for b, _ in machine.batches if b.task is Task.EARLY]) == 3


# --- the end of an answer -------------------------------------------------------------------


def test_a_stop_after_a_pause_costs_nothing() -> None:
    talker = Talker("talker", [(0, 5)], ends=5.55)
    machine = Machine([talker]).run(10)
    assert talker.finished_at == 5.55
    assert machine.promoted == 1


@pytest.mark.parametrize("stop", [9.9 + 0.173 * n for n in range(12)])
def test_a_stop_among_four_busy_talkers_waits_for_one_running_call_at_most(stop: float) -> None:
    answer = Talker("answer", NON_STOP, ends=stop)
    machine = Machine([*talkers(4), answer]).run(20)
    assert answer.finished_at is not None
    last = next(b for b, _ in machine.batches if any(j.lane is Lane.STOP for j in b.jobs))
    assert last.began - stop <= machine.longest_call
    assert answer.finished_at - stop < 0.7
    assert all(job.lane is Lane.STOP for job in last.jobs)  # nobody else's words make it longer


def test_the_last_words_of_an_answer_go_alone_although_others_would_fit() -> None:
    answer, long = Talker("answer", NON_STOP, ends=4.5), recording(5, begins=4.2, live_words=True)
    machine = Machine([answer, long], workers=1).run(5.2)
    last = next(b for b, _ in machine.batches if any(j.lane is Lane.STOP for j in b.jobs))
    assert [job.speaker for job in last.jobs] == [answer]
    assert machine.scheduler.waiting > 5


def test_a_stop_takes_as_long_after_ten_minutes_as_after_ten_seconds() -> None:
    def stop(seconds: float) -> float:
        answer = Talker("answer", [(0, 1000)], ends=seconds)
        Machine([answer]).run(seconds + 5)
        assert answer.finished_at is not None
        return answer.finished_at - seconds

    assert stop(12 * 50 + 5) == pytest.approx(stop(12 + 5), abs=0.1)


def test_an_answer_without_speech_ends_at_once() -> None:
    talker = Talker("talker", [], ends=3, language="")
    Machine([talker]).run(4)
    assert talker.finished_at == 3


def test_without_a_model_an_answer_ends_with_its_sound_kept_and_the_rest_waits() -> None:
    ends, waits = Talker("ends", [(0, 2)], ends=5), Talker("waits", [(0, 2)])
    machine = Machine([ends, waits])
    machine.model = False
    machine.run(10)
    assert ends.pending
    assert ends.told == waits.told == []
    assert machine.scheduler.admits(10, 0)
    machine.model = True
    machine.run(11)
    assert waits.told == waits.expected


# --- answers whose words nobody waits for ---------------------------------------------------


def test_a_long_recording_neither_holds_up_those_who_talk_nor_stands_still() -> None:
    people, long = talkers(6), recording(10, begins=5)
    machine = Machine([*people, long]).run(125)
    before = fmean(s.at - s.formed for t in people for s in t.shown if s.at < 5)
    after = fmean(s.at - s.formed for t in people for s in t.shown if s.at > 5)
    assert after < 2.5 * before
    gaps = [b.formed - a.formed for t in people for a, b in itertools.pairwise(t.shown)]
    assert max(gaps) < 2
    assert long.told == long.expected
    assert long.finished_at is not None
    assert all(not s for s in (long.shown, long.paces))
    assert machine.scheduler.waiting == 0


def test_recordings_leave_a_worker_to_those_who_talk() -> None:
    people = [Talker("talker", NON_STOP), *(recording(10, begins=1) for _ in range(3))]
    machine = Machine(people).run(20)
    calls = [(b.began, end) for b, end in machine.batches if b.jobs[0].lane is Lane.LATER]
    assert len(calls) > 50
    assert all(end <= begin + 1e-9 for (_, end), (begin, _) in itertools.pairwise(calls))


def test_a_recording_gets_its_share_of_a_machine_that_has_too_much_to_do() -> None:
    people, long = talkers(40), recording(10)
    Machine([*people, long], slow=4.0).run(100)
    assert len(long.told) >= 30


def test_a_recording_that_ends_does_not_go_before_others_until_its_last_words() -> None:
    long = recording(10, live_words=True)
    machine = Machine([long]).run(60)
    hurried = [j for b, _ in machine.batches for j in b.jobs if j.lane is Lane.STOP]
    assert len(hurried) <= 2


# --- too much to do -------------------------------------------------------------------------


def test_too_many_talkers_are_told_that_words_come_late_and_then_that_they_are_live_again() -> None:
    people = talkers(30, [(0.0, 40.0)])
    machine = Machine(people, slow=8.0)
    seen: list[bool] = []
    for second in range(1, 200):
        machine.run(second)
        seen.append(machine.scheduler.admits(second, machine.workers))
    told = [t.paces for t in people if t.paces]
    assert told
    assert all(paces == [Pace.CATCHING_UP, Pace.LIVE] * (len(paces) // 2) for paces in told)
    changes = [admitted for admitted, _ in itertools.groupby(seen)]
    assert changes == [True, False, True]  # refused once, and no flutter
    assert all(t.told == t.expected for t in people)


def test_twelve_talkers_are_never_told_that_words_come_late() -> None:
    people = talkers(12)
    machine = Machine(people).run(120)
    assert all(not t.paces for t in people)
    assert machine.scheduler.admits(120, 2)


# --- the language ---------------------------------------------------------------------------


def test_a_language_is_recognised_once_from_the_first_two_seconds() -> None:
    talker = Talker("talker", [(1, 9), (11, 15)], language="")
    machine = Machine([talker])
    machine.guess = lambda _talker, _length: ("de", 0.8)
    machine.run(20)
    assert talker.language == "de"
    assert [length for _, length in machine.questions] == [pytest.approx(2.3 * SAMPLE_RATE, abs=9)]
    assert talker.told == talker.expected


def test_doubt_is_met_with_more_sound_and_then_with_the_best_guess() -> None:
    talker = Talker("talker", [(1, 9), (11, 15)], language="")
    machine = Machine([talker])
    guesses = iter([("nl", 0.4), ("de", 0.5), ("sv", 0.3)])
    machine.guess = lambda _talker, _length: next(guesses)
    machine.run(20)
    assert talker.language == "de"
    seconds = [round(length / SAMPLE_RATE, 1) for _, length in machine.questions]
    assert seconds == [2.3, 4.3, 6.3]


def test_a_short_answer_is_recognised_from_what_there_is_when_it_ends() -> None:
    talker = Talker("talker", [(1, 1.8)], language="", ends=5)
    machine = Machine([talker]).run(10)
    assert talker.told == talker.expected
    assert talker.finished_at is not None
    assert talker.finished_at < 5.5
    assert len(machine.questions) == 1


@pytest.mark.parametrize("slow", [0.1, 1.0, 40.0])
def test_what_is_asked_does_not_depend_on_how_busy_the_machine_is(slow: float) -> None:
    def questions(slow: float) -> list[tuple[str, int]]:
        talker = Talker("talker", [(1, 1.7), (3, 4), (6, 11), (13, 20)], language="", ends=21)
        machine = Machine([talker], slow=slow)
        machine.guess = lambda _talker, length: ("de", 0.3 + length % 7 / 100)
        machine.run(400)
        assert talker.told == talker.expected
        return machine.questions

    assert questions(slow) == questions(1.0)
