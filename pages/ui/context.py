"""What every screen stands on: the services, this tab's state, and who is signed in."""

from __future__ import annotations

import base64
import binascii
import json
import time
from dataclasses import dataclass, field
from uuid import UUID

import streamlit as st

from services.domain import Login, Turn, User
from services.errors import AppError
from services.settings import Settings
from services.wiring import Services, build

ASK_EVERY_S = 5.0  # within one run, and in what is drawn again by itself, an answer so old will do


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
    asked_for: str = ""  # video | audio | file: waits for consent to be recorded


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


@dataclass(frozen=True)
class Door:
    """Where this tab stands between the forms of the front door."""

    step: str = ""  # "" | confirm | forgot | reset
    email: str = ""  # that a code goes to
    said: str = ""  # what the last press led to
    password: str = field(default="", repr=False)  # until the code has come; a reload forgets it


@dataclass(frozen=True)
class Recognised:
    """Whose secret this is, as the database said last."""

    secret: str
    login: Login | None
    at: float  # time.monotonic()


@dataclass
class TabState:
    """All that a browser tab remembers between two runs of its scripts."""

    secret: str = ""  # of the login that this tab opened itself
    ticket: str = ""  # to be traded for the cookie
    errand: str = ""  # "" | sign-in | sign-out | arrived | look: what the cookie's piece does
    signed_out: bool = False  # the cookie of this tab's WebSocket is stale
    cookieless: bool = False  # this browser or host keeps no cookie of ours
    agreed: UUID | None = None  # the user who, as far as this tab knows, agreed to be recorded
    inside: bool = False  # somebody was signed in here at the last run
    recognised: Recognised | None = None
    door: Door = field(default_factory=Door)
    refusal: str = ""  # why somebody whom a provider introduced was not let in
    identity_asked: bool = False  # the account page was opened, to ask about it
    identity_used: bool = False  # who the provider said was here has been dealt with
    leaving_provider: bool = False  # signing out, the provider's own sign-in goes as well
    new_email: str = ""  # that a code was sent to, to be confirmed on the account page
    account_number: int = 0  # another one for every change: the fields are emptied
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
    signed: dict[UUID, tuple[str, float]] = field(default_factory=dict)
    # answer -> address that plays its recording for some minutes, and until when (time.monotonic())
    stage: Stage = field(default_factory=Stage)


def tab() -> TabState:
    """The state of this tab, under one key of Streamlit's session."""
    if "tab" not in st.session_state:
        st.session_state["tab"] = TabState()
    state: TabState = st.session_state["tab"]
    return state


def leave_tab() -> TabState:
    """Begin this tab anew for whoever comes next: what is left is about the browser, and a notice that is
    still to be shown."""
    before = tab()
    left = TabState(
        signed_out=True,
        cookieless=before.cookieless,
        identity_used=before.identity_used,
        notice=before.notice,
    )
    st.session_state["tab"] = left
    return left


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


def login_secret() -> str:
    """The secret of this tab's login, its own or its browser's; empty without one."""
    state = tab()
    return state.secret or ("" if state.signed_out else _cookie_secret())


def current_login(*, anew: bool = False) -> Login | None:
    """The login of this tab. `anew`: as the database says now, which every run asks once, so that a
    revoked login ends; else its answer may be `ASK_EVERY_S` old."""
    state, secret = tab(), login_secret()
    if not secret:
        state.recognised = None
        return None
    last = state.recognised
    if anew or last is None or last.secret != secret or time.monotonic() - last.at > ASK_EVERY_S:
        last = Recognised(secret, services().logins.find(secret), time.monotonic())
        state.recognised = last
    return last.login


def current_user() -> User | None:
    """Who is signed in in this tab."""
    login = current_login()
    return login.user if login else None


def is_operator(user: User) -> bool:
    """Whether this account may see how the server does; a guest never, and nobody by an e-mail that
    could have been confirmed and was not."""
    shown = user.email_verified or not services().accounts.sends_codes
    return shown and user.email is not None and user.email.lower() in services().settings.operators


def require_user() -> User:
    """The signed-in user. Without one the script ends here with the way to sign in."""
    user = current_user()
    if user is None:
        st.info("Please sign in to see this page.")
        if st.button("Go to sign in"):
            st.rerun()
        st.stop()
    return user
