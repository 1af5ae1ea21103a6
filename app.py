"""Start here: the server (routes, middleware) and the site.

`streamlit run app.py` finds `app` by reading this file and serves it; the same file is also the
script that every browser session runs, and runs alone where there is no `st.App` (tests, some hosts).
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:
    from pages.account.routes import lifespan, middleware, routes
    from pages.ui.errors import unexpected
    from pages.ui.kept_presses import keep_presses

    # Until a first session has run st.navigation, Streamlit would take the folder `pages` for its own
    # kind of multipage app, and a deep link to a cold server for a page that does not exist.
    PagesManager.uses_pages_directory = False
    keep_presses()
    app = st.App(
        __file__,
        routes=routes,
        middleware=middleware,
        lifespan=lifespan,
        on_script_error=unexpected,
    )
else:
    from pages.ui.errors import boundary
    from pages.ui.navigation import site

    with boundary(page=True):
        site().run()
