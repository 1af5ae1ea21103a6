"""Which question of an interview is looked at, and which attempt at it. The address keeps both, so that a
reload stays there."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.practice.self_rating import hidden_among
from pages.ui.context import services
from pages.ui.wording import number_of
from services.domain import Attempt, Review, ReviewedQuestion, User, Views

_QUESTION, _ATTEMPT = "question", "attempt"


def question_choice(review: Review) -> ReviewedQuestion:
    """A switch between the questions, where there are several; the one that is chosen, or else the first
    that has an answer."""
    items = {str(item.question.id): item for item in review.items}
    answered = next((key for key, item in items.items() if item.answer), next(iter(items)))
    chosen = _chosen(_QUESTION, tuple(items), answered)
    if len(items) > 1:
        key = f"question-{review.interview.id}"
        _switch("Question", _labels(review), chosen, key, _QUESTION, forget=_ATTEMPT)
    return items[chosen]


def attempt_choice(
    user: User, item: ReviewedQuestion, views: Views, hidden: frozenset[UUID]
) -> tuple[ReviewedQuestion, bool]:
    """A switch between the attempts at a question, where there are others than the one that counts; the
    same question with the attempt that is chosen, and whether its rating is kept back.

    `hidden`: of the answers that count. `views`: what their candidate thinks of all attempts.
    """
    attempts = services().past.attempts(user.id, item.question.id) if item.others else ()
    numbered = {str(number): attempt for number, attempt in enumerate(attempts, 1)}
    if not numbered:
        return item, item.answer is not None and item.answer.id in hidden
    counting = next((n for n, attempt in numbered.items() if attempt.counts), next(iter(numbered)))
    chosen = _chosen(_ATTEMPT, tuple(numbered), counting)
    labels = {n: _label(n, attempt) for n, attempt in numbered.items()}
    _switch("Attempt", labels, chosen, f"attempt-{item.question.id}", _ATTEMPT)
    attempt = numbered[chosen]
    kept_back = attempt.answer.id in hidden | hidden_among(attempts, views)
    seen = {
        "answer": attempt.answer,
        "rating": None if kept_back else attempt.rating,
        "earlier": item.earlier if attempt.counts and not kept_back else (),
    }
    return item.model_copy(update=seen), kept_back


def _switch(
    name: str, labels: dict[str, str], chosen: str, key: str, parameter: str, forget: str = ""
) -> None:
    # The address decides, so that the switch follows where the browser's Back leads.
    st.session_state[key] = chosen
    st.segmented_control(
        name,
        tuple(labels),
        required=True,
        format_func=labels.__getitem__,
        key=key,
        on_change=_keep,
        args=(key, parameter, forget),
    )


def _chosen(parameter: str, known: tuple[str, ...], otherwise: str) -> str:
    wanted = st.query_params.get(parameter, "")
    return wanted if wanted in known else otherwise


def _keep(key: str, parameter: str, forget: str) -> None:
    """A press: `forget` names what only made sense with the choice before."""
    st.query_params[parameter] = str(st.session_state[key])
    if forget in st.query_params:
        del st.query_params[forget]


def _label(number: str, attempt: Attempt) -> str:
    return f"{number}, counts" if attempt.counts else number


def _labels(review: Review) -> dict[str, str]:
    """`1`, `1, follow-up`, `2`."""
    return {
        str(item.question.id): f"{number_of(review.interview, item.question)}"
        + (", follow-up" if item.question.parent_id else "")
        for item in review.items
    }
