"""What lies where in an answer: lanes of marks below its recording, ready to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean

from pages.ui.phrases import Phrases
from pages.ui.wording import clock, counted
from services.domain import Answer, Delivery, PausePlace, Rating, SoundFigures, Star
from services.report import saying

LONG_PAUSE_S = 1.0  # shorter ones are breath and punctuation, and hairlines on a bar
QUIET_DB, LOUD_DB = -60.0, -12.0  # a quiet room; speaking close to the microphone
MOST_LEVELS = 200  # two pixels each, where the bar is as wide as it gets
_PLACES = {PausePlace.WITHIN: "inside a sentence", PausePlace.BETWEEN: "between two sentences"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something from second `start` to `end` of the answer. `label` may quote people: never HTML."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Marks of one kind under one title. `kind` is the look: pause, filler, run or evidence."""

    kind: str
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the answer; where in it is not known. `kind` is situation, task, action, result or rest."""

    kind: str
    name: str
    share: float  # 0-1


@dataclass(frozen=True, slots=True)
class TimeBar:
    """`seconds` is the length of the answer. `levels` (0-100) lie evenly over it; empty: not measured."""

    seconds: float
    levels: tuple[int, ...] = ()
    lanes: tuple[Lane, ...] = ()
    shares: tuple[Share, ...] = ()


def time_bar(
    answer: Answer,
    rating: Rating | None,
    delivery: Delivery | None,
    sound: SoundFigures | None,
    say: Phrases,
) -> TimeBar:
    """What is known of the times of an answer; lanes without marks are left out."""
    seconds = length_of(answer)
    lanes = (*_spoken(delivery), *_evidence(rating, say)) if seconds else ()
    return TimeBar(
        seconds,
        levels_over(sound, seconds) if sound else (),
        tuple(lane for lane in lanes if lane.marks),
        _shares(rating.star, say) if rating and rating.star else (),
    )


def length_of(answer: Answer) -> float:
    """Seconds of the answer up to the end of what is known of it; 0: it was typed."""
    ends = [answer.sound_s, *(segment.end for segment in answer.segments[-1:])]
    if answer.recording:
        ends.append(answer.recording.seconds)
    if answer.video:
        ends.append(answer.video.offset_s + answer.video.seconds)
    return max(ends)


def levels_over(sound: SoundFigures, seconds: float) -> tuple[int, ...]:
    """Loudness (0-100) of equal stretches of the whole answer; what was not measured is silence."""
    if not sound.levels or not seconds:
        return ()
    joined = ceil(len(sound.levels) / MOST_LEVELS)
    means = [fmean(sound.levels[at : at + joined]) for at in range(0, len(sound.levels), joined)]
    missing = round(seconds / (sound.step_s * joined)) - len(means)
    return (*map(_height, means), *[0] * missing)


def _height(decibels: float) -> int:
    return round(100 * min(1.0, max(0.0, (decibels - QUIET_DB) / (LOUD_DB - QUIET_DB))))


def _spoken(delivery: Delivery | None) -> Iterator[Lane]:
    if delivery is None:
        return
    pauses = [p for p in delivery.pauses if p.seconds >= LONG_PAUSE_S]
    yield Lane(
        "pause",
        f"{counted(len(pauses), 'pause')} of a second or more",
        tuple(
            Mark(p.start, p.end, f"Pause of {p.seconds:.1f} s {_PLACES[p.place]}") for p in pauses
        ),
    )
    fillers = delivery.fillers
    yield Lane(
        "filler",
        f"At least {counted(len(fillers), 'filler word')}",
        tuple(Mark(f.start, f.end, f"“{f.text}”") for f in fillers),
    )
    if run := delivery.longest_run:
        words = f"{counted(run.words, 'word')} in {run.end - run.start:.0f} s"
        yield Lane(
            "run",
            "Longest stretch without a pause",
            (Mark(run.start, run.end, f"{words} without a pause"),),
        )


def _evidence(rating: Rating | None, say: Phrases) -> Iterator[Lane]:
    for score in rating.scores if rating else ():
        quotes = [e for e in score.evidence if e.start_s is not None and e.end_s is not None]
        yield Lane(
            "evidence",
            f"{score.criterion.name}: {saying.level(score, say)}",
            tuple(Mark(e.start_s or 0.0, e.end_s or 0.0, f"“{e.quote}”") for e in quotes),
        )


def _shares(star: Star, say: Phrases) -> tuple[Share, ...]:
    parts: Sequence[tuple[str, float]] = (
        ("situation", star.situation),
        ("task", star.task),
        ("action", star.action),
        ("result", star.result),
        ("rest", 1 - star.situation - star.task - star.action - star.result),
    )
    return tuple(Share(kind, say(f"star_{kind}"), share) for kind, share in parts if share >= 0.005)


def told_at(mark: Mark) -> str:
    """The mark with its time, for who hears it."""
    return f"{mark.label}, at {clock(mark.start)}"
