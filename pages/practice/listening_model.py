"""What the candidate should know about the speech model, before and while it comes."""

from __future__ import annotations

import streamlit as st

from pages.ui.context import services
from pages.ui.text import plain


def model_notice() -> None:
    """What the candidate should know about the speech model before they speak."""
    status = services().model.status()
    if status.state == "failed":
        st.warning(
            f"{plain(f'{status.problem} {status.remedy}')} You can speak all the same: the recording is kept and "
            "transcribed when a model is there. Or type your answer."
        )
        if st.button("Try the speech model again"):
            services().model.ensure()
            st.rerun()
    elif status.state == "absent":
        st.info(
            f"The speech model Whisper {plain(status.name)} is not on this server yet. It is downloaded once "
            f"(about {status.size_mb:.0f} MB) when you press start; you can speak meanwhile."
        )


def download_progress() -> None:
    """A bar while the model is downloaded, a word while it is loaded, nothing otherwise."""
    status = services().model.status()
    if status.state == "downloading":
        st.progress(
            status.progress,
            text=f"Downloading the speech model, once: {status.downloaded_mb:.0f} of {status.size_mb:.0f} MB",
        )
    elif status.state == "loading":
        st.caption("Loading the speech model.")
