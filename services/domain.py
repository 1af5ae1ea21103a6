"""The words of the product, as frozen values. Times are seconds or aware UTC datetimes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from statistics import fmean
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field, StringConstraints

# --- people -----------------------------------------------------------------------------------


class User(BaseModel, frozen=True, hide_input_in_errors=True):
    """An account. A guest has no e-mail and lives as long as the sign-in of one browser."""

    id: UUID
    name: str
    email: str | None = None
    created_at: datetime

    @property
    def guest(self) -> bool:
        return self.email is None


class Login(BaseModel, frozen=True, hide_input_in_errors=True):
    """One sign-in of one browser. Its secret is only in the browser's cookie; we keep a hash."""

    id: UUID
    user: User
    created_at: datetime
    expires_at: datetime


# --- the interview ----------------------------------------------------------------------------


class Category(StrEnum):
    """What the candidate chose to practise."""

    BEHAVIOURAL = "behavioural"
    TECHNICAL = "technical"
    SYSTEM_DESIGN = "system_design"
    MIXED = "mixed"

    @property
    def label(self) -> str:
        return {"system_design": "System design"}.get(self.value, self.value.capitalize())


class Difficulty(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Kind(StrEnum):
    """What a question asks for; decides its rubric."""

    BEHAVIOURAL = "behavioural"
    SITUATIONAL = "situational"
    TECHNICAL = "technical"
    SYSTEM_DESIGN = "system_design"

    @property
    def label(self) -> str:
        return {"system_design": "System design"}.get(self.value, self.value.capitalize())


POSITION_LIMIT = 120  # characters; a job title, not a description
DESCRIPTION_LIMIT = 20_000  # characters; the longest public job adverts stay under 15,000
TAG_LIMIT = 40  # characters of one tag of the tech stack
STACK_LIMIT = 30  # tags
AUTO = "auto"  # a set-up's language that is found from the candidate's first words
ANSWER_LIMIT = 30_000  # characters; about 3 hours of speech at 150 words per minute

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TAG_LIMIT)]


class Job(BaseModel, frozen=True, hide_input_in_errors=True):
    """The job that is rehearsed for, in the candidate's words."""

    position: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=POSITION_LIMIT)
    ]
    description: Annotated[str, StringConstraints(max_length=DESCRIPTION_LIMIT)] = ""
    tech_stack: Annotated[tuple[Tag, ...], Field(max_length=STACK_LIMIT)] = ()
    years: Annotated[float, Field(ge=0, le=60)] = 0


class Setup(BaseModel, frozen=True, hide_input_in_errors=True):
    """Everything that the candidate chooses before an interview."""

    job: Job
    category: Category = Category.MIXED
    difficulty: Difficulty = Difficulty.MEDIUM
    question_count: Annotated[int, Field(ge=1, le=10)] = 5
    language: str = "en"


class Criterion(BaseModel, frozen=True, hide_input_in_errors=True):
    """One thing that an answer is judged on, with a description of each level from 1 to 5."""

    id: str
    name: str
    description: str
    levels: tuple[str, str, str, str, str]


class Rubric(BaseModel, frozen=True, hide_input_in_errors=True):
    """The criteria of a question. `version` is stored with every rating made with it."""

    version: str
    criteria: tuple[Criterion, ...]


class Question(BaseModel, frozen=True, hide_input_in_errors=True):
    """What is asked. `source` names where it came from (`bank:<id>`), so that it is not repeated."""

    id: UUID = Field(default_factory=uuid4)
    number: int = 1  # 1-based place in its interview
    text: str
    kind: Kind
    competency: str = ""
    difficulty: Difficulty = Difficulty.MEDIUM
    model_answer: str = ""
    key_points: tuple[str, ...] = ()
    rubric: Rubric
    source: str = ""


class InterviewState(StrEnum):
    OPEN = "open"
    FINISHED = "finished"


class Interview(BaseModel, frozen=True, hide_input_in_errors=True):
    """One sitting: the set-up, its questions and where it stands."""

    id: UUID
    setup: Setup
    state: InterviewState
    created_at: datetime
    finished_at: datetime | None = None
    questions: tuple[Question, ...] = ()


# --- answers ----------------------------------------------------------------------------------


class Word(BaseModel, frozen=True, hide_input_in_errors=True):
    """A word with its time in the answer (seconds) and the recogniser's probability (0-1)."""

    start: float
    end: float
    text: str
    probability: float


class Segment(BaseModel, frozen=True, hide_input_in_errors=True):
    """One settled utterance. `start` and `end` are seconds from the start of the answer."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    certain: bool = True  # False: it may not be what was said


class Transcript(BaseModel, frozen=True, hide_input_in_errors=True):
    """Text of one answer: settled segments, never changed again, and the interim tail.

    The first `stable` characters of the interim were heard twice alike and hardly change any more.
    """

    segments: tuple[Segment, ...] = ()
    interim: str = ""
    stable: int = 0

    @property
    def settled_text(self) -> str:
        return " ".join(s.text for s in self.segments if s.text)


class AnswerMode(StrEnum):
    SPOKEN = "spoken"
    TYPED = "typed"


class AnswerState(StrEnum):
    """OPEN: words may still arrive. HEARD: the candidate reviews. Then one of the last three."""

    OPEN = "open"
    HEARD = "heard"
    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    REPLACED = "replaced"


class RatingState(StrEnum):
    """Where the judging of an answer stands. NONE: nothing to judge (yet)."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    RATED = "rated"
    FAILED = "failed"


