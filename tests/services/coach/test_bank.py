"""The shipped question bank: enough questions, no two alike, and each one complete."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import combinations

import pytest
from pydantic import ValidationError
from rapidfuzz import fuzz

from services.coach import bank
from services.coach.bank import BankQuestion
from services.domain import Category, Difficulty, Kind

QUESTIONS = bank.load()
NOT_SOFTWARE = {
    "sales",
    "care",
    "teaching",
    "support",
    "project-management",
    "marketing",
    "accounting",
    "retail",
    "management",
}
ROLES = ("sales", "care", "retail", "management")
SPECIALISMS = (
    *("python", "java", "javascript", "go", "csharp", "react", "mobile", "cloud", "security"),
    *("testing", "sql", "machine learning"),
    *ROLES,
)
FILLING = set(
    re.findall(
        r"\w+",
        """a an and the i we he she it they them him her of to in on at for with is are was were be been that
        this my our his their its not no but or so as than by from what who how when where which would could
        should do did does had has have if then more most one all each there into out up me you your us also
        before after about without such can until because""",
    )
)


def content(text: str) -> set[str]:
    """The meaningful words of a text, cut to five letters so that "record" meets "recorded"."""
    return {w[:5] for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in FILLING}


def test_the_bank_is_large_enough_for_many_interviews_of_every_kind() -> None:
    kinds = Counter(q.kind for q in QUESTIONS)
    assert len(QUESTIONS) >= 240
    assert kinds[Kind.BEHAVIOURAL] >= 40
    assert kinds[Kind.TECHNICAL] >= 240
    assert kinds[Kind.SYSTEM_DESIGN] >= 30
    assert kinds[Kind.SITUATIONAL] >= 15


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("difficulty", Difficulty)
@pytest.mark.parametrize("specialism", SPECIALISMS)
def test_every_combination_has_five_questions_of_its_own(
    category: Category, difficulty: Difficulty, specialism: str
) -> None:
    """Of the wanted kind and difficulty, about this very technology or line of work, or about any."""
    field = specialism if specialism in ROLES else "software"
    kinds = {
        Category.BEHAVIOURAL: {Kind.BEHAVIOURAL},
        Category.TECHNICAL: {Kind.TECHNICAL},
        Category.SYSTEM_DESIGN: {Kind.SYSTEM_DESIGN},
        Category.MIXED: set(Kind),
    }[category]
    fitting = [
        q
        for q in QUESTIONS
        if q.kind in kinds
        and q.difficulty is difficulty
        and q.field in (field, bank.ANY_FIELD)
        and q.stack in ("", specialism)
        and not (q.kind is Kind.SYSTEM_DESIGN and field == "software" != q.field)
    ]
    assert len(fitting) >= 5


def test_behavioural_questions_cover_many_competencies_at_every_difficulty() -> None:
    found = defaultdict(set)
    for q in QUESTIONS:
        if q.kind is Kind.BEHAVIOURAL:
            found[q.competency].add(q.difficulty)
    assert len(found) >= 10
    assert all(difficulties == set(Difficulty) for difficulties in found.values())


def test_fifteen_system_design_questions_are_for_software_at_every_difficulty() -> None:
    found = [
        q.difficulty for q in QUESTIONS if q.kind is Kind.SYSTEM_DESIGN and q.field == "software"
    ]
    assert len(found) >= 15
    assert set(found) == set(Difficulty)


@pytest.mark.parametrize("field", sorted(NOT_SOFTWARE))
def test_a_job_outside_software_has_questions_of_its_own_at_every_difficulty(field: str) -> None:
    own = [q for q in QUESTIONS if q.field == field]
    assert len(own) >= 5
    assert {q.difficulty for q in own} == set(Difficulty)


def test_every_kind_has_all_three_difficulties() -> None:
    for kind in Kind:
        assert {q.difficulty for q in QUESTIONS if q.kind is kind} == set(Difficulty)


def test_no_two_questions_share_an_id() -> None:
    assert len({q.id for q in QUESTIONS}) == len(QUESTIONS)


def test_no_two_questions_ask_nearly_the_same() -> None:
    alike = [
        (a.id, b.id)
        for a, b in combinations(QUESTIONS, 2)
        if fuzz.token_set_ratio(a.text.lower(), b.text.lower()) >= 90
    ]
    assert alike == []


def test_no_two_questions_have_nearly_the_same_model_answer() -> None:
    alike = [
        (a.id, b.id)
        for a, b in combinations(QUESTIONS, 2)
        if fuzz.token_sort_ratio(a.model_answer, b.model_answer, score_cutoff=80)
    ]
    assert alike == []


def test_no_two_levels_say_the_same() -> None:
    said = Counter(level.casefold() for q in QUESTIONS for level in q.levels)
    assert [level for level, times in said.items() if times > 1] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_a_question_has_a_scale_of_five_levels_of_its_own(question: BankQuestion) -> None:
    assert len(question.levels) == 5
    assert all(8 <= len(level.split()) <= 30 for level in question.levels)
    assert all(level[0].isupper() and level[-1] == "." for level in question.levels)
    alike = [
        (a, b)
        for a, b in combinations(question.levels, 2)
        if fuzz.ratio(a.lower(), b.lower()) >= 92
    ]
    assert alike == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_a_question_is_complete(question: BankQuestion) -> None:
    assert question.text[0].isupper()
    assert question.text[-1] in "?."
    assert 80 <= len(question.model_answer.split()) <= 200
    assert 4 <= len(question.key_points) <= 6
    assert all(4 <= len(point.split()) <= 14 for point in question.key_points)
    assert len(set(question.key_points)) == len(question.key_points)
    assert question.tags


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_a_model_answer_says_each_of_its_key_points(question: BankQuestion) -> None:
    said = content(question.model_answer)
    for point in question.key_points:
        wanted = content(point)
        assert len(wanted & said) >= 0.65 * len(wanted), (point, wanted - said)


@pytest.mark.parametrize(
    "question", [q for q in QUESTIONS if q.kind is Kind.BEHAVIOURAL], ids=lambda q: q.id
)
def test_a_behavioural_model_answer_is_told_in_the_first_person(question: BankQuestion) -> None:
    assert len(re.findall(r"\b(?:I|my|me|we)\b", question.model_answer)) >= 5


def test_the_bank_is_read_once_and_cannot_be_changed() -> None:
    assert bank.load() is QUESTIONS
    with pytest.raises(ValidationError):
        QUESTIONS[0].text = "changed"  # type: ignore[misc]
