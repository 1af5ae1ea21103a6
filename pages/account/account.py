"""Account: who is signed in here, and the way out."""

import streamlit as st

from pages.account.entering import sign_out
from pages.ui.context import require_user
from pages.ui.places import SIGN_IN, go
from pages.ui.text import plain

user = require_user()

st.title("Account", anchor=False)
with st.container(key="card-account"):
    if user.guest:
        st.markdown(
            "You are here without an account. Only this browser knows you: if you sign out or clear its "
            "cookies, your interviews cannot be reached any more."
        )
        if st.button("Create account", type="primary"):
            go(SIGN_IN)
    else:
        st.markdown(f"Signed in as **{plain(user.name)}**, {plain(user.email or '')}.")
    st.caption("Signing out ends it in every tab and on every device.")
    if st.button("Sign out"):
        sign_out()
