"""One answer of the review screen: watched, read and measured."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import streamlit as st

from pages.practice.question_choice import attempt_choice
from pages.practice.self_rating import kept_back
from pages.ui import ratings, review_player
from pages.ui.context import tab
from pages.ui.delivery_card import delivery_card
from pages.ui.errors import boundary
from pages.ui.phrases import Phrases, phrases
from pages.ui.playable import media_of
from pages.ui.playing import draw_anew
from pages.ui.review_player import Media, View
from pages.ui.text import plain
from pages.ui.time_bar import TimeBar, time_bar
from pages.ui.wording import place_of
from services.coach.wordings import Change, Said, differences, wording
from services.delivery import delivery_of
from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    Look,
    Rating,
    ReviewedQuestion,
    User,
)
from services.errors import AppError

_UNSURE = ("Dotted words may be misheard.",)
_NO_PICTURE = "The picture cannot be had at the moment. You can listen to the sound."
_QUOTED = ("Tinted words are quoted in the rating.",)


def one_answer(user: User, look: Look, item: ReviewedQuestion, hidden: frozenset[UUID]) -> None:
    """The question with the answer to it. `hidden`: answers whose rating is not to be seen yet, of those
    that count."""
    interview = look.review.interview
    language = interview.setup.language
    say = phrases(language)
    # All in one place: what comes and goes above the player would begin the player anew.
    with st.container():
        head = st.container(horizontal=True, horizontal_alignment="distribute")
        st.header(plain(item.question.text), anchor=False)
        item, veiled = attempt_choice(user, item, look.views, hidden)
        answer, rating = item.answer, item.rating
        with head:
            st.caption(place_of(interview, item.question), width="content")
            if rating:
                st.markdown(ratings.figure(rating, say), width="content")
        if answer is None or answer.state is AnswerState.SKIPPED:
            st.markdown(say("skipped" if answer else "unanswered"))
        elif not answer.given:
            st.markdown(say("not_submitted"))
        elif answer.pending:
            st.info(say("not_complete"), icon=":material/hourglass_empty:")
        kept_back(frozenset({answer.id}) if answer and veiled else frozenset())
    if answer and answer.given:
        sound = look.sounds.get(answer.id)
        delivery = delivery_of(answer, sound, language)
        _replay(user, answer, rating, time_bar(answer, rating, delivery, sound, say), say)
        if answer.segments:
            st.subheader(say("how_you_spoke"), anchor=False)
            delivery_card(delivery, say, heading=False)


def _replay(user: User, answer: Answer, rating: Rating | None, bar: TimeBar, say: Phrases) -> None:
    """Draw the player with everything that stands around it."""
    views = views_of(answer, rating)

    @st.fragment
    def player() -> None:
        with boundary():
            media, note = _media(user, answer, say)
            review_player.review_player(
                str(answer.id),
                media,
                bar,
                views,
                rating,
                note=note,
                asked=tab().drawn_anew,
                on_away=partial(_fresh, answer.id),
            )

    player()


def views_of(answer: Answer, rating: Rating | None) -> tuple[View, ...]:
    """The words as they were heard, as they were submitted, and what differs; one view where both are
    the same."""
    submitted = wording(answer.segments, answer.text)
    quoted = any(score.evidence for score in rating.scores) if rating else False
    legend = " ".join(_QUOTED * quoted + _unsure(submitted))
    if answer.edited is None or not answer.raw or answer.edited == answer.raw:
        return (View("Your words", submitted, legend, quoted=True),)
    heard = wording(answer.segments, answer.raw)
    between = differences(heard, submitted)
    return (
        View("As heard", heard, "".join(_unsure(heard))),
        View("As submitted", submitted, legend, quoted=True),
        View("Differences", between, _changed(between)),
    )


def _unsure(words: tuple[Said, ...]) -> tuple[str, ...]:
    return _UNSURE if any(not word.certain for word in words) else ()


def _changed(words: tuple[Said, ...]) -> str:
    added = sum(word.change is Change.ADDED for word in words)
    removed = sum(word.change is Change.REMOVED for word in words)
    if not added and not removed:
        return "The words are the same; only capitals or punctuation differ."
    return f"Underlined: added ({added}). Struck through: removed ({removed})."


def _media(user: User, answer: Answer, say: Phrases) -> tuple[tuple[Media, ...], str]:
    """What plays, or why nothing does. A recording that is away for a while hides no words."""
    try:
        media = media_of(user, answer)
    except AppError as error:
        return (), f"{error.message} {error.remedy}"
    if not media:
        return (), _why_none(answer, say)
    lost = answer.video is not None and media[0].kind != "video"
    return media, _NO_PICTURE if lost else ""


def _why_none(answer: Answer, say: Phrases) -> str:
    why, _, days = answer.recording_gone.partition(":")
    if why == "expired":
        return say("recording_expired", days=int(days or 0))
    if why:
        return say("recording_not_kept")
    if answer.mode is AnswerMode.TYPED:
        return ""
    return "The recording is not here yet." if answer.pending else "There is no recording."


def _fresh(answer_id: UUID) -> None:
    """The address did not work (any more): the run that follows draws another."""
    draw_anew(answer_id)
    tab().drawn_anew += 1
