"""What candidates and mentors think of an answer, beside what the coach does."""

from __future__ import annotations

import streamlit as st

from pages.practice.reader import Reader
from pages.ui.context import services
from pages.ui.dots import COACH, MENTOR, YOU, Dot, Row, dots
from pages.ui.errors import boundary
from pages.ui.phrases import Phrases
from pages.ui.text import paragraphs, plain
from services.domain import Gap, MentorNote, Review, ReviewedQuestion
from services.gaps import gaps, widest

ALIKE = 0.5  # levels; closer than half a step of the scale is the same view


def gap_card(reader: Reader, review: Review) -> None:
    """Over the whole interview; nothing where there is nothing to compare."""
    items = [item for item in review.items if item.answer and item.answer.id not in reader.hidden]
    found = _compared(gaps(items, reader.views.own, reader.views.notes))
    if not found:
        return
    with st.container(key="card-gap"):
        st.subheader(reader.say("gap_title"), anchor=False)
        st.markdown(_sentence(found, reader.say))
        dots([_row(gap, reader.say) for gap in found], str(review.interview.id))


def views_of(reader: Reader, item: ReviewedQuestion) -> None:
    """Of one answer: the levels side by side, and what mentors wrote."""
    if item.answer is None or item.answer.id in reader.hidden:
        return
    notes = [note for note in reader.views.notes if note.answer_id == item.answer.id]
    found = _compared(gaps([item], reader.views.own, notes))
    if found:
        with st.expander(reader.say("gap_title")):
            dots([_row(gap, reader.say) for gap in found], str(item.answer.id))
    for note in notes:
        if note.note:
            _note(reader, note)


def _note(reader: Reader, note: MentorNote) -> None:
    with st.container(key=f"quiet-note-{note.id}", gap="xsmall"):
        at = reader.say.moment(note.noted_at, st.context.timezone)
        with st.container(key=f"last-note-{note.id}", gap="xsmall"):
            st.markdown(f"**{plain(note.mentor)}** · {at}")
            st.markdown(paragraphs(note.note))
    with boundary():
        if st.button(reader.say("note_forget"), key=f"forget-note-{note.id}", type="tertiary"):
            services().sharing.forget_note(reader.user.id, note.id)
            st.rerun()


def _compared(found: tuple[Gap, ...]) -> list[Gap]:
    """Criteria with at least two sides."""
    return [g for g in found if (g.coach is not None) + (g.own is not None) + len(g.mentors) > 1]


def _row(gap: Gap, say: Phrases) -> Row:
    sides = [(COACH, say("gap_coach"), gap.coach), (YOU, say("gap_you"), gap.own)]
    sides += [(MENTOR, view.name, view.level) for view in gap.mentors]
    return Row(
        gap.name,
        [Dot(s, name, level, _figure(level, say)) for s, name, level in sides if level is not None],
    )


def _figure(level: float, say: Phrases) -> str:
    return f"{level:.0f}" if level == int(level) else say.number(level)


def _sentence(found: list[Gap], say: Phrases) -> str:
    """Where candidate and coach are furthest apart, in words; empty where they have nothing in common."""
    gap = widest(found)
    if gap is None or gap.difference is None:
        return say("gap_seen")
    if abs(gap.difference) < ALIKE:
        return say("gap_alike")
    figure = say.number(abs(gap.difference))
    name = plain(gap.name)
    if gap.difference > 0:
        return say("gap_above", criterion=name, figure=figure)
    return say("gap_below", criterion=name, figure=figure)
