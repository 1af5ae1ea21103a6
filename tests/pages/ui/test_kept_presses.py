"""A press that another run comes in front of."""

from __future__ import annotations

import pytest
import streamlit
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from pages.ui.kept_presses import fits, keep_presses

APPLY = SafeSessionState.on_script_will_rerun
PRESS = WidgetState(id="submit", trigger_value=True)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", APPLY)
    keep_presses()


def sent(*states: WidgetState) -> WidgetStates:
    return WidgetStates(widgets=states)


def cut_off_by(request: Exception) -> SafeSessionState:
    """Another request is there before what the browser sent is applied."""

    def yield_() -> None:
        raise request

    return SafeSessionState(SessionState(), yield_)


@pytest.mark.usefixtures("kept")
def test_it_is_in_the_run_that_comes_instead_and_the_newer_level_counts() -> None:
    newer = RerunData(widget_states=sent(WidgetState(id="level", int_value=4)), query_string="a=1")
    older = sent(PRESS, WidgetState(id="level", int_value=2))
    with pytest.raises(RerunException) as raised:
        cut_off_by(RerunException(newer)).on_script_will_rerun(older)
    comes = raised.value.rerun_data
    assert comes.query_string == "a=1"
    assert comes.widget_states is not None
    found = {state.id: state for state in comes.widget_states.widgets}
    assert (found["submit"].trigger_value, found["level"].int_value) == (True, 4)


@pytest.mark.usefixtures("kept")
def test_a_run_that_is_ended_for_good_ends_and_one_that_is_not_cut_off_applies_it() -> None:
    with pytest.raises(StopException):
        cut_off_by(StopException()).on_script_will_rerun(sent(PRESS))
    state = SessionState()
    SafeSessionState(state, lambda: None).on_script_will_rerun(sent(PRESS))
    assert "submit" in state._new_widget_state.states


def test_where_streamlit_is_not_as_we_know_it_nothing_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert fits()
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", APPLY)
    monkeypatch.setattr(streamlit, "__version__", "9.0.0")
    keep_presses()
    assert SafeSessionState.on_script_will_rerun is APPLY
