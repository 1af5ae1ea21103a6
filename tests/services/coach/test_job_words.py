"""Which line of work a position names, whatever else it mentions."""

from __future__ import annotations

import pytest

from services.coach import job_words
from services.domain import Job

STACKS = frozenset({"python", "cloud", "sql"})


def field(position: str, *stack: str, description: str = "") -> str:
    job = Job(position=position, tech_stack=stack, description=description)
    return job_words.read(job, STACKS).field


@pytest.mark.parametrize(
    "position",
    [
        "Store manager",
        "Assistant Store Manager",
        "Retail assistant",
        "Shop assistant",
        "Cashier",
        "Sales assistant",
        "Supermarket shelf stacker",
        "Visual Merchandiser",
        "Retail operations manager",
    ],
)
def test_work_in_a_shop_is_retail(position: str) -> None:
    assert field(position) == "retail"


@pytest.mark.parametrize(
    "position",
    [
        "Team lead",
        "Team Leader",
        "Operations manager",
        "Head of department",
        "Head of Operations",
        "General manager",
        "Managing Director",
        "Warehouse Manager",
        "Restaurant manager",
        "Supervisor",
    ],
)
def test_who_leads_people_whatever_the_craft_is_in_management(position: str) -> None:
    assert field(position) == "management"


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("Engineering manager", "software"),
        ("Head of Engineering", "software"),
        ("IT operations manager", "software"),
        ("Software team lead", "software"),
        ("Product manager", "product"),
        ("Project manager", "project-management"),
        ("Account manager", "sales"),
        ("Retail account manager", "sales"),
        ("Sales operations manager", "sales"),
        ("Marketing manager", "marketing"),
        ("Finance manager", "accounting"),
        ("HR manager", "people"),
        ("Ward manager", "care"),
        ("Head teacher", "teaching"),
        ("Customer service team leader", "support"),
        ("Civil engineering manager", "engineering"),
    ],
)
def test_a_manager_of_a_known_line_of_work_stays_in_it(position: str, expected: str) -> None:
    assert field(position) == expected


@pytest.mark.parametrize("position", ["Chef", "Beekeeper", "Shop floor worker", "Office assistant"])
def test_a_job_that_is_neither_retail_nor_management_is_not_taken_for_it(position: str) -> None:
    assert field(position) == "any"


@pytest.mark.parametrize("position", ["Case manager", "Portfolio manager", "Community manager"])
def test_who_manages_money_or_cases_is_not_taken_for_a_leader_of_people(position: str) -> None:
    assert field(position) != "management"


def test_the_boss_named_in_a_description_makes_nobody_a_manager() -> None:
    advert = "You report to the general manager and work with the team lead of each shift."
    assert field("Chef", description=advert) == "any"


def test_a_team_lead_is_asked_about_the_technologies_of_the_team() -> None:
    assert field("Team lead", "Python", "Kubernetes") == "software"
