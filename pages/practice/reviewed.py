"""One question of the feedback screen: asked, answered, judged."""

from __future__ import annotations

import streamlit as st

from pages.ui import ratings
from pages.ui.context import services
from pages.ui.errors import boundary
from pages.ui.text import paragraphs, plain
from pages.ui.transcript import as_heard
from pages.ui.wording import clock, doubt, figure
from services.domain import Answer, AnswerState, Question, RatingState, ReviewedQuestion, User

LONG = (
    3_000  # characters, about three minutes of speech; longer answers scroll in a box of their own
)
ON_ITS_WAY = (RatingState.WAITING, RatingState.RUNNING)


def under_way(item: ReviewedQuestion) -> bool:
    """Whether a transcript or a rating of this answer may still come by itself."""
    answer = item.answer
    return (
        answer is not None
        and answer.state is AnswerState.SUBMITTED
        and answer.rating_state in ON_ITS_WAY
    )


def card(user: User, item: ReviewedQuestion, total: int) -> None:
    """Everything about one question, on a card of its own."""
    asked, answer, rating = item.question, item.answer, item.rating
    with st.container(key=f"card-{asked.id}"):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.caption(f"Question {asked.number} of {total} · {asked.kind.label}", width="content")
            if rating:
                st.markdown(f"**{figure(rating.overall)}**", width="content")
        st.header(plain(asked.text), anchor=False)
        if answer is None or answer.state is AnswerState.SKIPPED:
            st.markdown(
                "You skipped this question. It does not count."
                if answer
                else "You did not answer this question. It does not count."
            )
            if answer and answer.raw:
                with st.expander("What you had said"):
                    _as_heard(answer)
        else:
            _words(item, answer)
            if rating is None or answer.rating_state is not RatingState.RATED:
                _not_rated(user, answer)
            if rating:
                ratings.advice(rating)
                with st.expander("Level by level", expanded=True):
                    for score in rating.scores:
                        ratings.score(score, str(rating.id))
            _recording(user, answer)
        _looked_for(asked)


def _words(item: ReviewedQuestion, answer: Answer) -> None:
    if answer.pending and answer.state is not AnswerState.OPEN:
        st.info(
            "The transcript is not complete yet: part of your recording still waits for the speech model. "
            "The recording is safe, and the rest follows by itself.",
            icon=":material/hourglass_empty:",
        )
    if not answer.text.strip():
        return
    st.markdown("**Your answer**")
    evidence = (
        [span for score in item.rating.scores for span in score.evidence] if item.rating else []
    )
    long = len(answer.text) > LONG
    with st.container(key=f"words-{answer.id}", height=420 if long else "content", border=False):
        st.markdown(ratings.marked(answer.text, evidence))
    if evidence:
        st.caption("Tinted: the words that the rating relies on.")
    if answer.edited is not None and answer.raw and answer.edited != answer.raw:
        with st.expander("As we heard it, before you edited it"):
            _as_heard(answer)
    elif answer.edited is None and (unsure := doubt(answer.segments)):
        st.caption(f":material/hearing: {plain(unsure)}")


def _as_heard(answer: Answer) -> None:
    with st.container(key=f"heard-{answer.id}"):
        st.markdown(as_heard(answer.segments))
        if unsure := doubt(answer.segments):
            st.caption(f":material/hearing: {plain(unsure)}")


def _not_rated(user: User, answer: Answer) -> None:
    """Why there is no rating (yet), and the way to one."""
    if answer.state is not AnswerState.SUBMITTED:
        st.markdown("You have not submitted this answer. Your words are kept.")
        return
    if answer.rating_state is RatingState.RUNNING:
        st.markdown("Your answer is being rated.")
        return
    if answer.rating_state is RatingState.FAILED:
        st.warning(
            f"Not rated yet. {plain(answer.rating_problem)} Your answer is kept.",
            icon=":material/sync_problem:",
        )
    elif answer.rating_state is RatingState.WAITING:
        st.markdown("Not rated yet. It follows by itself, as soon as the transcript is complete.")
    if answer.text.strip() and st.button("Rate again", key=f"rate-{answer.id}"):
        services().interviews.rate_again(user.id, answer.id)
        st.rerun()


@st.fragment
def _recording(user: User, answer: Answer) -> None:
    """The sound, read only once the expander is open."""
    kept = answer.recording
    if kept is None:
        return
    with (
        boundary(),
        st.expander(
            f"Recording, {clock(kept.seconds)}", key=f"recording-{answer.id}", on_change="rerun"
        ) as expander,
    ):
        if expander.open:
            sound = services().interviews.recording(user.id, answer)
            st.audio(sound, format=kept.media_type, alt="Your answer as you spoke it")


def _looked_for(asked: Question) -> None:
    if asked.model_answer or asked.key_points:
        with st.expander("A model answer"):
            st.markdown(paragraphs(asked.model_answer))
            if asked.key_points:
                st.markdown("**What the question looks for**")
                st.markdown("\n".join(f"- {plain(point)}" for point in asked.key_points))
