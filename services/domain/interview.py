"""The interview: what is rehearsed for, what is asked, and where it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field, StringConstraints


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


class InterviewMode(StrEnum):
    """How an interview runs. STANDARD: one answer after the other, feedback at the end. PRACTICE: hints,
    feedback after each answer. ONE_WAY: as employers run recorded interviews: time to think, an automatic
    start, a capped answer, a number of takes, feedback at the end."""

    STANDARD = "standard"
    PRACTICE = "practice"
    ONE_WAY = "one_way"

    @property
    def label(self) -> str:
        return {"one_way": "One-way"}.get(self.value, self.value.capitalize())


POSITION_LIMIT = 120  # characters; a job title, not a description
COMPANY_LIMIT = 120  # characters; a name, perhaps with what they do
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
    company: Annotated[str, StringConstraints(strip_whitespace=True, max_length=COMPANY_LIMIT)] = ""


class Setup(BaseModel, frozen=True, hide_input_in_errors=True):
    """Everything that the candidate chooses before an interview."""

    job: Job
    category: Category = Category.MIXED
    difficulty: Difficulty = Difficulty.MEDIUM
    question_count: Annotated[int, Field(ge=1, le=10)] = 5
    language: str = "en"
    follow_ups: bool = False  # whether the coach may ask on where an answer left something open
    mode: InterviewMode = InterviewMode.STANDARD
    answer_s: Annotated[int, Field(ge=30, le=600)] | None = None  # longest answer; None: no limit
    think_s: Annotated[int, Field(ge=0, le=300)] = 30  # before a ONE_WAY answer starts by itself
    takes: Annotated[int, Field(ge=1, le=5)] = 2  # of a ONE_WAY answer


class FollowUp(StrEnum):
    """What a follow-up question wants of the answer before it."""

    CLARIFY = "clarify"
    DEEPEN = "deepen"
    QUANTIFY = "quantify"
    CHALLENGE = "challenge"


MOST_FOLLOW_UPS = 2  # to one planned question
OWN = "own"  # source of a question that the candidate added


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
    """What is asked. `source` names where it came from (`bank:<id>`), so that it is not repeated.

    A follow-up names the planned question it belongs to (`parent_id`, never another follow-up's id).
    `shown` is set once the candidate has seen it: from then on it keeps its place.
    """

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
    parent_id: UUID | None = None
    follow_up: FollowUp | None = None
    shown: bool = False


class InterviewState(StrEnum):
    OPEN = "open"
    FINISHED = "finished"


class PlanState(StrEnum):
    """WRITING: more questions are on their way. READY: these are all."""

    WRITING = "writing"
    READY = "ready"


class Interview(BaseModel, frozen=True, hide_input_in_errors=True):
    """One sitting: the set-up, its questions and where it stands."""

    id: UUID
    setup: Setup
    state: InterviewState
    created_at: datetime
    finished_at: datetime | None = None
    plan_state: PlanState = PlanState.READY
    plan_problem: str = ""  # why some questions come from the bank instead, for the candidate
    questions: tuple[Question, ...] = ()

    @property
    def planned(self) -> tuple[Question, ...]:
        """The questions of the plan, without follow-ups."""
        return tuple(q for q in self.questions if q.parent_id is None)
