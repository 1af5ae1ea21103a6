"""What the offline coach asks on: only what is open, never what gives it away."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import chain
from uuid import uuid4

import pytest

from services.coach.following_up import follow_up
from services.coach.rating import rate
from services.coach.rubrics import rubric_for
from services.domain import Difficulty, FollowUp, Job, Kind, Question, Setup
from services.ports import Submission

JOB = Job(position="Backend developer")
INDEX = Question(
    text="How does a database index make a query faster, and when would you not add one?",
    kind=Kind.TECHNICAL,
    competency="Databases",
    difficulty=Difficulty.HARD,
    model_answer=(
        "An index is a separate, sorted structure, usually a B-tree, that maps values to rows. Instead of "
        "reading the whole table the database walks down the tree in a few steps. Every insert and update "
        "has to maintain the index, and it takes disk space. I would not add one on a small table or on a "
        "column with few distinct values. I check with EXPLAIN whether it is used."
    ),
    key_points=(
        "a sorted structure such as a B-tree that points to rows",
        "avoids scanning the whole table",
        "slows down inserts and updates",
        "takes disk space and memory",
        "little use on small tables or columns with few distinct values",
        "check with explain whether it is used",
    ),
    rubric=rubric_for(Kind.TECHNICAL, tuple(f"You say part {n} of the index." for n in range(5))),
)
DEADLINE = Question(
    text="Tell me about a time you missed a deadline.",
    kind=Kind.BEHAVIOURAL,
    competency="Reliability",
    model_answer=(
        "Two years ago I promised an export for the end of March. In the third week I found broken data and "
        "kept quiet. Four days before the date I told my lead that I would be late and why, and proposed to "
        "ship the new invoices first. We shipped the rest eleven days later. Since then I raise a risk on "
        "the day I see it."
    ),
    key_points=(
        "owns the delay without blaming others",
        "told the people affected before the date",
        "offered a smaller delivery or a new plan",
        "changed how they estimate or report risks",
    ),
    rubric=rubric_for(Kind.BEHAVIOURAL),
)
HALF = (
    "An index keeps the values sorted, so the database finds a row without scanning the whole table, "
    "because it can walk down the tree to it."
)
NO_NUMBER = (
    "At the bakery I was late with a wedding order and it was my fault. I called the couple and brought "
    "them what was ready in the morning. In the end they were happy with it and the party went well."
)


def submission(
    question: Question, text: str, left: int = 2, thread: tuple[tuple[str, str], ...] = ()
) -> Submission:
    setup = Setup(job=JOB, follow_ups=True)
    return Submission(setup, question, text, follow_ups_left=left, thread=thread)


def asked_on(given: Submission) -> Question | None:
    return follow_up(given, rate(JOB, given.question, given.text))


def test_an_open_key_point_is_asked_about_and_the_rest_is_its_parents() -> None:
    question = asked_on(submission(INDEX, HALF))
    assert question is not None
    assert question.parent_id == INDEX.id
    assert question.follow_up is not None
    assert question.kind is INDEX.kind
    assert question.competency == INDEX.competency
    assert question.difficulty is INDEX.difficulty
    assert question.model_answer == INDEX.model_answer
    assert question.rubric == rubric_for(Kind.TECHNICAL)
    assert set(question.key_points) < set(INDEX.key_points)
    assert "takes disk space and memory" in question.key_points
    assert "avoids scanning the whole table" not in question.key_points


def test_the_same_answer_is_always_asked_the_same() -> None:
    first, second = asked_on(submission(INDEX, HALF)), asked_on(submission(INDEX, HALF))
    assert first is not None
    assert second is not None
    assert first.text == second.text


def test_nothing_is_asked_when_none_is_left() -> None:
    assert asked_on(submission(INDEX, HALF, left=0)) is None


def test_nothing_is_asked_when_everything_was_said() -> None:
    assert asked_on(submission(INDEX, INDEX.model_answer)) is None


@pytest.mark.parametrize("text", [NO_NUMBER, "I don't know, sorry.", "index " * 30, "xq zz " * 20])
def test_nothing_is_asked_when_the_answer_is_not_about_the_question(text: str) -> None:
    assert asked_on(submission(INDEX, text)) is None


def test_nothing_is_asked_about_a_question_without_key_points() -> None:
    assert asked_on(submission(INDEX.model_copy(update={"key_points": ()}), HALF)) is None


def test_reasons_without_a_price_are_challenged() -> None:
    question = asked_on(submission(INDEX, HALF))
    assert question is not None
    assert question.follow_up is FollowUp.CHALLENGE


def test_a_result_without_a_number_is_asked_for_one() -> None:
    question = asked_on(submission(DEADLINE, NO_NUMBER))
    assert question is not None
    assert question.follow_up is FollowUp.QUANTIFY


def test_a_vague_answer_is_asked_to_be_clearer() -> None:
    vague = (
        "I missed a deadline with my team once and of course I communicated it, since communication is key "
        "and being proactive about a delay is very important in general."
    )
    question = asked_on(submission(DEADLINE, vague))
    assert question is not None
    assert question.follow_up is FollowUp.CLARIFY


def test_a_second_follow_up_belongs_to_the_same_question_and_asks_something_else() -> None:
    first = asked_on(submission(INDEX, HALF))
    assert first is not None
    again = "Well, the index is sorted, and an insert or update gets slower since the tree has to be kept."
    second = asked_on(
        submission(first, again, left=1, thread=((INDEX.text, HALF), (first.text, again)))
    )
    assert second is not None
    assert second.parent_id == INDEX.id
    assert second.follow_up is not first.follow_up
    assert second.text != first.text
    assert set(second.key_points) <= set(first.key_points)


def test_no_sentence_comes_twice_in_a_thread() -> None:
    texts = _sentences()[FollowUp.CHALLENGE.value][Kind.TECHNICAL.value]
    for used in range(len(texts)):
        thread = tuple((text, "something") for text in texts[:used])
        question = asked_on(submission(INDEX, HALF, thread=thread))
        assert question is not None
        assert question.text not in texts[:used]


def test_there_are_five_sentences_for_each_kind_each_of_them_one_of_a_kind() -> None:
    listed = _sentences()
    assert set(listed) == {wants.value for wants in FollowUp}
    for wants, kinds in listed.items():
        craft = {Kind.TECHNICAL.value, Kind.SYSTEM_DESIGN.value}
        assert set(kinds) == (craft if wants == "challenge" else {kind.value for kind in Kind})
        assert all(len(texts) >= 5 for texts in kinds.values())
    texts = list(chain(*(chain(*kinds.values()) for kinds in listed.values())))
    assert len(set(texts)) == len(texts)
    assert all(text.endswith((".", "?")) and 20 < len(text) < 140 for text in texts)


def test_a_follow_up_is_never_the_parent_of_another() -> None:
    follow = INDEX.model_copy(update={"parent_id": uuid4(), "follow_up": FollowUp.CHALLENGE})
    question = asked_on(submission(follow, HALF, left=1))
    assert question is not None
    assert question.parent_id == follow.parent_id


def _sentences() -> dict[str, dict[str, list[str]]]:
    text = files("services.coach").joinpath("following_up.toml").read_text("utf-8")
    return tomllib.loads(text)
