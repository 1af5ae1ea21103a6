"""Planning: the right questions for the job, spread out, never twice while others are left."""

from __future__ import annotations

from itertools import pairwise

import pytest

from services.coach import bank
from services.coach.bank import BankQuestion
from services.coach.planning import plan
from services.coach.rubrics import rubric_for
from services.domain import Category, Difficulty, Job, Kind, Question, Setup

BY_SOURCE = {q.source: q for q in bank.load()}


def setup(
    position: str = "Software Engineer",
    *stack: str,
    category: Category = Category.TECHNICAL,
    difficulty: Difficulty = Difficulty.MEDIUM,
    count: int = 5,
    description: str = "",
) -> Setup:
    return Setup(
        job=Job(position=position, tech_stack=stack, description=description),
        category=category,
        difficulty=difficulty,
        question_count=count,
    )


def banked(questions: tuple[Question, ...]) -> list[BankQuestion]:
    return [BY_SOURCE[q.source] for q in questions]


def stacks(questions: tuple[Question, ...]) -> list[str]:
    return [q.stack for q in banked(questions)]


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("count", [1, 5, 10])
@pytest.mark.parametrize("position", ["Python developer", "Nurse", "Beekeeper"])
def test_a_plan_has_as_many_different_questions_as_asked_for_numbered_from_one(
    position: str, count: int, category: Category
) -> None:
    planned = plan(setup(position, category=category, count=count))
    assert [q.number for q in planned] == list(range(1, count + 1))
    assert len({q.source for q in planned}) == count


def test_a_planned_question_carries_everything_of_the_banked_one_and_its_rubric() -> None:
    question = plan(setup())[0]
    banked_one = BY_SOURCE[question.source]
    assert question.text == banked_one.text
    assert question.model_answer == banked_one.model_answer
    assert question.key_points == banked_one.key_points
    assert question.competency == banked_one.competency
    assert question.rubric == rubric_for(question.kind, banked_one.levels)


def test_the_same_setup_gives_the_same_questions() -> None:
    def sources(seed: int) -> list[str]:
        return [q.source for q in plan(setup(category=Category.BEHAVIOURAL), seed=seed)]

    assert sources(0) == sources(0)
    assert len({tuple(sources(seed)) for seed in range(5)}) > 1


@pytest.mark.parametrize("difficulty", Difficulty)
def test_behavioural_questions_have_the_difficulty_asked_for_and_all_different_competencies(
    difficulty: Difficulty,
) -> None:
    planned = plan(setup(category=Category.BEHAVIOURAL, difficulty=difficulty, count=10))
    assert {q.kind for q in planned} == {Kind.BEHAVIOURAL}
    assert {q.difficulty for q in planned} == {difficulty}
    assert len({q.competency for q in planned}) == 10


def test_when_the_exact_difficulty_runs_out_the_neighbouring_one_comes_next() -> None:
    go = [q for q in bank.load() if q.stack == "go"]
    easy, medium = (
        [q for q in go if q.difficulty is d] for d in (Difficulty.EASY, Difficulty.MEDIUM)
    )
    few = [*medium, *easy[:2]]
    planned = plan(setup("Go developer", "Go", difficulty=Difficulty.EASY, count=4), bank=few)
    assert [q.difficulty for q in planned] == [
        Difficulty.EASY,
        Difficulty.EASY,
        Difficulty.MEDIUM,
        Difficulty.MEDIUM,
    ]


def test_mixed_starts_with_the_person_and_alternates_with_the_craft() -> None:
    planned = plan(setup(category=Category.MIXED, count=6))
    assert [q.kind for q in planned] == [
        Kind.BEHAVIOURAL,
        Kind.TECHNICAL,
        Kind.SITUATIONAL,
        Kind.SYSTEM_DESIGN,
        Kind.BEHAVIOURAL,
        Kind.TECHNICAL,
    ]


def test_a_mixed_interview_for_a_nurse_has_no_software_in_it() -> None:
    planned = plan(setup("Registered Nurse", category=Category.MIXED, count=10))
    assert {q.field for q in banked(planned)} == {"any", "care"}
    assert planned[0].kind is Kind.BEHAVIOURAL


@pytest.mark.parametrize(
    ("position", "field"),
    [
        ("Sales Manager", "sales"),
        ("Nurse", "care"),
        ("Primary school teacher", "teaching"),
        ("Customer Support Specialist", "support"),
        ("Project Manager", "project-management"),
        ("Marketing Manager", "marketing"),
        ("Senior Accountant", "accounting"),
        ("Product Owner", "product"),
        ("Recruiter", "people"),
        ("Store Manager", "retail"),
        ("Cashier", "retail"),
        ("Operations Manager", "management"),
        ("Team lead", "management"),
    ],
)
def test_a_technical_interview_outside_software_asks_about_its_own_field(
    position: str, field: str
) -> None:
    asked = banked(plan(setup(position, count=4)))
    assert [q.field for q in asked].count(field) >= 3
    assert {q.field for q in asked} <= {field, "any"}


