"""Ratings of two makers and two passes: which one counts, what they keep, and what stays out of trends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.domain import (
    OFFLINE,
    Evidence,
    Followed,
    LastAction,
    Rating,
    RatingState,
    Star,
)
from services.errors import NotFound
from services.progress import progress
from services.storage.store import Store
from tests.services.storage.stored import (
    SETUP,
    Clock,
    a_question,
    a_rating,
    a_submitted_answer,
    an_interview,
)

MODEL = "gemini-3.8-flash"


def rated(store: Store, owner: UUID, answer_id: UUID) -> Rating | None:
    """The rating that counts."""
    review = store.review(owner, store.answer(owner, answer_id).interview_id)
    return next(item.rating for item in review.items if item.answer and item.answer.id == answer_id)


@pytest.fixture
def answer(store: Store, ada: UUID) -> UUID:
    return a_submitted_answer(store, ada, an_interview(store, ada).questions[0].id).id


def test_a_rating_comes_back_with_all_that_its_coach_said(
    store: Store, ada: UUID, answer: UUID, clock: Clock
) -> None:
    rating = a_rating(
        *(3, 4),
        coach=MODEL,
        others=(4, 4),
        improved_answer="I asked the team, and we halved the time.",
        star=Star(situation=0.25, action=0.5),
        last_action=LastAction(
            action="Name a result.", followed=Followed.PARTLY, comment="Nearly."
        ),
    )
    timed = rating.scores[0].model_copy(
        update={
            "evidence": (Evidence(start=0, end=1, quote="I", start_s=0.5, end_s=0.75),),
            "evidenced": False,
        }
    )
    rating = rating.model_copy(update={"scores": (timed, rating.scores[1])})
    assert store.add_rating(ada, answer, rating)
    assert rated(store, ada, answer) == rating.model_copy(update={"rated_at": clock.time})
    assert store.summaries(ada, 1, 0)[0].overall == rating.overall == 6.875


def test_an_estimate_stands_in_until_the_language_model_has_judged(
    store: Store, ada: UUID, answer: UUID, clock: Clock
) -> None:
    due = clock.time + timedelta(minutes=1)
    estimate = a_rating(2, 2)
    assert store.add_rating(ada, answer, estimate, RatingState.WAITING, "Busy.", due)
    waiting = store.answer(ada, answer)
    assert (waiting.rating_state, waiting.rating_problem, waiting.rating_due) == (
        RatingState.WAITING,
        "Busy.",
        due,
    )
    shown = rated(store, ada, answer)
    assert shown is not None
    assert shown.is_estimate
    assert store.add_rating(ada, answer, a_rating(coach=MODEL))
    done = store.answer(ada, answer)
    assert (done.rating_state, done.rating_problem, done.rating_due) == (
        RatingState.RATED,
        "",
        None,
    )


def test_an_estimate_never_takes_the_place_of_a_language_models_rating(
    store: Store, ada: UUID, answer: UUID, clock: Clock
) -> None:
    judged = a_rating(4, 4, coach=MODEL)
    store.add_rating(ada, answer, judged)
    store.claim_rating(ada, answer, 60.0)
    assert not store.add_rating(ada, answer, a_rating(1, 1), RatingState.FAILED, "Refused.")
    after = rated(store, ada, answer)
    assert after is not None
    assert after.id == judged.id
    assert store.earlier_ratings(ada, answer) == ()
    marked = store.answer(ada, answer)
    assert (marked.rating_state, marked.rating_problem) == (RatingState.FAILED, "Refused.")
    assert store.claim_rating(ada, answer, 60.0)  # it was let go
    clock.advance(seconds=1)
    assert store.add_rating(ada, answer, a_rating(2, 2, coach=MODEL))


def test_earlier_ratings_are_kept_newest_first(
    store: Store, ada: UUID, eve: UUID, answer: UUID
) -> None:
    ratings = [a_rating(n, n) for n in (1, 2, 3)]
    for rating in ratings:
        store.add_rating(ada, answer, rating)
    earlier = store.earlier_ratings(ada, answer)
    assert [rating.id for rating in earlier] == [ratings[1].id, ratings[0].id]
    assert [len(rating.scores) for rating in earlier] == [2, 2]
    for owner, answer_id in ((eve, answer), (ada, uuid4())):
        with pytest.raises(NotFound):
            store.earlier_ratings(owner, answer_id)


def test_a_rating_that_is_not_stored_marks_nothing(
    store: Store, ada: UUID, eve: UUID, answer: UUID
) -> None:
    before = store.answer(ada, answer)
    with pytest.raises(NotFound):
        store.add_rating(eve, answer, a_rating())
    assert store.answer(ada, answer) == before


# --- the advice to follow -----------------------------------------------------------------------


def advised(store: Store, owner: UUID, advice: str, competency: str = "teamwork") -> UUID:
    """An answer to a question on this competency, rated with this advice."""
    question = a_question().model_copy(update={"id": uuid4(), "competency": competency})
    store.add_interview(owner, SETUP, [question])
    answer = a_submitted_answer(store, owner, question.id)
    store.add_rating(owner, answer.id, a_rating(next_action=advice))
    return answer.id


def test_the_last_advice_on_a_competency_is_the_one_to_follow(
    store: Store, ada: UUID, eve: UUID
) -> None:
    first = advised(store, ada, "Name the result.")
    advised(store, ada, "Say who decided.", competency="leadership")
    second = advised(store, ada, "Be brief.")
    advised(store, eve, "Smile.")
    answer = a_submitted_answer(store, ada, an_interview(store, ada).questions[0].id).id
    advised(store, ada, "Too late.")
    assert store.last_next_action(ada, "teamwork", answer) == "Be brief."
    assert store.last_next_action(ada, "leadership", answer) == "Say who decided."
    assert store.last_next_action(ada, "teamwork", second) == "Name the result."
    assert store.last_next_action(ada, "teamwork", first) == ""
    assert store.last_next_action(ada, "", answer) == ""
    store.add_rating(ada, first, a_rating(next_action="Name the figure."))  # rated again
    assert store.last_next_action(ada, "teamwork", answer) == "Name the figure."


# --- trends -------------------------------------------------------------------------------------


def test_what_two_passes_disagree_on_stays_out_of_every_trend(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    sure, unsure = (a_submitted_answer(store, ada, q.id) for q in interview.questions)
    store.add_rating(ada, sure.id, a_rating(3, 4, coach=MODEL, others=(4, 4)))
    doubtful = a_rating(1, 1, coach=MODEL, others=(1, 4))
    assert doubtful.unsure
    store.add_rating(ada, unsure.id, doubtful)
    seen = progress(store, ada)
    assert [(p.overall, p.answers) for p in seen.trend] == [(6.875, 1)]
    assert [(c.criterion_id, c.mean, c.answers) for c in seen.criteria] == [
        ("relevance", 3.5, 1),
        ("structure", 4.0, 1),
    ]
    assert [(k.overall, k.answers) for k in seen.kinds] == [(6.875, 1)]
    assert store.summaries(ada, 1, 0)[0].overall == 6.875
    store.add_rating(ada, unsure.id, a_rating(1, 1, coach=MODEL, others=(1, 1)))
    assert [(p.overall, p.answers) for p in progress(store, ada).trend] == [(3.4375, 2)]


def test_halves_of_a_criterion_take_both_passes_too(store: Store, ada: UUID) -> None:
    for levels, others in (((2, 2), (3, 3)), ((4, 4), (5, 5))):
        answer = a_submitted_answer(store, ada, an_interview(store, ada).questions[0].id)
        store.add_rating(ada, answer.id, a_rating(*levels, coach=MODEL, others=others))
    relevance, _ = progress(store, ada).criteria
    assert (relevance.mean, relevance.earlier, relevance.recent) == (3.5, 2.5, 4.5)


def test_estimates_and_a_language_models_ratings_are_two_lines(store: Store, ada: UUID) -> None:
    questions = an_interview(store, ada).questions
    for question, coach in zip(questions, (OFFLINE, MODEL), strict=True):
        answer = a_submitted_answer(store, ada, question.id)
        store.add_rating(ada, answer.id, a_rating(coach=coach))
    assert sorted((p.coach, p.answers) for p in progress(store, ada).trend) == [
        (MODEL, 1),
        (OFFLINE, 1),
    ]
