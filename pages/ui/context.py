"""What every screen stands on: the services, this tab's state, and who is signed in."""

from __future__ import annotations

import base64
import binascii
import json
import time
from dataclasses import dataclass, field
from uuid import UUID

import streamlit as st

from pages.ui.sinks import Sinks
from services.delivery.pace import Tempo
from services.domain import Login, MentorNote, Preferences, Turn, User
from services.errors import AppError
from services.settings import Settings
from services.speech.echo import Echo
from services.video import Filming, Room
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
    film_room: Room | None = None  # for pictures at that press; None: none is wanted
    film_unsure: bool = False  # nobody could say then
    film_asked: float = 0.0  # time.monotonic() when that was asked last
    film_sent: bool = False  # this tab's browser was last told to send its picture
    filming: Filming | None = None  # the connection whose picture is kept, or was
    sinks: Sinks = field(default_factory=Sinks, compare=False)  # of its connection
    connected: bool = False  # sound has arrived since then
    typing: bool = False
    field: str | None = None  # the answer as this tab drew or saved it last
    field_number: int = 0  # another one for every time it was drawn anew
    trouble: str = ""  # name of the browser's last getUserMedia error
    pressed: str = ""  # label of a button that no run has acted on yet
    done: bool = False  # this tab itself submitted or skipped the question
    question_id: UUID | None = None  # the question that the fields above belong to
    again: UUID | None = None  # another attempt at it, beside the interview's own course
    advice: str | None = None  # that the attempt before it got; None: not looked up
    asked_for: str = ""  # video | audio | file: waits for consent to be recorded
    hints: int = 0  # that were asked for
    uploading: bool = False  # a recording is to be chosen
    upload_number: int = 0  # another one for every file: the field lets go of it
    upload_taken: bool = False  # a file is being read
    upload_problem: AppError | None = None  # why the last file was not taken
    upload_refused: str = ""  # that file: it stays in its field, and is tried again at a press


@dataclass
class DeviceCheck:
    """What this tab has found out about microphone, camera and connection. Of the sound nothing is kept
    beyond this."""

    stage: Stage = field(default_factory=Stage)  # of the devices, as on the interview screen
    echo: Echo = field(default_factory=Echo, compare=False)
    words: str | None = None  # that the speech model heard; None: not asked yet
    problem: AppError | None = None  # why it could not be asked
    asked: bool = False  # three seconds have been taken, and played back
    leaving: bool = False  # the button was pressed


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
class Noted:
    """What a mentor said about an answer: as this tab found it, and as it was kept last."""

    found: MentorNote | None
    kept: tuple[str, dict[str, int], str]  # name, levels, note


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


@dataclass(frozen=True)
class Course:
    """Where a tab was last sent."""

    url: str
    query: dict[str, str]
    origins: frozenset[str]  # addresses of screens that it left on the way
    since: float  # time.monotonic()


@dataclass
class TabState:
    """All that a browser tab remembers between two runs of its scripts."""

    at: str = field(default="", compare=False)  # address of the screen that was drawn last
    course: Course | None = None
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
    going: tuple[UUID, str] | None = (
        None  # a one-way interview that goes on by itself here, and what
    )
    # it asks the browser for (as in `Stage.microphone`)
    immediate: tuple[UUID, UUID] | None = (
        None  # an interview, and its question whose feedback is read now
    )
    told: dict[UUID, UUID] = field(default_factory=dict)  # interview -> question beside which its
    # plan's problem was said
    editing: UUID | None = None  # interview whose questions are being edited
    edit_problem: str = ""  # why the last change to them was not made
    own_number: int = 0  # another one for every question added: the field is emptied
    talks: dict[UUID, Talk] = field(default_factory=dict)  # by rating
    play_from: dict[UUID, tuple[float, int]] = field(default_factory=dict)
    # answer -> second of its recording to play from, and how often that was pressed
    signed: dict[str, tuple[str, float]] = field(default_factory=dict)
    # answer, or its video or still -> address that plays it for some minutes, and until when
    # (time.monotonic())
    held: dict[str, bytes] = field(default_factory=dict)
    # the same, where it has no address -> its file
    drawn_anew: int = (
        0  # how often a player asked for an address that works: what is drawn differs then
    )
    stage: Stage = field(default_factory=Stage)
    check: DeviceCheck = field(default_factory=DeviceCheck)
    devices_checked: bool = False  # or not wanted: it is not offered again
    tempo: Tempo = field(default_factory=Tempo)  # of what is being said
    self_skipped: set[UUID] = field(default_factory=set)  # answers that were not rated by oneself
    sharing: UUID | None = None  # interview whose links are being looked at
    new_link: tuple[UUID, str] | None = None  # a share and its address, which is shown only now
    share_number: int = 0  # another one for every link: the fields are emptied
    mentor: dict[UUID, str] = field(
        default_factory=dict
    )  # share -> first name of whoever opened it
    revealed: set[UUID] = field(default_factory=set)  # answers whose rating they asked to see
    notes: dict[tuple[UUID, UUID], Noted] = field(default_factory=dict)  # by share and answer


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


def preferences() -> Preferences:
    """What who is signed in here switched on or off; it comes with the login, so it costs nothing."""
    login = current_login()
    return login.preferences if login else Preferences()


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
