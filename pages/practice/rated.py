"""The rating of one answer: where it stands, what it says, who made it, and the way to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from uuid import UUID

import streamlit as st

from pages.practice.asking import asking
from pages.practice.reader import Reader
from pages.practice.recorded import play
from pages.ui import ratings
from pages.ui.context import services
from pages.ui.text import plain
from services.domain import Answer, Rating, RatingState, Score
from services.report import saying

_MODEL = ":material/auto_awesome:"
_RULES = ":material/rule:"


def rater_badge(label: str, *, estimate: bool) -> None:
    """Who rated, or rates."""
    st.badge(plain(label), color="gray", icon=_RULES if estimate else _MODEL)


def standing(reader: Reader, answer: Answer, rating: Rating | None) -> None:
    """Why there is no rating (yet), or no other than an estimate, and the way to one."""
    say = reader.say
    if not answer.given:
        st.markdown(say("not_submitted"))
        return
    problem = plain(answer.rating_problem)
    match answer.rating_state:
        case RatingState.RUNNING:
            st.markdown(
                f":material/hourglass_empty: {say('running_again' if rating else 'running')}"
            )
        case RatingState.FAILED:
            again = rating is not None and not rating.is_estimate
            st.warning(
                say("failed_again" if again else "failed", problem=problem),
                icon=":material/sync_problem:",
            )
            _rate(reader, answer, say("rate_again"))
        case RatingState.WAITING if answer.rating_due is not None and problem:
            due = say.time(answer.rating_due, st.context.timezone)
            st.info(say("waits_until", problem=problem, time=due), icon=":material/schedule:")
            _rate(reader, answer, say("try_now"))
        case RatingState.WAITING:
            st.markdown(say("waits_for_words" if answer.pending else "waits"))
            _rate(reader, answer, say("try_now"))
        case _:
            pass


def rated(reader: Reader, answer: Answer, rating: Rating, earlier: tuple[Rating, ...]) -> None:
    """All that a rating says, and what the ratings before it said."""
    say = reader.say
    if rating.is_estimate and (reader.has_model or answer.rating_state is RatingState.WAITING):
        st.badge(say("offline_estimate"), color="orange", icon=_RULES)
        st.caption(say("estimate_is"))
    if rating.unsure:
        st.warning(f"**{say('unsure')}.** {say('unsure_why')}", icon=":material/help:")
        rate_again(reader, answer)
    if rating.last_action is not None:
        ratings.last_time(rating.last_action, str(rating.id), say)
    ratings.advice(rating, say)
    if rating.star is not None:
        ratings.star(rating.star, say)
    with st.expander(say("level_by_level"), expanded=True):
        play = _player(answer.id) if answer.recording else None
        for score in rating.scores:
            ratings.score(score, str(rating.id), say, play)
    if rating.improved_answer:
        ratings.told_better(rating.improved_answer, say)
    if reader.coach.talks:
        asking(reader, answer, rating)
    _earlier(reader, earlier)
    _made_by(reader, answer, rating)


def rate_again(reader: Reader, answer: Answer, *, quiet: bool = False) -> None:
    """The way to a new rating beside the one that is there; `standing` has it where that is under way."""
    if answer.rating_state is RatingState.RATED:
        _rate(reader, answer, reader.say("rate_again"), quiet=quiet)


def _player(answer_id: UUID) -> Callable[[float], None]:
    """A callback that opens the recording of this answer and plays it from a second on."""
    return lambda seconds: play(answer_id, seconds)


def _made_by(reader: Reader, answer: Answer, rating: Rating) -> None:
    """The provenance, quiet, and the way to a new rating beside it."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.caption(provenance(reader, rating), width="stretch")
        if not rating.unsure:
            rate_again(reader, answer, quiet=True)


def provenance(reader: Reader, rating: Rating) -> str:
    """Markdown: who, by which texts, from which ears, how often, when."""
    return plain(saying.provenance(rating, reader.say, st.context.timezone))


def _earlier(reader: Reader, earlier: tuple[Rating, ...]) -> None:
    """Ratings that this one took the place of; nothing where there are none."""
    if not earlier:
        return
    with st.expander(f"{reader.say('earlier_ratings')} ({len(earlier)})"):
        for rating in earlier:
            st.markdown(f"{ratings.figure(rating, reader.say)} · {plain(reader.rater(rating))}")
            levels = "; ".join(_level(score, reader) for score in rating.scores)
            made = rating.rated_at
            when = reader.say.moment(made, st.context.timezone) if made else ""
            st.caption(plain(" · ".join(part for part in (when, levels) if part)))


def _level(score: Score, reader: Reader) -> str:
    return f"{score.criterion.name}: {saying.level(score, reader.say)}"


def _rate(reader: Reader, answer: Answer, label: str, *, quiet: bool = False) -> None:
    """The button to a rating, where there is something to rate."""
    kind: Literal["tertiary", "secondary"] = "tertiary" if quiet else "secondary"
    if answer.text.strip() and st.button(label, key=f"rate-{answer.id}", type=kind):
        services().past.rate_again(reader.user.id, answer.id)
        st.rerun()
