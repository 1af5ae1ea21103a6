"""What every screen stands on: the services, this tab's state, and who is signed in."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from uuid import UUID

import streamlit as st

from services.domain import Turn, User
from services.errors import AppError
from services.settings import Settings
from services.wiring import Services, build


@st.cache_resource(show_spinner=False)
def services() -> Services:
    """The one set of services of this process; safe from any thread."""
    return build(Settings())


@dataclass
class Stage:
    """What this tab does on the interview screen."""

    microphone: str = "off"  # off | video | audio: what we ask the browser for
    asked_at: float = 0.0  # time.monotonic() of the last press of a start button
    source: int = 0  # token of this tab at the live transcript
    connected: bool = False  # sound has arrived since then
    typing: bool = False
    field: str | None = None  # the answer as this tab drew or saved it last
    field_number: int = 0  # another one for every time it was drawn anew
    trouble: str = ""  # name of the browser's last getUserMedia error
    pressed: str = ""  # label of a button that no run has acted on yet
    done: bool = False  # this tab itself submitted or skipped the question
    question_id: UUID | None = None  # the question that the fields above belong to


@dataclass(frozen=True)
class AttachedCV:
    """A CV that was read in this tab, for the questions of the next interview."""

    owner: UUID  # somebody else may sign in in the same tab
    name: str  # of the file
    text: str


@dataclass(frozen=True)
class Considering:
    """An answer that this tab has just submitted, and that a follow-up question may come to."""

    interview_id: UUID
    answer_id: UUID
    since: float  # time.monotonic()


@dataclass
class Talk:
    """A talk with the coach about one rating."""

    turns: tuple[Turn, ...] = ()
    asked: str = ""  # a question that has no whole reply yet
    problem: AppError | None = None  # why it has none


@dataclass
class TabState:
    """All that a browser tab remembers between two runs of its scripts."""

    secret: str = ""  # of the login that this tab opened itself
    ticket: str = ""  # to be traded for the cookie
    signed_out: bool = False  # the cookie of this tab's WebSocket is stale
    notice: str = ""  # shown once on the next screen
    cv: AttachedCV | None = None
    cv_problem: str = ""  # why the last file could not be read
    cv_number: int = 0  # another one for every file: the field lets go of what was read
    key_problem: str = ""  # why the last key was not taken; the key itself is not kept here
    key_number: int = 0  # another one for every key: the field is emptied
    considering: Considering | None = None
    told: dict[UUID, UUID] = field(default_factory=dict)  # interview -> question beside which its
    # plan's problem was said
    editing: UUID | None = None  # interview whose questions are being edited
    edit_problem: str = ""  # why the last change to them was not made
    own_number: int = 0  # another one for every question added: the field is emptied
    talks: dict[UUID, Talk] = field(default_factory=dict)  # by rating
    play_from: dict[UUID, tuple[float, int]] = field(default_factory=dict)
    # answer -> second of its recording to play from, and how often that was pressed
    stage: Stage = field(default_factory=Stage)


def tab() -> TabState:
    """The state of this tab, under one key of Streamlit's session."""
    if "tab" not in st.session_state:
        st.session_state["tab"] = TabState()
    state: TabState = st.session_state["tab"]
    return state


def login_cookie_name() -> str:
    """`__Host-` binds the cookie to this very host, where HTTPS allows it."""
    return "__Host-login" if services().settings.secure_cookies else "interview_login"


def _cookie_secret() -> str:
    """The login secret that the browser sent when it connected.

    Hosts that strip unknown cookies (Streamlit Community Cloud) leave `_streamlit_session` through,
    which holds the same secret. Its signature needs no check: the secret is looked up by its hash.
    """
    if direct := st.context.cookies.get(login_cookie_name()):
        return str(direct)
    packed = st.context.cookies.get("_streamlit_session", "")
    try:
        content = json.loads(base64.b64decode(str(packed).rsplit(".", 2)[0]))
        return str(content.get("login", ""))
    except (binascii.Error, ValueError, AttributeError):
        return ""


def current_user() -> User | None:
    """Who is signed in in this tab; asked anew at every run, so that a revoked login ends at once."""
    state = tab()
    secret = state.secret or ("" if state.signed_out else _cookie_secret())
    login = services().logins.find(secret) if secret else None
    return login.user if login else None


def is_operator(user: User) -> bool:
    """Whether this account may see how the server does; a guest never."""
    return user.email is not None and user.email.lower() in services().settings.operators


def require_user() -> User:
    """The signed-in user. Without one the script ends here with the way to sign in."""
    user = current_user()
    if user is None:
        st.info("Please sign in to see this page.")
        if st.button("Go to sign in"):
            st.rerun()
        st.stop()
    return user
