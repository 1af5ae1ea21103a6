"""Status: how listening and rating do on this server, for its operator. Nothing on it is about a candidate."""

from __future__ import annotations

import streamlit as st

from pages.operator.coaching_status import coaching
from pages.operator.listening import listening
from pages.ui.coach_figures import coach_figures
from pages.ui.context import current_user, is_operator, require_user, services
from pages.ui.errors import boundary
from services.domain import User

EVERY_S = 2.0  # seconds between two looks


def screen(user: User) -> None:
    st.title("Status", anchor=False)
    if is_operator(user):
        st.fragment(_look, run_every=EVERY_S)()
        return
    with st.container(key="card-empty"):
        st.markdown("This page is for the operator.")


def _look() -> None:
    with boundary():
        user = current_user()
        if user is None or not is_operator(user):  # signed out in another tab
            st.rerun()
        listening(services().model.status(), services().interviews.hearing())
        coaching(coach_figures())
        st.caption("The same figures for machines: /api/health")


screen(require_user())
