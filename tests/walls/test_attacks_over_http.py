"""The routes of the real server, as an attacker meets them: no browser between, so no rule of a browser's."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from pages.account.routes import routes
from services.accounts.logins import Logins
from services.domain import AnswerMode
from services.storage.clock import utc_now
from services.storage.database import open_database
from services.storage.store import Store
from tests.browser import server
from tests.browser.server import Server
from tests.logs import said, secret
from tests.services.storage.stored import a_user, an_interview

COOKIE = "interview_login"
OURS = {"sec-fetch-site": "same-origin"}
JSON = {"content-type": "application/json"}
# How each route answers a page elsewhere. A new route must be thought about before it is here.
PUBLIC, REFUSED = (200,), (403,)
FROM_ELSEWHERE: dict[str, tuple[str, tuple[int, ...]]] = {
    "/auth/exchange": ("POST", REFUSED),
    "/auth/arrived": ("POST", REFUSED),
    "/auth/known": ("GET", REFUSED),
    "/auth/sign-out": ("POST", REFUSED),
    "/api/health": ("GET", PUBLIC),
    "/recordings/{answer_id}": ("GET", REFUSED),
    "/recordings/{answer_id}/video": ("GET", REFUSED),
    "/recordings/{answer_id}/thumbnail": ("GET", REFUSED),
    "/shared-recordings/{answer_id}": ("GET", REFUSED),
    "/shared-recordings/{answer_id}/video": ("GET", REFUSED),
    "/account/data.zip": ("GET", REFUSED),
    "/report/interview/{name}": ("GET", REFUSED),
    "/report/period.{form}": ("GET", REFUSED),
}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Site:
    """The running app and the database below it."""

    app: Server
    logins: Logins
    store: Store
    people: dict[str, UUID] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """The path goes out as it is: nothing tidies it up on the way."""
        connection = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host="host" in headers)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body or method in ("POST", "PUT"):
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.msg, answer.read(1_000_000))
        finally:
            connection.close()

    def trade(self, ticket: object, **headers: str) -> Answer:
        body = json.dumps({"ticket": ticket}).encode()
        return self.ask("POST", "/auth/exchange", body, **{**OURS, **JSON, **headers})

    def cookie(self, name: str) -> str:
        """The cookie that the real exchange sets for this person's new sign-in."""
        tab = secret(self.logins.open(self.people[name]))
        return self.traded(secret(self.logins.issue_ticket(tab)))

    def traded(self, ticket: str, **headers: str) -> str:
        answer = self.trade(ticket, **headers)
        assert answer.status == 200
        [ours] = [c for c in answer.headers.get_all("set-cookie", []) if c.startswith(COOKIE)]
        return secret(ours.split(";")[0].removeprefix(f"{COOKIE}="))

    def known(self, cookie: str) -> bool:
        answer = self.ask("GET", "/auth/known", **OURS, cookie=f"{COOKIE}={cookie}")
        return bool(json.loads(answer.body)["known"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("http") / "data"
    running = server.start(data)
    engine = open_database(f"sqlite:///{data / 'interviews.db'}")
    made = Site(running, Logins(engine), Store(engine))
    made.people = {name: a_user(engine, name) for name in ("Ada", "Eve\r\nSet-Cookie: planted=1")}
    made.people["Eve"] = made.people.pop("Eve\r\nSet-Cookie: planted=1")
    yield made
    engine.dispose()
    running.stop()


def addressed(path: str) -> str:
    return path.replace("{answer_id}", str(uuid4()))


@pytest.mark.parametrize("path", [route.path for route in routes])
@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_no_route_acts_for_a_page_elsewhere(site: Site, path: str, where: str) -> None:
    """Also with the candidate's cookie, which a browser would not even send along."""
    assert path in FROM_ELSEWHERE, f"{path} is new: say how it answers a page elsewhere"
    method, expected = FROM_ELSEWHERE[path]
    cookie = site.cookie("Ada")
    tab = site.logins.open(site.people["Ada"])
    ticket = secret(site.logins.issue_ticket(tab))
    body = json.dumps({"ticket": ticket}).encode() if method == "POST" else b""
    kinds = ("application/json", "text/plain", "application/x-www-form-urlencoded", "")
    for kind in kinds if method == "POST" else ("",):
        answer = site.ask(
            method, addressed(path), body, cookie=f"{COOKIE}={cookie}",
            sec_fetch_site=where, origin="https://evil.example", content_type=kind,
        )  # fmt: skip
        assert answer.status in expected
        assert not answer.headers.get_all("set-cookie")
        assert "access-control-allow-origin" not in answer.headers
        assert "evil.example" not in str(answer.headers)
    assert site.known(cookie)  # nobody was signed out
    assert site.trade(ticket).status == 200  # and no ticket was used up


@pytest.mark.parametrize(
    "path", [p for p, (method, _) in FROM_ELSEWHERE.items() if method == "POST"]
)
def test_what_changes_something_needs_the_browsers_word_and_json(site: Site, path: str) -> None:
    assert (
        site.ask("POST", path, b"{}", **JSON).status == 403
    )  # no Sec-Fetch-Site: no browser of today
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert site.ask("POST", path, b"{}", **OURS, content_type=kind).status == 415
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert site.ask(method, path, **OURS).status not in (201, 204, 302, 303, 307, 500)


@pytest.mark.parametrize(
    "ticket",
    [
        *("", " ", "guessed", "' OR '1'='1", "%", "_" * 43, "\x00", "é" * 43, "A" * 4_000),
        *(None, 0, True, [], {}, ["a"], {"$ne": ""}),
    ],
)
def test_a_forged_ticket_is_worth_nothing(site: Site, ticket: object) -> None:
    answer = site.trade(ticket)
    assert answer.status in (400, 403)
    assert not answer.headers.get_all("set-cookie")


def test_a_ticket_is_worth_one_cookie_and_only_for_seconds(site: Site) -> None:
    ticket = secret(site.logins.issue_ticket(site.logins.open(site.people["Ada"])))
    assert site.trade(ticket).status == 200
    assert site.trade(ticket).status == 403
    earlier = Logins(site.logins._engine, now=lambda: utc_now() - timedelta(seconds=31))
    late = secret(earlier.issue_ticket(earlier.open(site.people["Ada"])))
    assert site.trade(late).status == 403
    ended = site.logins.open(site.people["Ada"])
    void = secret(site.logins.issue_ticket(ended))
    site.logins.revoke(ended)
    assert site.trade(void).status == 403


def test_the_secret_of_a_tab_or_a_fingerprint_is_no_ticket(site: Site) -> None:
    from services.accounts.secret import fingerprint

    tab = secret(site.logins.open(site.people["Ada"]))
    ticket = secret(site.logins.issue_ticket(tab))
    for other in (tab, fingerprint(tab), fingerprint(ticket)):
        assert site.trade(other).status == 403
    assert not site.known(fingerprint(tab))


def test_a_cookie_that_was_stolen_is_worthless_after_sign_out(site: Site) -> None:
    cookie = site.cookie("Ada")
    assert site.known(cookie)
    answer = site.ask("POST", "/auth/sign-out", b"{}", **OURS, **JSON, cookie=f"{COOKIE}={cookie}")
    assert answer.status == 200
    assert not site.known(cookie)
    stolen = {"cookie": f"{COOKIE}={cookie}", **OURS}
    assert site.ask("GET", f"/recordings/{uuid4()}", **stolen).status == 404


def test_a_cookie_that_was_planted_before_sign_in_is_worth_nothing_after_it(site: Site) -> None:
    planted = "planted" + "x" * 36
    ticket = secret(site.logins.issue_ticket(site.logins.open(site.people["Ada"])))
    fresh = site.traded(ticket, cookie=f"{COOKIE}={planted}; _streamlit_session={planted}")
    assert fresh != planted
    assert site.known(fresh)
    assert not site.known(planted)


def test_a_sign_in_replaces_what_the_browser_had_and_each_cookie_is_new(site: Site) -> None:
    first, second = site.cookie("Ada"), site.cookie("Ada")
    assert first != second
    assert len(first) == len(second) == 43


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(site: Site) -> None:
    def cookie(**headers: str) -> str:
        ticket = secret(site.logins.issue_ticket(site.logins.open(site.people["Ada"])))
        answer = site.trade(ticket, **headers)
        [ours] = [c for c in answer.headers.get_all("set-cookie", []) if c.startswith(COOKIE)]
        return ours.split(";", 1)[1].lower()

    plain, proxied = cookie(), cookie(x_forwarded_proto="https")
    for wanted in ("httponly", "samesite=lax", "path=/", "max-age="):
        assert wanted in plain
    assert "domain=" not in plain
    assert "secure" not in plain
    assert "secure" in proxied


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/set-up"),
        ("GET", "/interview?interview=../../etc/passwd"),
        ("GET", "/no/such/page"),
        ("GET", "/app/static/nunito-sans-latin.woff2"),
        ("GET", "/app/static/nothing"),
        ("GET", "/static/nothing.js"),
        ("GET", "/favicon.png"),
        ("GET", "/_stcore/health"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/_stcore/stream"),
        ("GET", "/media/nothing.png"),
        ("GET", "/component/nothing/index.html"),
        ("GET", "/auth/known"),
        ("GET", "/api/health"),
        ("GET", "/recordings/nothing"),
        ("POST", "/auth/exchange"),
        ("PUT", "/auth/exchange"),
        ("POST", "/"),
        ("OPTIONS", "/api/health"),
        ("PUT", "/_stcore/upload_file/nobody/nothing"),
    ],
)
def test_no_answer_of_any_kind_can_be_framed_elsewhere_or_taken_for_another_type(
    site: Site, method: str, path: str
) -> None:
    answer = site.ask(method, path, **OURS)
    assert answer.status < 500
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "microphone=(self)" in answer.headers["permissions-policy"]


def test_answers_about_sign_ins_are_kept_by_no_cache(site: Site) -> None:
    for path in ("/auth/known", "/auth/exchange"):
        assert site.ask("GET", path, **OURS).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        *("/recordings/../interviews.db", "/recordings/..%2finterviews.db"),
        *("/recordings/%2e%2e%2f%2e%2e%2finterviews.db", "/recordings/%00", "/recordings/a%00.flac"),
        *("/app/static/../app.py", "/app/static/..%2fapp.py", "/app/static/%2e%2e/app.py"),
        *("/app/static/..%5capp.py", "/app/static//etc/passwd", "/app/static/%2fetc%2fpasswd"),
        *("/static/../../../../app.py", "/static/..%2f..%2f..%2f..%2fetc%2fpasswd"),
        *("/media/../app.py", "/media/..%2f..%2finterviews.db", "/component/../../app.py"),
        *("/component/streamlit_webrtc.component.webrtc_streamer/..%2f..%2fcomponent.py",),
        *("/component/streamlit_webrtc.component.webrtc_streamer/%2fetc%2fpasswd",),
        *("/../.env", "/.env", "/.git/config", "/app.py", "/data/interviews.db", "/pages/ui/context.py"),
    ],
)  # fmt: skip
def test_no_path_leads_out_of_where_it_should_stay(site: Site, path: str) -> None:
    answer = site.ask("GET", path, **OURS, cookie=f"{COOKIE}={site.cookie('Eve')}")
    assert answer.status < 500
    for inside in (b"SQLite format 3", b"root:", b"import streamlit", b"def webrtc", b"[core]"):
        assert inside not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example", "//evil.example/", "//evil.example/%2e%2e", "/\\evil.example"),
        *("/%5cevil.example", "/https://evil.example/", "/set-up//evil.example/"),
        *("/?next=https://evil.example", "/sign-in?next=//evil.example", "/static//evil.example/"),
        *("/auth/known?redirect_uri=https://evil.example", "/auth/login?redirect=//evil.example"),
        *("/recordings//evil.example/", "/set-up/%0d%0aLocation:%20https://evil.example"),
    ],
)
def test_no_address_of_ours_leads_to_another_site(site: Site, path: str) -> None:
    answer = site.ask("GET", path, **OURS, host="evil.example", x_forwarded_host="evil.example")
    location = answer.headers.get("location", "")
    assert not location.startswith(("//", "/\\", "http://evil", "https://evil", "\\"))
    assert "evil.example" not in location.split("?")[0].removeprefix("/")[:14]
    assert not answer.headers.get("refresh")


