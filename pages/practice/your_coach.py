"""Set up: who rates, what they get to see, and a Gemini key of one's own."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from pages.ui.context import services, tab
from pages.ui.text import plain
from pages.ui.wording import (
    MODELS_MAY_LEARN,
    OWN_KEY_MAY_LEARN,
    coach_in_full,
    on_clock,
    receiver,
    spent,
)
from services.domain import User
from services.errors import LanguageModelError
from services.ports import Coach

_LONGEST_KEY = 400  # characters; Google's have 39 to 53


def provider_of(user: User) -> str:
    """Where this candidate's words go: "gemini", "openai" or "offline"."""
    if not services().interviews.coach(user.id).talks:  # a key may be there and be none
        return "offline"
    if _own_key(user):
        return "gemini"
    return services().language_models.provider


def spent_today(user: User) -> str:
    """What is left of today's language model, when that is little; nobody counts an own key."""
    if _own_key(user) or provider_of(user) == "offline":
        return ""
    today = services().spending.today(user.id)
    local = on_clock(today.resets_at, st.context.timezone)
    return spent(today.share, f"{local:%H:%M}{'' if st.context.timezone else ' UTC'}")


def may_learn(user: User) -> str:
    """Said before anything is sent: that Google may train on it. Empty where it does not."""
    if provider_of(user) != "gemini":
        return ""
    if _own_key(user):  # nobody but its owner knows which tier it is on
        return OWN_KEY_MAY_LEARN
    return MODELS_MAY_LEARN if services().settings.gemini_trains else ""


def where_words_go(user: User) -> str:
    """Who rates, and what is sent there for it, in a sentence."""
    provider = provider_of(user)
    if provider == "offline":
        return "Fixed rules on this server rate your words; they are not sent anywhere."
    learning = f" {notice}" if (notice := may_learn(user)) else ""
    return (
        f"To be rated, the text of your answers goes to {plain(receiver(provider, _host()))}, never "
        f"your voice.{learning}"
    )


def your_coach(user: User, coach: Coach) -> None:
    """What is sent to whom once the interview starts, and the expander on the coach."""
    provider = provider_of(user)
    if provider != "offline":
        learning = f" {notice}" if (notice := may_learn(user)) else ""
        st.caption(
            f":material/outgoing_mail: When you start, the job and later your answers go to "
            f"{plain(receiver(provider, _host()))}.{learning}"
        )
    with st.expander("Coach"):
        sentences = coach_in_full(
            coach.label,
            provider,
            model=coach.name if coach.talks else "",
            passes=services().settings.rating_passes,
            host=_host(),
        )
        for sentence in sentences:
            st.caption(plain(sentence))
        if services().settings.own_keys:
            _key_in_use(user) if _own_key(user) else _key_field(user)


def _key_in_use(user: User) -> None:
    st.caption(":material/key: Your own key is in use. Kept in memory only, for this visit.")
    if st.button("Forget my key"):
        services().own_keys.forget(user.id)
        st.rerun()


def _key_field(user: User) -> None:
    """A key is typed, checked with Google, and gone from the field, whatever came of it."""
    state = tab()
    with st.form(f"own-key-{state.key_number}", border=False, clear_on_submit=True):
        typed = st.text_input(
            "Your own Gemini key",
            type="password",
            key=f"own-key-field-{state.key_number}",
            autocomplete="off",
            help="You get one at aistudio.google.com. Questions and ratings then run on your account.",
        )
        pressed = st.form_submit_button("Check and use this key")
        st.caption("Kept in memory only, for this visit.")
    if pressed:
        with st.spinner("Checking your key with Google"):
            state.key_problem = _take(user, (typed or "").strip())
        state.key_number += 1
        st.rerun()  # everything above depends on the coach, and the key must leave Streamlit's memory
    if state.key_problem:
        st.markdown(f":orange[:material/error: {plain(state.key_problem)}]")


def _take(user: User, key: str) -> str:
    """Use this key if it is good; else why it is not."""
    if not key:
        return "Paste your key into the field first."
    if len(key) > _LONGEST_KEY or not key.isascii() or any(c.isspace() for c in key):
        return "This does not look like a Gemini key. Copy it whole from aistudio.google.com."
    try:
        services().language_models.check(key)
    except LanguageModelError as error:
        return f"{error.message} {error.remedy}".strip()
    services().own_keys.keep(user.id, key)
    return ""


def _host() -> str:
    """Of the deployment's language model, where it is not Google's."""
    return urlsplit(services().settings.openai_base_url).hostname or ""


def _own_key(user: User) -> bool:
    return services().settings.own_keys and bool(services().own_keys.of(user.id))
