"""The button that reads the question aloud, in the browser."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_BUTTON = st.components.v2.component(
    "read_aloud",
    html="""
<button type="button" class="read-aloud"><svg viewBox="0 0 24 24" aria-hidden="true" width="18" height="18"
  fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
  <path d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z"/><path d="M15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"/></svg>
  <span class="label">Read aloud</span></button>""",
    css="""
.read-aloud { display: inline-flex; align-items: center; gap: .5rem; min-height: 44px; padding: 0 1rem; cursor: pointer;
  font: inherit; font-family: var(--st-font); font-size: .875rem; color: var(--st-text-color); background: transparent;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, .5rem); }
.read-aloud:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.read-aloud:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
.read-aloud:disabled { opacity: .5; cursor: not-allowed; }""",
    js=(Path(__file__).parent / "read_aloud.js").read_text(),
    isolate_styles=False,
)


def read_aloud(text: str, language: str = "en") -> None:
    """Draw the button. Reading starts on the click itself, as browsers demand."""
    _BUTTON(data={"text": text, "language": language}, key="read_aloud", width="content")
