"""The words that the scheduler, its desks and the transcription workers share."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from services.ports import Settled, Sketch
from services.speech.segmenter import Utterance

if TYPE_CHECKING:
    from services.speech.desk import Desk

Span = tuple[int, int]  # samples
Guess = tuple[str, float]  # a language and its probability
Result = Settled | Sketch | Guess | Exception


class Lane(IntEnum):
    """Who goes first."""

    STOP = 0  # the last words of an answer that ends: somebody looks at a spinner
    SETTLE = 1  # complete utterances
    INTERIM = 2  # what is being said
    LANGUAGE = 3  # which language it is; goes with STOP or SETTLE once words wait for it
    LATER = 4  # answers whose words nobody waits for now


class Task(Enum):
    SETTLE = "settle"
    EARLY = "early"  # settle the open utterance as it will be if nothing more is said
    SKETCH = "sketch"
    LANGUAGE = "language"


class Speaker(Protocol):
    """What is read here of somebody who speaks; see `Ear`."""

    language: str  # empty: not known yet

    @property
    def open(self) -> Utterance | None: ...
    @property
    def closing(self) -> Utterance | None: ...
    @property
    def live_words(self) -> bool: ...
    @property
    def needed_from(self) -> int: ...


S = TypeVar("S", bound=Speaker)


@dataclass(frozen=True, slots=True, eq=False)
class Job(Generic[S]):
    """Sound of one speaker that is to be called for. `spans` are put one after the other."""

    desk: Desk[S]
    task: Task
    lane: Lane
    place: int  # how many of this speaker's jobs go before it
    utterance: Utterance
    spans: tuple[Span, ...]
    timed: bool = False
    due: float = 0.0  # before this it only joins a call that is made anyway

    @property
    def speaker(self) -> S:
        return self.desk.speaker

    @property
    def keep(self) -> bool:
        return self.task in (Task.SETTLE, Task.EARLY)

    @property
    def length(self) -> int:
        return sum(end - begin for begin, end in self.spans)


@dataclass(frozen=True, slots=True, eq=False)
class Batch(Generic[S]):
    """One call of the engine. Its sound is read now: `began` is as fresh as the captions get."""

    jobs: tuple[Job[S], ...]
    group: Hashable
    began: float

    @property
    def task(self) -> Task:
        return self.jobs[0].task

    @property
    def keep(self) -> bool:
        return self.jobs[0].keep


@dataclass(slots=True)
class Waiting:
    """A complete utterance. `since`: handed over; `spoken`: its last word was said (clock of the caller)."""

    utterance: Utterance
    since: float
    spoken: float
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a complete utterance: words, or the error on which it was given up."""

    waiting: Waiting
    result: Settled | Exception
    early: bool  # it was settled before it was complete


@dataclass(frozen=True, slots=True, eq=False)
class Handover(Generic[S]):
    """What can be told about one speaker without a call of the engine."""

    desk: Desk[S]
    language: str  # recognised; empty: nothing new
    done: tuple[Done, ...]
    ends: bool  # the answer is complete, or all that it can be now
    pending: bool  # it ends, and some of it is not in words
    keep_from: int  # sound before this sample is not needed any more


@dataclass(frozen=True, slots=True)
class Capacity(Generic[S]):
    """What the engine can do."""

    workers: int  # calls that it runs at once
    group: Callable[[Job[S]], Hashable]  # jobs of one group may share a call
    sole_language: str = ""  # the only one that the model knows, if so


@dataclass(frozen=True, slots=True)
class Terms:
    """What the load allows at present."""

    longest: int  # samples in a sketch
    hurried: bool
    ahead: float  # s before they are due in which captions may join others
    early: bool  # is there time to settle what may still go on?


def span_of(utterance: Utterance) -> Span:
    return utterance.start, utterance.end
