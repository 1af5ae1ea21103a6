"""What we need from outside, and from each other across a boundary that has two real sides."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from services.domain import Question, Rating, Segment, Setup, Turn, User, Word

Samples = NDArray[np.float32]  # 16 kHz, mono, -1..1
SAMPLE_RATE = 16_000  # Hz; what Whisper and Silero were trained on


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """Sound to be put into words: one utterance, or the latest part of one."""

    samples: Samples  # at most 30 s
    language: str = "en"  # as Whisper names it: mostly ISO 639-1
    prompt: str = ""  # names and terms that may be said; only for words that are kept
    timed: bool = False  # a sketch whose words need their ends


@dataclass(frozen=True, slots=True)
class Settled:
    """The words that are kept of a passage, with times in seconds from its first sample."""

    words: tuple[Word, ...] = ()
    certain: bool = True  # False: the text looked invented, also when heard once more with care


@dataclass(frozen=True, slots=True)
class Sketch:
    """Quick words of a passage. `ends` (s from its first sample) is empty unless they were asked for."""

    words: tuple[str, ...] = ()
    ends: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineReport:
    """How the engine works at present, for the operator."""

    margin_s: float | None = None  # of silence after a passage; None: padded to 30 s
    prompts: bool = True  # False: prompts change what this model hears, so none are given
    rechecks: int = 0  # passages that were heard both ways
    disagreements: int = 0  # rechecks that differed
    retries: int = 0  # passages that looked invented and were heard again fully padded
    uncertain: int = 0  # of these, still suspicious
    notes: tuple[str, ...] = ()  # what was decided at load or since, in sentences


class SpeechEngine(Protocol):
    """Turns sound into words. One per process; any thread may call, `calls_at_once` of them in parallel.

    The words of a passage depend on that passage alone, never on what is in the same call.
    """

    @property
    def name(self) -> str:
        """What is stored with a rating as its speech model."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """Codes of what it understands; one that is English-only has `en`."""
        ...

    @property
    def calls_at_once(self) -> int:
        """More calls than this in parallel only wait for each other."""
        ...

    def group(self, passage: Passage, *, keep: bool) -> Hashable:
        """Passages of one group may share a call: of `settle` when their words are kept, else of `sketch`."""
        ...

    def settle(self, passages: Sequence[Passage]) -> tuple[Settled, ...]:
        """The words to keep, one result for each passage. Silence gives no words.

        Raises `TranscriptionFailed` for the whole call; never returns an empty result for a failure.
        """
        ...

    def sketch(self, passages: Sequence[Passage]) -> tuple[Sketch, ...]:
        """Quick words of utterances that are still being spoken; may be wrong, are never kept."""
        ...

    def language_of(self, samples: Samples) -> tuple[str, float]:
        """The language that is most probably spoken, and its probability 0-1."""
        ...

    def report(self) -> EngineReport:
        """For the status page."""
        ...


Shape = TypeVar("Shape", bound=BaseModel)


class Purpose(StrEnum):
    """What a language model is asked for; decides which model is taken."""

    PLAN = "plan"
    RATE = "rate"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a language model is given. Its text is data of people: never logged."""

    purpose: Purpose
    instructions: str  # ours, from prompts/*.md
    text: str  # the material, fenced as data
    turns: tuple[Turn, ...] = ()  # of a talk, oldest first; the last one asks
    most_tokens: int = 4_000  # of the reply
    temperature: float = 0.2


class Spend(Protocol):
    """Who pays for a call, and whether there is anything left today."""

    def allow(self) -> None:
        """Called before every call. Raises `SpendLimitReached`."""
        ...

    def used(self, tokens_in: int, tokens_out: int) -> None:
        """Called after every call that was answered."""
        ...


class LanguageModel(Protocol):
    """Answers prompts, on somebody's account. Any thread may call; calls take seconds."""

    def name(self, purpose: Purpose) -> str:
        """The model that answers such prompts; stored as provenance."""
        ...

    def reply(self, prompt: Prompt, shape: type[Shape]) -> Shape:
        """A reply of this shape, validated; one that is broken is asked for once more.

        Raises a `LanguageModelError`; never returns an empty or a partial reply.
        """
        ...

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """A free text in pieces as they are written. Raises a `LanguageModelError`, also midway."""
        ...


