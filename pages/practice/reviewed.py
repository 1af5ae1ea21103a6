"""One question of the feedback screen: asked, answered, judged."""

from __future__ import annotations

import streamlit as st

from pages.practice.gap import views_of
from pages.practice.rated import rated, standing
from pages.practice.reader import Reader
from pages.practice.recorded import recording
from pages.practice.retake import retake
from pages.practice.self_rating import self_rating
from pages.practice.spoken import spoken
from pages.ui import ratings
from pages.ui.phrases import Phrases
from pages.ui.places import REVIEW, go
from pages.ui.text import paragraphs, plain
from pages.ui.transcript import as_heard
from pages.ui.wording import doubt
from services.domain import (
    Answer,
    AnswerState,
    Question,
    Rating,
    RatingState,
    Review,
    ReviewedQuestion,
)

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


def cards(reader: Reader, review: Review) -> None:
    """Every planned question, each with its follow-ups right under it."""
    planned = [item for item in review.items if item.question.parent_id is None]
    for number, item in enumerate(planned, 1):
        asked = reader.say("question_of", number=number, total=len(planned))
        answered(reader, item, asked)
        for follow_up in review.items:
            if follow_up.question.parent_id == item.question.id:
                to = reader.say("follow_up_to", number=number)
                answered(reader, follow_up, to, follows=True)


def answered(
    reader: Reader, item: ReviewedQuestion, heading: str, *, follows: bool = False
) -> None:
    """Everything about one question, on a card of its own; a follow-up's stands back a little."""
    asked, answer, rating, say = item.question, item.answer, item.rating, reader.say
    wants = asked.follow_up or asked.kind
    place = "follow-up" if follows else "question"
    with st.container(key=f"card-{place}-{asked.id}"):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.caption(f"{heading} · {say(wants.value)}", width="content")
            if rating:
                st.markdown(ratings.figure(rating, say), width="content")
        st.header(plain(asked.text), anchor=False)
        if answer is None or answer.state is AnswerState.SKIPPED:
            st.markdown(say("skipped" if answer else "unanswered"))
            if answer and answer.raw:
                with st.expander(say("had_said")):
                    _as_heard(answer)
        else:
            _words(answer, rating, say)
            recording(reader, answer)
            if answer.given and st.button(say("review"), key=f"review-{answer.id}"):
                go(REVIEW, interview=answer.interview_id, question=asked.id)
            standing(reader, answer, rating)
            if answer.id in reader.hidden:
                self_rating(reader, asked, answer)
            if rating:
                rated(reader, answer, rating, item.earlier)
            views_of(reader, item)
            spoken(reader, answer)
        retake(reader, item)
        _looked_for(asked, say)


def _words(answer: Answer, rating: Rating | None, say: Phrases) -> None:
    if answer.pending and answer.state is not AnswerState.OPEN:
        st.info(say("not_complete"), icon=":material/hourglass_empty:")
    if not answer.text.strip():
        return
    st.markdown(f"**{say('your_answer')}**")
    evidence = [span for score in rating.scores for span in score.evidence] if rating else []
    long = len(answer.text) > LONG
    with st.container(key=f"words-{answer.id}", height=420 if long else "content", border=False):
        st.markdown(ratings.marked(answer.text, evidence))
    if evidence:
        st.caption(say("tinted"))
    if answer.edited is not None and answer.raw and answer.edited != answer.raw:
        with st.expander(say("as_heard")):
            _as_heard(answer)
    elif answer.edited is None and (unsure := doubt(answer.segments)):
        st.caption(f":material/hearing: {plain(unsure)}")


def _as_heard(answer: Answer) -> None:
    with st.container(key=f"heard-{answer.id}"):
        st.markdown(as_heard(answer.segments))
        if unsure := doubt(answer.segments):
            st.caption(f":material/hearing: {plain(unsure)}")


def _looked_for(asked: Question, say: Phrases) -> None:
    if asked.model_answer or asked.key_points:
        with st.expander(say("model_answer")):
            st.markdown(paragraphs(asked.model_answer))
            if asked.key_points:
                st.markdown(f"**{say('looked_for')}**")
                st.markdown("\n".join(f"- {plain(point)}" for point in asked.key_points))
