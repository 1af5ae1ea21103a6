"""How one wants to practise: switches that hold for every interview."""

from __future__ import annotations

import streamlit as st

from pages.ui.context import preferences as chosen_before
from pages.ui.context import services
from pages.ui.errors import boundary
from services.domain import Preferences, User

_SWITCHES = {
    "record_video": (
        "Record my picture",
        "Keeps the picture of spoken answers beside the sound, so that you can watch yourself. It is "
        "deleted with the recording. Switched off while you speak, it stops within seconds; what was kept "
        "until then stays with the answer.",
    ),
    "pace_meter": (
        "Show my pace while I speak",
        "A quiet bar that shows how fast you speak. No words, no colours that warn.",
    ),
    "self_rating": (
        "Let me rate myself first",
        "Before you see what the coach says, one tap for each criterion.",
    ),
}


def preferences(user: User) -> None:
    """A press is kept at once."""
    with st.container(key="card-preferences", gap="xsmall"), boundary():
        st.header("While you practise", anchor=False)
        chosen = chosen_before()
        switches = {}
        for name, (label, why) in _SWITCHES.items():
            switches[name] = st.toggle(label, getattr(chosen, name), key=f"prefer-{name}", help=why)
            if name == "record_video" and user.media_days == 0:
                st.caption(
                    "You let no recordings be kept (below), so your picture is not recorded."
                )
        wanted = Preferences(**switches)
        if wanted != chosen:
            services().keep_preferences(user.id, wanted)
