"""How an answer was spoken: few figures, what each means and how sure it is."""

from __future__ import annotations

import streamlit as st

from pages.ui import ratings
from pages.ui.delivery_words import (
    advice,
    figures,
    how_sure,
    mentioned,
    nothing_stands_out,
)
from pages.ui.phrases import ENGLISH, Phrases, phrases
from pages.ui.text import plain
from services.domain import Delivery

HEADING = phrases(ENGLISH)("how_you_spoke")  # for screens that are in English throughout


def delivery_card(
    delivery: Delivery | None, say: Phrases | None = None, *, heading: bool = True
) -> None:
    """Draw it inside whatever is open, which may have the heading; what cannot be said says why.

    `say`: the interview's phrases; without them those of the language that was spoken.
    """
    say = say or phrases(delivery.language if delivery else "")
    if heading:
        st.markdown(f"**{say('how_you_spoke')}**")
    if delivery is None:
        st.markdown(say("not_spoken"))
        return
    ratings.tiles(
        (figure.name, figure.value, figure.unit, figure.means) for figure in figures(delivery, say)
    )
    for text in advice(delivery, say):
        st.markdown(f":material/arrow_forward: {plain(text)}")
    if nothing_stands_out(delivery, say):
        st.markdown(":material/check: Nothing stands out: listeners could follow you with ease.")
    with st.container(horizontal=True, gap="small"):
        if smaller := mentioned(delivery, say):
            with st.popover(say("more_figures"), type="tertiary"):
                for name, value in smaller:
                    st.markdown(f"**{plain(name)}**  \n{plain(value)}")
        with st.popover(say("how_sure"), type="tertiary"):
            for text in how_sure(delivery, say):
                st.markdown(plain(text))
