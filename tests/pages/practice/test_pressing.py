"""A press of a button on the interview screen, whatever comes between the click and the act."""

from streamlit.testing.v1 import AppTest


def screen() -> None:
    import streamlit as st

    from pages.practice.pressing import forget, pressed

    state = st.session_state
    if state.pop("cut off", False):
        st.stop()  # what a run of the connection's does to the run of the click
    if pressed("Go", disabled=state.get("closed", False)):
        state["gone"] = state.get("gone", 0) + 1
    forget()


def gone(tab: AppTest) -> int:
    return int(tab.session_state["gone"]) if "gone" in tab.session_state else 0


def test_one_press_counts_once() -> None:
    tab = AppTest.from_function(screen).run()
    tab.button[0].click().run()
    assert gone(tab) == 1
    tab.run()
    assert gone(tab) == 1


def test_a_press_survives_a_run_that_was_cut_off() -> None:
    tab = AppTest.from_function(screen).run()
    tab.session_state["cut off"] = True
    tab.button[0].click().run()
    assert gone(tab) == 0
    tab.run()
    assert gone(tab) == 1


def test_a_press_of_what_has_closed_meanwhile_is_forgotten() -> None:
    tab = AppTest.from_function(screen).run()
    tab.session_state["closed"] = True
    tab.button[0].click().run()
    tab.session_state["closed"] = False
    tab.run()
    assert gone(tab) == 0