@pytest.mark.parametrize("position", ["Chef", "Civil Engineer", "Security guard"])
def test_a_job_that_the_bank_does_not_know_gets_questions_for_any_job(position: str) -> None:
    assert {q.field for q in banked(plan(setup(position)))} == {"any"}


def test_system_design_outside_software_is_about_how_work_is_done() -> None:
    planned = plan(setup("Sales Manager", category=Category.SYSTEM_DESIGN))
    assert {q.kind for q in planned} == {Kind.SYSTEM_DESIGN}
    assert {q.field for q in banked(planned)} <= {"sales", "any"}


def test_system_design_for_software_never_runs_into_designing_an_office() -> None:
    planned = plan(setup(category=Category.SYSTEM_DESIGN, difficulty=Difficulty.HARD, count=10))
    assert {q.field for q in banked(planned)} == {"software"}


@pytest.mark.parametrize(
    ("tag", "stack"),
    [
        ("JS", "javascript"),
        ("Node.js", "javascript"),
        ("TypeScript", "javascript"),
        ("postgres", "sql"),
        ("PostgreSQL", "sql"),
        ("k8s", "cloud"),
        ("Django", "python"),
        ("Spring Boot", "java"),
        ("C#", "csharp"),
        (".NET", "csharp"),
        ("Golang", "go"),
        ("PyTorch", "machine learning"),
        ("Flutter", "mobile"),
        ("Selenium", "testing"),
        ("CSS", "frontend"),
        ("Javascrpt", "javascript"),
    ],
)
def test_a_technology_is_understood_however_it_is_spelt(tag: str, stack: str) -> None:
    assert stacks(plan(setup("Software Engineer", tag, count=3))) == [stack] * 3


def test_java_is_not_javascript_and_going_somewhere_is_not_go() -> None:
    assert "javascript" not in stacks(plan(setup("Engineer", "Java")))
    prose = "You go further and react quickly. We care about testing."
    assert not {"go", "react"} & set(stacks(plan(setup(description=prose))))
    assert "go" in stacks(plan(setup(description="Our services are written in Go.")))


def test_three_technologies_share_the_interview_and_never_come_twice_in_a_row() -> None:
    asked = stacks(plan(setup("Backend Developer", "Go", "Postgres", "Kubernetes", count=6)))
    assert sorted(asked) == ["cloud", "cloud", "go", "go", "sql", "sql"]
    assert all(a != b for a, b in pairwise(asked))


@pytest.mark.parametrize("category", Category)
def test_a_competency_is_not_asked_twice_in_a_row(category: Category) -> None:
    for position in ("Software Engineer", "Nurse", "Chef", "Data Scientist"):
        planned = plan(setup(position, category=category, count=10))
        assert all(a.competency != b.competency for a, b in pairwise(planned))


def test_without_a_technology_nobody_is_asked_about_a_special_one() -> None:
    assert set(stacks(plan(setup(count=10)))) <= {"sql", "cloud", "testing", "security"}


def test_the_description_steers_where_the_rest_is_equal() -> None:
    advert = "You calm angry customers and handle every complaint of a client with good service."
    planned = plan(setup("Barista", category=Category.BEHAVIOURAL, description=advert))
    assert planned[0].competency == "Customer focus"


@pytest.mark.parametrize("position", ["Python developer", "Nurse", "Beekeeper"])
@pytest.mark.parametrize("category", Category)
def test_nothing_comes_back_while_unseen_questions_are_left(
    position: str, category: Category
) -> None:
    seen: set[str] = set()
    for _ in range(5):
        sources = {q.source for q in plan(setup(position, category=category), frozenset(seen))}
        assert not sources & seen
        seen |= sources


def test_when_everything_was_seen_there_is_still_a_full_plan_without_repeats_inside() -> None:
    planned = plan(setup(count=10), frozenset(BY_SOURCE))
    assert len({q.source for q in planned}) == 10
    assert {q.kind for q in planned} == {Kind.TECHNICAL}


def test_a_small_bank_gives_what_it_has() -> None:
    few = bank.load()[:3]
    assert len(plan(setup(count=10), bank=few)) == 3
    assert plan(setup(count=10), bank=()) == ()


@pytest.mark.parametrize(
    ("position", "stack", "description"),
    [
        ("🦄🦄🦄", ("🙂", "💥"), "🎉" * 20_000),
        ("<script>alert(1)</script>", ("<b>", "' OR 1=1 --"), "<div>a " * 2_800),
        ("x", (), ""),
        ("z" * 120, tuple("q" * 38 + str(n) for n in range(10, 40)), "é " * 10_000),
        ("\u202enurse\ud800", ("\x00",), "a" * 20_000),
    ],
)
@pytest.mark.parametrize("category", Category)
def test_hostile_input_still_gives_a_plan(
    position: str, stack: tuple[str, ...], description: str, category: Category
) -> None:
    hostile = Setup.model_construct(
        job=Job.model_construct(
            position=position, tech_stack=stack, description=description, years=0
        ),
        category=category,
        difficulty=Difficulty.HARD,
        question_count=10,
    )
    assert len(plan(hostile)) == 10
