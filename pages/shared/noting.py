"""What a mentor says about one answer: levels and a note, kept as they are given."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from pages.shared.guest import Guest
from pages.ui import ratings
from pages.ui.address import address
from pages.ui.context import Noted, services, tab
from pages.ui.errors import boundary
from pages.ui.level_field import level_field
from services.domain import NOTE_LIMIT, SharedAnswer, SharedQuestion
from services.errors import NotFound


@st.fragment
def noting(guest: Guest, item: SharedQuestion, answer: SharedAnswer) -> None:
    """The fields, what becomes of them, and then the coach's view if the link includes it."""
    place = f"{guest.share_id}-{answer.id}"
    noted = _noted(guest, answer)
    first = noted.found.levels if noted.found else {}
    with boundary(), st.container(key=f"noting-{place}"):
        st.markdown("**Your view**")
        chosen = {
            c.id: level_field(c, f"{place}-{c.id}", first.get(c.id), guest.say)
            for c in item.criteria
        }
        levels = {id: level for id, level in chosen.items() if level is not None}
        note = st.text_area(
            "Your note",
            noted.found.note if noted.found else "",
            max_chars=NOTE_LIMIT,
            key=f"note-{place}",
            placeholder="What worked, and the one thing to try next time",
        )
        _keep(guest, answer, noted, levels, note)
        if answer.rating is not None:
            _coach(guest, answer, rated=len(levels) == len(item.criteria))


def _noted(guest: Guest, answer: SharedAnswer) -> Noted:
    """What the fields began with stays their default, or they would be drawn anew with each tap."""
    key, found = (guest.share_id, answer.id), answer.note
    if key not in tab().notes:
        kept = (found.mentor, dict(found.levels), found.note) if found else ("", {}, "")
        tab().notes[key] = Noted(found, kept)
    return tab().notes[key]


def _keep(
    guest: Guest, answer: SharedAnswer, noted: Noted, levels: dict[str, int], note: str
) -> None:
    """What is new is kept at once; somebody who said nothing yet has no empty view."""
    said = (guest.name, levels, note.strip())
    begun = bool(noted.kept[0])
    if said != noted.kept and (begun or levels or said[2]):
        try:
            services().sharing.note(guest.secret, answer.id, guest.name, levels, note, address())
        except NotFound:  # the link was ended, or the answer is another one now
            st.rerun()
        noted.kept, begun = said, True
    if begun:
        st.caption(":material/check: Kept. You can change it while the link works.")


def _coach(guest: Guest, answer: SharedAnswer, *, rated: bool) -> None:
    """The coach's view, once it cannot lead the mentor's any more, or when it is asked for."""
    rating = answer.rating
    if rating is None:
        return
    if not rated and answer.id not in tab().revealed:
        st.button(
            "Show the coach's rating",
            key=f"reveal-{answer.id}",
            on_click=_reveal,
            args=(answer.id,),
        )
        st.caption("It appears by itself when you have rated every line.")
        return
    with st.expander("The coach's rating", expanded=True):
        st.markdown(ratings.figure(rating, guest.say))
        for score in rating.scores:
            ratings.score(score, f"shared-{rating.id}", guest.say)


def _reveal(answer_id: UUID) -> None:
    tab().revealed.add(answer_id)
