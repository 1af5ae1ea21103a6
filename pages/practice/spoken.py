"""How an answer was spoken, below its rating; worked out once the candidate wants to see it."""

from __future__ import annotations

import streamlit as st

from pages.practice.reader import Reader
from pages.ui.context import services
from pages.ui.delivery_card import delivery_card
from pages.ui.errors import boundary
from services.domain import Answer


@st.fragment
def spoken(reader: Reader, answer: Answer) -> None:
    """Nothing for an answer that was typed."""
    if not any(segment.words for segment in answer.segments):
        return
    key = f"spoken-{answer.id}"
    with (
        boundary(),
        st.expander(reader.say("how_you_spoke"), key=key, on_change="rerun") as expander,
    ):
        if expander.open:
            delivery = services().past.delivery(reader.user.id, answer, reader.language)
            delivery_card(delivery, reader.say, heading=False)