class Recording(BaseModel, frozen=True, hide_input_in_errors=True):
    """The kept sound of an answer; `key` is its place in the recordings store."""

    key: str
    media_type: str
    seconds: float
    size: int  # bytes


class Answer(BaseModel, frozen=True, hide_input_in_errors=True):
    """What was said (or typed) to a question; `attempt` counts from 1.

    `edited` is what the candidate made of the transcript and is what gets rated; `segments` stay as
    they were heard. `sound_s` counts the sound kept, in seconds of samples. `pending` says that some
    of it has not been turned into words yet (no speech model, or the server was stopped).
    """

    id: UUID
    interview_id: UUID
    question_id: UUID
    attempt: int
    mode: AnswerMode
    state: AnswerState
    segments: tuple[Segment, ...] = ()
    edited: str | None = None
    sound_s: float = 0.0
    pending: bool = False
    recording: Recording | None = None
    rating_state: RatingState = RatingState.NONE
    rating_problem: str = ""
    started_at: datetime
    finished_at: datetime | None = None

    @property
    def raw(self) -> str:
        """The words as they were heard."""
        return Transcript(segments=self.segments).settled_text

    @property
    def text(self) -> str:
        """The words that count: the candidate's edit, or else what was heard."""
        return self.raw if self.edited is None else self.edited


# --- ratings ----------------------------------------------------------------------------------


class Evidence(BaseModel, frozen=True, hide_input_in_errors=True):
    """Words of the answer that a score relies on: `text[start:end] == quote` in the rated text."""

    start: int
    end: int
    quote: str


class Score(BaseModel, frozen=True, hide_input_in_errors=True):
    """The level (1-5) of one criterion, why, and the words that show it."""

    criterion: Criterion
    level: Annotated[int, Field(ge=1, le=5)]
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Provenance(BaseModel, frozen=True, hide_input_in_errors=True):
    """What made a rating, so that points of different makers are never silently joined."""

    coach: str  # "offline", later the language model's name
    coach_version: str
    rubric_version: str
    speech_model: str = ""  # empty when the answer was typed


class Rating(BaseModel, frozen=True, hide_input_in_errors=True):
    """An answer judged. `id` is new with every rating; older ones are kept."""

    id: UUID = Field(default_factory=uuid4)
    scores: tuple[Score, ...]
    strengths: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()
    next_action: str = ""
    provenance: Provenance

    @property
    def overall(self) -> float:
        return overall_figure(tuple(s.level for s in self.scores))


def overall_figure(levels: tuple[int, ...]) -> float:
    """Levels 1-5 with equal weights -> figure out of 10: 1 is 0, 3 is 5, 5 is 10.

    Equal weights because unit weights predict as well as fitted ones out of sample
    (Dawes 1979, "The robust beauty of improper linear models").
    """
    if not levels:
        raise ValueError("an overall figure needs at least one level")
    return (fmean(levels) - 1) * 2.5


# --- looking back -----------------------------------------------------------------------------


class ReviewedQuestion(BaseModel, frozen=True, hide_input_in_errors=True):
    """A question with the answer that counts (the last not replaced one) and its latest rating."""

    question: Question
    answer: Answer | None = None
    rating: Rating | None = None


class Review(BaseModel, frozen=True, hide_input_in_errors=True):
    """An interview as the feedback screen shows it."""

    interview: Interview
    items: tuple[ReviewedQuestion, ...]

    @property
    def overall(self) -> float | None:
        """Mean over the rated answers, out of 10; None when nothing is rated. Skipped is not zero."""
        figures = [item.rating.overall for item in self.items if item.rating]
        return fmean(figures) if figures else None


class InterviewSummary(BaseModel, frozen=True, hide_input_in_errors=True):
    """A row of the history."""

    id: UUID
    position: str
    category: Category
    difficulty: Difficulty
    state: InterviewState
    created_at: datetime
    question_count: int
    answered_count: int
    overall: float | None = None


class TrendPoint(BaseModel, frozen=True, hide_input_in_errors=True):
    """An interview on the progress chart: mean figure (out of 10) of its rated answers."""

    interview_id: UUID
    at: datetime
    position: str
    category: Category
    coach: str
    overall: float
    answers: int


class CriterionFigure(BaseModel, frozen=True, hide_input_in_errors=True):
    """Mean level (1-5) of a criterion over `answers` answers, early half and recent half apart."""

    criterion_id: str
    name: str
    mean: float
    answers: int
    earlier: float | None = None
    recent: float | None = None


class KindFigure(BaseModel, frozen=True, hide_input_in_errors=True):
    """Mean figure (out of 10) of the answers to one kind of question."""

    kind: Kind
    overall: float
    answers: int


class Progress(BaseModel, frozen=True, hide_input_in_errors=True):
    """Everything that the progress screen draws."""

    interviews_done: int
    answers_given: int
    minutes_spoken: float
    trend: tuple[TrendPoint, ...] = ()
    criteria: tuple[CriterionFigure, ...] = ()
    kinds: tuple[KindFigure, ...] = ()
