"""One of several attempts at a question, on a card: its figures, how they changed, what was advised and done."""

from __future__ import annotations

import streamlit as st

from pages.practice.compared import level
from pages.practice.rated import rate_again, rater_badge, standing
from pages.practice.reader import Reader
from pages.ui import ratings
from pages.ui.context import services, tab
from pages.ui.delivery_words import figures
from pages.ui.phrases import Phrases
from pages.ui.places import REVIEW, go
from pages.ui.text import plain
from pages.ui.wording import clock
from services.comparing import Change, comparison
from services.domain import Answer, Attempt, Rating, User
from services.errors import AlreadyAnswered


def attempt_card(
    reader: Reader,
    number: int,
    attempt: Attempt,
    before: tuple[int, Attempt] | None,
    counting: Attempt | None,
) -> None:
    """`before` is the earlier attempt, with its number, that this one is compared with; `counting` the one
    that counts."""
    answer, rating, say = attempt.answer, attempt.rating, reader.say
    with st.container(key=f"card-attempt-{answer.id}"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.subheader(say("attempt", number=number), anchor=False, width="content")
            if attempt.counts:
                st.badge(say("attempt_counts"), icon=":material/check:", color="primary")
        st.caption(_when(reader, answer))
        if rating is None:
            _unrated(reader, answer)
        else:
            st.markdown(ratings.figure(rating, say))
            rater_badge(reader.rater(rating), estimate=rating.is_estimate)
            standing(reader, answer, rating)
            _levels(reader, rating, before)
        _how_said(reader, answer)
        if rating is not None:
            _advice(reader, rating)
        with st.expander(say("your_answer")), st.container(key=f"words-{answer.id}"):
            evidence = (
                [span for score in rating.scores for span in score.evidence] if rating else []
            )
            st.markdown(ratings.marked(answer.text, evidence))
        _actions(reader, number, attempt, counting)


def _actions(reader: Reader, number: int, attempt: Attempt, counting: Attempt | None) -> None:
    """Watch it, have it rated once more, or let it count instead of the one that does."""
    answer, say = attempt.answer, reader.say
    with st.container(horizontal=True):
        if st.button(say("review"), key=f"review-{answer.id}"):
            go(
                REVIEW,
                interview=answer.interview_id,
                question=answer.question_id,
                attempt=number,
            )
        if attempt.rating is not None:
            rate_again(reader, answer)
        if counting is None or attempt.counts:
            return
        if st.button(say("let_count"), key=f"count-{answer.id}"):
            _let_count(reader.user, answer, counting.answer)
            st.rerun()


def _let_count(user: User, answer: Answer, counting: Answer) -> None:
    try:
        services().past.let_count(user.id, answer.id, counting.id)
    except AlreadyAnswered as error:  # another one was chosen in another tab, or submitted
        tab().notice = f"{error.message} {error.remedy}"


def _when(reader: Reader, answer: Answer) -> str:
    say = reader.say
    at = answer.finished_at or answer.started_at
    parts = [say.moment(at, st.context.timezone)]
    if answer.segments and answer.sound_s:
        parts.append(clock(answer.sound_s))
    parts.append(say("words_said", count=len(answer.text.split())))
    return plain(" · ".join(parts))


def _unrated(reader: Reader, answer: Answer) -> None:
    if answer.id in reader.hidden:
        st.caption(
            ":material/visibility_off: The coach's rating appears when you have given yours on the feedback "
            "page, or skipped it."
        )
        return
    standing(reader, answer, None)


def _levels(reader: Reader, rating: Rating, before: tuple[int, Attempt] | None) -> None:
    say, changes = reader.say, _changes(rating, before)
    for score in rating.scores:
        with st.container(gap="xsmall"):
            st.markdown(f"**{plain(score.criterion.name)}**")
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                with st.container(width="content"):
                    ratings.levels(score, say)
                change = changes.get(score.criterion.id)
                if before is not None and change is not None and change.by:
                    st.caption(_moved(change, before[0], say), width="content")


def _moved(change: Change, since: int, say: Phrases) -> str:
    arrow, sign = ("arrow_upward", "+") if change.by > 0 else ("arrow_downward", "-")
    by = f"{sign}{level(abs(change.by), say)}"
    return f":material/{arrow}: {say('by_steps', change=by, number=since)}"


def _changes(rating: Rating, before: tuple[int, Attempt] | None) -> dict[str, Change]:
    if before is None or before[1].rating is None:
        return {}
    return {change.criterion_id: change for change in comparison(before[1].rating, rating).changes}


def _how_said(reader: Reader, answer: Answer) -> None:
    """Figures of the delivery, one in a line; nothing for an answer that was typed."""
    delivery = services().past.delivery(reader.user.id, answer, reader.language)
    if delivery is None:
        return
    shown = figures(delivery, reader.say)
    lines = [f"{one.name}: {one.value} · {one.unit}".rstrip(" ·") for one in shown]
    st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def _advice(reader: Reader, rating: Rating) -> None:
    if rating.last_action is not None:
        ratings.last_time(rating.last_action, str(rating.id), reader.say)
    if rating.next_action:
        st.markdown(
            f":material/arrow_forward: **{reader.say('next_time')}** {plain(rating.next_action)}"
        )
