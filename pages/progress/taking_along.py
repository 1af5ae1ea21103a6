"""The report of a period, at the end of the progress screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from pages.ui.report_buttons import period_report
from pages.ui.wording import on_clock
from services.domain import Progress, User


def take_along(user: User, progress: Progress) -> None:
    """A report of a period: at first of the last three months, or of all there is if that is less."""
    today = on_clock(datetime.now(UTC), st.context.timezone).date()
    begun = on_clock(progress.trend[0].at, st.context.timezone).date()
    with st.container(key="card-report"):
        st.header("Take it with you", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            start = min(today, max(begun, today - timedelta(days=91)))  # clocks are put back
            first = st.date_input("From", start, max_value=today, format="YYYY-MM-DD", width=160)
            last = st.date_input("To", today, max_value=today, format="YYYY-MM-DD", width=160)
            if first and last and first <= last:
                period_report(user, first, last)
        if first and last and first > last:
            st.caption("The last day lies before the first.")
