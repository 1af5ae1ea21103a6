"""One tap for a criterion: a level from 1 to 5, with the words that anchor it below."""

from __future__ import annotations

import streamlit as st

from pages.ui.phrases import Phrases
from pages.ui.text import plain
from services.domain import Criterion


def level_field(criterion: Criterion, key: str, level: int | None, say: Phrases) -> int | None:
    """The level that is chosen; None: none yet. `level` is what was chosen before."""
    with st.container(key=f"level-field-{key}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            chosen = st.segmented_control(
                f"**{plain(criterion.name)}**",
                list(range(1, 6)),
                default=level,
                key=f"level-{key}",
                help=plain(criterion.description),
                width="content",
            )
            with st.popover(say("all_levels"), type="tertiary", width="content"):
                for number, text in enumerate(criterion.levels, 1):
                    st.markdown(f"**{number}**  {plain(text)}")
        # Before a number is pressed, the two ends say what it would mean. One element, whatever it says.
        told = (1, 5) if chosen is None else (int(chosen),)
        st.caption("  \n".join(f"**{n}**  {plain(criterion.levels[n - 1])}" for n in told))
    return None if chosen is None else int(chosen)
