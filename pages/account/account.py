"""Account: who is signed in here and where else, and the ways out."""

import streamlit as st

from pages.account.connections import connections
from pages.account.preferences import preferences
from pages.account.profile import profile
from pages.account.sign_ins import sign_ins
from pages.account.your_data import your_data
from pages.ui.context import require_user, services
from pages.ui.places import SIGN_IN, go
from pages.ui.text import plain

user = require_user()
ways = services().identities.ways_in(user.id)
has_password = ways.auth if services().accounts.sends_codes else ways.password

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
        profile(user, has_password=has_password)
preferences(user)
if not user.guest:
    connections(user, ways.issuers)
sign_ins(user)
your_data(user, has_password=has_password)
