"""A press that comes just before another run is asked for is kept.

A run takes what the browser sent in two steps: it begins, and a moment later applies it. Another request in
that moment (the frame of the connection asks for runs of its own, and so does every component that has news)
begins a run with what the browser sent then, and a press in the first is in neither. Streamlit has no way to
change that, so the step is replaced by one that hands the press on to the run that comes instead. For that
both must be on one thread: `runner.fastReruns` is off (.streamlit/config.toml).

Where Streamlit is not as we know it nothing is replaced, and in that moment a press can get lost.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.state.safe_session_state import SafeSessionState

log = logging.getLogger(__name__)

TRIED = "1.67."  # versions of Streamlit that this was tried on


def keep_presses() -> None:
    """Once in a process, before the first run; again it does nothing."""
    apply = SafeSessionState.on_script_will_rerun
    if hasattr(apply, "__wrapped__"):
        return
    if not fits():
        log.warning(
            "Streamlit %s is not known here: a press may get lost beside another run.",
            streamlit.__version__,
        )
        return
    SafeSessionState.on_script_will_rerun = _handing_on(apply)  # type: ignore[method-assign]


def fits() -> bool:
    """Whether Streamlit is as we know it."""
    merge = getattr(script_requests, "_coalesce_widget_states", None)
    apply = inspect.unwrap(SafeSessionState.on_script_will_rerun)
    return (
        streamlit.__version__.startswith(TRIED)
        and inspect.isfunction(merge)
        and list(inspect.signature(merge).parameters) == ["old_states", "new_states"]
        and list(inspect.signature(apply).parameters)[:2] == ["self", "fresh_widget_states"]
    )


def _handing_on(apply: Callable[..., None]) -> Callable[..., None]:
    """`apply`, but a run that is cut off before it hands its presses on. On the script thread."""

    @functools.wraps(apply)
    def on_script_will_rerun(
        self: SafeSessionState, fresh_widget_states: WidgetStates | None, **rest: Any
    ) -> None:
        try:
            self._yield_callback()
        except RerunException as cut:
            # What the newer request says counts; of the older one only presses are left.
            both = script_requests._coalesce_widget_states(
                fresh_widget_states, cut.rerun_data.widget_states
            )
            raise RerunException(replace(cut.rerun_data, widget_states=both)) from None
        apply(self, fresh_widget_states, **rest)

    return on_script_will_rerun