@dataclass(frozen=True, slots=True)
class Brief:
    """What an interview is planned from."""

    setup: Setup
    cv: str = ""  # text of the candidate's CV; not stored with the interview
    seen: frozenset[str] = frozenset()  # sources of questions that this candidate had
    past: tuple[str, ...] = ()  # their texts, newest first


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer to be judged, with all that judging it takes."""

    setup: Setup
    question: Question
    text: str  # the words that count
    segments: tuple[Segment, ...] = ()  # as they were heard; empty for a typed answer
    speech_model: str = ""
    thread: tuple[tuple[str, str], ...] = ()  # before a follow-up: question and answer, in order
    follow_ups_left: int = 0
    last_action: str = ""  # next action of the candidate's last rating on this competency


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a coach makes of an answer: its rating, and what to ask on, if anything."""

    rating: Rating
    follow_up: Question | None = None


class Coach(Protocol):
    """Plans questions and judges answers. Any thread may call."""

    @property
    def name(self) -> str:
        """Stored as provenance: `offline`, or the language model's name."""
        ...

    @property
    def label(self) -> str:
        """What the candidate reads, for example `Offline estimate`."""
        ...

    @property
    def talks(self) -> bool:
        """Whether `talk` has anything to say."""
        ...

    def plan(self, brief: Brief) -> Iterator[Question]:
        """`setup.question_count` questions, each as soon as it is written, none asked before while
        others are left. Raises a `LanguageModelError`, also midway."""
        ...

    def write_up(self, setup: Setup, text: str) -> Question:
        """The candidate's own question with model answer, key points and rubric."""
        ...

    def judge(self, submission: Submission) -> Judgement:
        """Raises `RatingFailed` or a `LanguageModelError`; never invents a score."""
        ...

    def talk(
        self, submission: Submission, rating: Rating, turns: tuple[Turn, ...]
    ) -> Iterator[str]:
        """Answer the last of `turns` about one rating, in pieces. Raises a `LanguageModelError`."""
        ...


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A six-digit code is on its way to this address; nothing has changed before it is given."""

    email: str


class Accounts(Protocol):
    """Who somebody is, by e-mail and password. Any thread may call; calls may take seconds.

    `address` is the browser's, for throttling, or empty. Every method that takes a password, an e-mail or
    a code may raise `TooManyAttempts`, `InvalidInput` (fields `name`, `email`, `password`, `code`) and
    `AccountsAway`, which never means that something typed was wrong.
    """

    @property
    def sends_codes(self) -> bool:
        """Whether e-mails are confirmed and forgotten passwords replaced by codes in e-mails."""
        ...

    def create_account(
        self, name: str, email: str, password: str, guest: UUID | None = None, address: str = ""
    ) -> User | CodeSent:
        """A new account, or a code that `confirm` wants. Where the account's id is the guest's, the
        guest became it; else what the guest did is to be moved. Raises `EmailTaken`, but not where codes
        are sent: there an e-mail that has an account looks like one that has none."""
        ...

    def confirm(self, email: str, code: str, address: str = "", password: str = "") -> User:
        """The account whose e-mail this code confirms, with the password that `create_account` or
        `verify` was given: without it, one that a stranger gave with this e-mail before stays in force.
        Raises `CodeInvalid`."""
        ...

    def send_again(self, email: str, address: str = "") -> None:
        """Send the code for `confirm` once more; nothing tells whether there is such an account."""
        ...

    def verify(self, email: str, password: str, address: str = "") -> User:
        """The account of this e-mail and password. Raises `SignInFailed`, the same for an unknown e-mail
        as for a wrong password, and `EmailNotConfirmed` (the password was right)."""
        ...

    def send_reset(self, email: str, address: str = "") -> None:
        """Send a code for `reset_password`; nothing tells whether there is such an account."""
        ...

    def reset_password(self, email: str, code: str, password: str, address: str = "") -> User:
        """Raises `CodeInvalid`."""
        ...

    def change_password(self, user: User, current: str, new: str, address: str = "") -> None:
        """Raises `SignInFailed` when `current` is not right. Whoever calls ends the other logins."""
        ...

    def change_email(
        self, user: User, password: str, email: str, address: str = ""
    ) -> User | CodeSent:
        """Raises `SignInFailed`, `EmailTaken` (as in `create_account`)."""
        ...

    def confirm_email(self, user: User, email: str, code: str, address: str = "") -> User:
        """The code is enough: `change_email` asked for the password. Raises `CodeInvalid`."""
        ...

    def rename(self, user: User, name: str) -> User: ...

    def create_guest(self, address: str = "") -> User:
        """A user without e-mail, known only to the browser that signs in as it."""
        ...

    def delete(self, user: User) -> bool:
        """Delete what the provider of accounts keeps of this user; our own rows go elsewhere. A second
        time changes nothing. False where the provider is out of reach for that, and still knows them."""
        ...


Owner = UUID  # the user whose data is read or written; first argument of every query
