"""The ways to take a report along: a menu of the kinds of file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import UUID

import streamlit as st

from pages.ui.context import preferences, services, tab
from pages.ui.phrases import phrases
from pages.ui.report_route import interview_path, period_path, sentences
from pages.ui.requests import serving
from services.domain import User
from services.report.reports import Form, Made

_FORMS: Final = {
    Form.PDF: ("PDF, to read and print", ":material/picture_as_pdf:"),
    Form.LEVELS: ("CSV, a row for each criterion", ":material/table_rows:"),
    Form.ANSWERS: ("CSV, a row for each answer", ":material/table:"),
    Form.JSON: ("JSON, for programs", ":material/data_object:"),
}


def interview_report(user: User, interview_id: UUID, *, kept_back: bool = False) -> None:
    """Of one interview. `kept_back`: some ratings are not shown on the screen yet."""
    zone = st.context.timezone
    skipped = frozenset(tab().self_skipped)
    _menu(
        "Download report",
        lambda form: interview_path(interview_id, form, zone, skipped),
        lambda form: services().reports.interview(
            user.id, interview_id, form, phrases, zone, skipped
        ),
        "Ratings that this page keeps back are not in the report either." if kept_back else "",
    )


def period_report(user: User, first: date, last: date) -> None:
    """Of all interviews from one day to another."""
    zone, skipped = st.context.timezone, frozenset(tab().self_skipped)
    asked = preferences().self_rating
    _menu(
        "Download report",
        lambda form: period_path(first, last, form, zone, skipped),
        lambda form: services().reports.period(
            user.id, first, last, form, sentences, zone, skipped
        ),
        "CSV and JSON leave out ratings of answers that you have not rated yourself."
        if asked
        else "",
    )


def _menu(
    label: str, path: Callable[[Form], str], make: Callable[[Form], Made], note: str = ""
) -> None:
    with st.popover(label, icon=":material/download:"):
        if note:
            st.caption(note)
        for form, (name, icon) in _FORMS.items():
            if serving.is_set() and not tab().cookieless:
                st.link_button(name, path(form), icon=icon, width="stretch")
            else:
                # Nothing but this tab knows who is here, so the file has to pass through it.
                _through_the_tab(name, icon, form, make)


def _through_the_tab(name: str, icon: str, form: Form, make: Callable[[Form], Made]) -> None:
    st.download_button(
        name,
        lambda: b"".join(make(form).pieces),
        file_name=f"report.{form}",
        mime=form.media_type,
        icon=icon,
        on_click="ignore",
        width="stretch",
        key=f"report-{form}",
    )
