"""The choice of microphone and camera, and what only the browser can find out about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_CHOICE = st.components.v2.component(
    "device_choice",
    html="""
<section class="device-choice" aria-label="Choice of devices">
  <label hidden><span>Microphone</span><select aria-label="Microphone" name="audioinput" data-noun="Microphone"></select></label>
  <label hidden><span>Camera</span><select aria-label="Camera" name="videoinput" data-noun="Camera"></select></label>
</section>""",
    css=(_HERE / "device_check.css").read_text(),
    js=(_HERE / "device_check.js").read_text(),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Facts:
    """What the browser says of itself, so none of it is more than a hint."""

    loud: bool = False
    picture: str = ""
    path: Mapping[str, str] | None = None


def device_facts(press: float) -> Facts:
    """Draw the choice; `press` is another value for every start, after which all is found out anew."""

    def noted() -> None:
        """A change draws the page anew, and that is all."""

    said = _CHOICE(
        data={"press": press},
        key="device_choice",
        on_loud_change=noted,
        on_picture_change=noted,
        on_path_change=noted,
    )
    path = said.path if isinstance(said.path, Mapping) else None
    return Facts(
        said.loud is True,
        str(said.picture or "")[:20],
        {str(name): str(value)[:10] for name, value in path.items()} if path else None,
    )
