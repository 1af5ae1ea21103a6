"""A bucket of the tests' own, as S3 has it (moto's), behind a door that checks keys and signed addresses.

Takes seconds to import, so one for all tests of a module. It can be away and come back, with all it has.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from services.storage.object_store import Access

NAME = "recordings"
REGION, KEY_ID, SECRET = "us-east-1", "stand-in-key", "stand-in-secret"
PLACE = f"s3://{NAME}/kept"


class Bucket:
    """`later` moves the time by which signed addresses are judged."""

    def __init__(self) -> None:
        self.later = timedelta()
        self.asked: list[str] = []  # method and path of every request
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self._port = 0
        self.start()
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
        )
        client.create_bucket(Bucket=NAME)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def access(self) -> Access:
        return Access(self.endpoint, REGION, KEY_ID, SECRET)

    def start(self) -> None:
        """At the same address as before."""
        if self._server is None:
            self._server = make_server(
                "127.0.0.1", self._port, self._door, threaded=True, request_handler=_Quiet
            )
            self._port = self._server.port
            threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Nobody is at the address any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _door(self, environ: WSGIEnvironment, respond: StartResponse) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        if "X-Amz-Signature" in query:
            problem = self._problem_of(environ, query)
        else:
            given = environ.get("HTTP_AUTHORIZATION", "")
            problem = "" if f"Credential={KEY_ID}/" in given else "InvalidAccessKeyId"
        if problem:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            respond("403 Forbidden", [("content-type", "application/xml")])
            return [f"<Error><Code>{problem}</Code></Error>".encode()]
        inner: Callable[[Any, Any], Iterable[bytes]] = self._app
        return inner(environ, respond)

    def _problem_of(self, environ: WSGIEnvironment, query: dict[str, str]) -> str:
        """What S3 would say to a signed address; nothing if it is good."""
        signature = query.pop("X-Amz-Signature")
        signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if datetime.now(UTC) + self.later > signed_at + timedelta(
            seconds=int(query["X-Amz-Expires"])
        ):
            return "AccessDenied"
        canonical = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
            for name, value in sorted(query.items())
        )
        path = quote(environ["PATH_INFO"], safe="/-_.~")
        request = (
            f"{environ['REQUEST_METHOD']}\n{path}\n{canonical}\n"
            f"host:{environ['HTTP_HOST']}\n\nhost\nUNSIGNED-PAYLOAD"
        )
        day, scope = query["X-Amz-Date"][:8], query["X-Amz-Credential"].split("/", 1)[1]
        key = f"AWS4{SECRET}".encode()
        for step in (day, REGION, "s3", "aws4_request"):
            key = hmac.new(key, step.encode(), hashlib.sha256).digest()
        hashed = hashlib.sha256(request.encode()).hexdigest()
        told = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n{hashed}"
        expected = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(expected, signature) else "SignatureDoesNotMatch"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """The tests' own log is enough."""
