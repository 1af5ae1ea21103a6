"""Planning an interview from the question bank: which questions, how hard, and in which order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from services.coach import job_words
from services.coach.bank import ANY_FIELD, BankQuestion, load
from services.coach.job_words import JobWords, topic
from services.coach.rubrics import rubric_for
from services.domain import Category, Difficulty, Kind, Question, Setup

SOFTWARE = "software"

# Technologies that every software job touches; a question on another one needs a reason.
_GENERAL_STACKS = frozenset({"", "sql", "cloud", "testing", "security"})

_RANKS = {Difficulty.EASY: 0, Difficulty.MEDIUM: 1, Difficulty.HARD: 2}

# Which kinds stand in for one another, nearest first, when the wanted kind runs out.
_NEAREST: dict[Kind, tuple[Kind, ...]] = {
    Kind.BEHAVIOURAL: (Kind.BEHAVIOURAL, Kind.SITUATIONAL, Kind.TECHNICAL, Kind.SYSTEM_DESIGN),
    Kind.SITUATIONAL: (Kind.SITUATIONAL, Kind.BEHAVIOURAL, Kind.TECHNICAL, Kind.SYSTEM_DESIGN),
    Kind.TECHNICAL: (Kind.TECHNICAL, Kind.SITUATIONAL, Kind.SYSTEM_DESIGN, Kind.BEHAVIOURAL),
    Kind.SYSTEM_DESIGN: (Kind.SYSTEM_DESIGN, Kind.TECHNICAL, Kind.SITUATIONAL, Kind.BEHAVIOURAL),
}


def plan(
    setup: Setup,
    seen: frozenset[str] = frozenset(),
    bank: Sequence[BankQuestion] | None = None,
    seed: int = 0,
) -> tuple[Question, ...]:
    """`setup.question_count` questions, numbered from 1: the same for the same arguments.

    `seen` holds the `Question.source` of what the candidate was asked before; those are left out
    while other questions fit the job. `bank` is the shipped one unless given; `seed` varies the
    choice among questions that fit equally well. Fewer questions only from a bank that is too small.

    Each place is filled in turn with the best question that is left, compared in this order: of the
    candidate's own line of work, or of any; not seen; of the wanted kind, or the nearest kind; and
    then by points:

        + 6    the technology is asked for (tech stack or position, else description)
        + 2    each tag found in the tech stack, at most 2 of them
        + 1.5  each tag found in the position, at most 2
        + 0.5  each tag found in the description, at most 4
        + 5    it belongs to the candidate's own line of work
        - 4    each step away from the difficulty: the exact one first, then its neighbour
        - 12   it is about a special technology that the job does not name
        - 8    the previous question had the same competency, or the same one of several technologies
        - 3    each earlier question with the same competency, or the same one of several technologies
        + 0-1  from the seed

    The weights are judgement, not fitted: a technology (6) outweighs one step of difficulty (4) but
    not two; no number of words in a description (2) outweighs a step of difficulty; what was just asked
    about (8) comes again only when nothing else fits; and a Go developer is asked about Java last (12).
    """
    questions = load() if bank is None else tuple(bank)
    known_stacks = frozenset(q.stack for q in questions if q.stack)
    words = job_words.read(setup.job, known_stacks)
    field = _field_for(setup.category, words)
    fits = {
        q.id: _fit(q, words, field, setup.difficulty) + _chance(seed, setup, q) for q in questions
    }

    chosen: list[BankQuestion] = []
    left = {q.id: q for q in questions}
    for wanted in kinds(setup, field)[: len(left)]:
        ranks = {
            q.id: (
                q.field in (field, ANY_FIELD),
                q.source not in seen,
                -_distance(q, wanted, field),
                fits[q.id] - _repetition(q, chosen, words),
            )
            for q in left.values()
        }
        chosen.append(left.pop(max(ranks, key=ranks.__getitem__)))
    return tuple(_ask(q, number) for number, q in enumerate(chosen, start=1))


def _field_for(category: Category, words: JobWords) -> str:
    """The line of work to ask about. System design with an unknown job title means software."""
    unknown = words.field == ANY_FIELD
    return SOFTWARE if unknown and category is Category.SYSTEM_DESIGN else words.field


def field_of(setup: Setup) -> str:
    """The line of work that is asked about; `ANY_FIELD` for one that the bank does not know."""
    known_stacks = frozenset(q.stack for q in load() if q.stack)
    return _field_for(setup.category, job_words.read(setup.job, known_stacks))


def kinds(setup: Setup, field: str) -> tuple[Kind, ...]:
    """The wanted kind of each place. Mixed alternates: the person, the craft, the person, ..."""
    mixed: tuple[Kind, ...] = (Kind.BEHAVIOURAL, Kind.TECHNICAL, Kind.SITUATIONAL, Kind.TECHNICAL)
    if field == SOFTWARE:
        mixed = (Kind.BEHAVIOURAL, Kind.TECHNICAL, Kind.SITUATIONAL, Kind.SYSTEM_DESIGN)
    elif field == ANY_FIELD:  # a craft that the bank does not know
        mixed = (Kind.BEHAVIOURAL, Kind.SITUATIONAL)
    cycle: tuple[Kind, ...] = {
        Category.BEHAVIOURAL: (Kind.BEHAVIOURAL,),
        Category.TECHNICAL: (Kind.TECHNICAL,),
        Category.SYSTEM_DESIGN: (Kind.SYSTEM_DESIGN,),
        Category.MIXED: mixed,
    }[setup.category]
    return tuple(cycle[place % len(cycle)] for place in range(setup.question_count))


def _distance(question: BankQuestion, wanted: Kind, field: str) -> int:
    """0 for the wanted kind. To a software job, designing how an office works is no system design."""
    if question.kind is Kind.SYSTEM_DESIGN and field == SOFTWARE != question.field:
        return len(Kind)
    return _NEAREST[wanted].index(question.kind)


def _fit(question: BankQuestion, words: JobWords, field: str, difficulty: Difficulty) -> float:
    """The points of a question that do not depend on what else is asked (see `plan`)."""
    tags = {topic(tag) for tag in question.tags}
    points = 2.0 * min(2, len(tags & words.stack_topics))
    points += 1.5 * min(2, len(tags & words.position_topics))
    points += 0.5 * min(4, len(tags & words.description_topics))
    points += 5.0 * (question.field == field)
    points -= 4.0 * abs(_RANKS[question.difficulty] - _RANKS[difficulty])
    if question.stack in words.stacks:
        points += 6.0
    elif question.stack not in _GENERAL_STACKS:
        points -= 12.0
    return points


def _repetition(question: BankQuestion, chosen: list[BankQuestion], words: JobWords) -> float:
    """What a question loses because the plan already asks something alike.

    Where a job names exactly one technology, staying with it is what the candidate wants.
    """
    only_stack = len(words.stacks) == 1 and question.stack in words.stacks
    loss = 0.0
    for place, earlier in enumerate(reversed(chosen)):
        same_stack = bool(question.stack) and question.stack == earlier.stack and not only_stack
        if same_stack or question.competency == earlier.competency:
            loss += 3.0 + (8.0 if place == 0 else 0.0)
    return loss


def _chance(seed: int, setup: Setup, question: BankQuestion) -> float:
    """0 to 1, evenly spread and the same in every process (Python's own `hash` is not)."""
    text = f"{seed}|{setup.job.position}|{setup.category}|{setup.difficulty}|{question.id}"
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def _ask(question: BankQuestion, number: int) -> Question:
    return Question(
        number=number,
        text=question.text,
        kind=question.kind,
        competency=question.competency,
        difficulty=question.difficulty,
        model_answer=question.model_answer,
        key_points=question.key_points,
        rubric=rubric_for(question.kind, question.levels),
        source=question.source,
    )