def test_ids_of_others_are_answered_like_ids_of_nobody(site: Site) -> None:
    ada = site.people["Ada"]
    question = an_interview(site.store, ada).questions[0]
    answer = site.store.open_answer(ada, question.id, AnswerMode.TYPED)
    site.store.submit(ada, answer.id, said("Nobody but me should ever read this sentence."))
    eve = {"cookie": f"{COOKIE}={site.cookie('Eve')}", **OURS}
    told = [
        site.ask(method, f"/recordings/{name}{below}", **eve, **more)
        for below in ("", "/video", "/thumbnail")
        for name in (answer.id, uuid4(), question.id, ada, "nothing", str(answer.id).upper())
        for more in ({}, {"range": "bytes=0-1"})
        for method in ("GET",)
    ]
    assert {(a.status, a.body) for a in told} == {(404, told[0].body)}
    nobody = site.ask("GET", f"/recordings/{answer.id}", **OURS)
    assert (nobody.status, nobody.body) == (404, told[0].body)


def test_a_download_tells_nothing_of_others_and_takes_no_name_into_its_headers(site: Site) -> None:
    path = "/account/data.zip"
    if path not in [route.path for route in routes]:
        pytest.skip("there is no such download in this version")
    assert site.ask("GET", path, **OURS).status == 401
    assert site.ask("GET", path, sec_fetch_site="cross-site").status == 403
    answer = site.ask("GET", path, **OURS, cookie=f"{COOKIE}={site.cookie('Eve')}")
    assert answer.status == 200
    assert str(site.people["Ada"]).encode() not in answer.body
    assert "planted" not in str(answer.headers)
    assert not [c for c in answer.headers.get_all("set-cookie", []) if "planted" in c]
    assert "\r" not in answer.headers["content-disposition"]


def test_a_body_that_is_no_ticket_is_cut_off_or_refused(site: Site) -> None:
    for body in (b"", b"{}", b"[]", b"\xff", b"null", b'{"ticket": ' + b"[" * 2_000, b"1e999"):
        assert site.ask("POST", "/auth/exchange", body, **OURS, **JSON).status == 400
    assert site.ask("POST", "/auth/exchange", b" " * 5_000, **OURS, **JSON).status == 413


def test_nobody_uploads_without_a_session_and_a_word_of_the_page(site: Site) -> None:
    """Streamlit takes files only from a tab that is open, with its token."""
    for session in (str(uuid4()), "..%2f..%2fetc", "%00"):
        path = f"/_stcore/upload_file/{session}/{uuid4()}"
        for headers in ({}, {"x_xsrftoken": "guessed"}):
            answer = site.ask("PUT", path, b"x" * 100, **OURS, **headers)
            assert 400 <= answer.status < 500


def test_what_the_server_answered_to_all_this_is_no_traceback(site: Site) -> None:
    assert "Traceback" not in site.app.log.read_text()
