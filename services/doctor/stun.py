"""Asks a STUN or TURN server as a browser would, over UDP, TCP or TLS (RFC 8489, 8656)."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from aioice.stun import Class, Message, Method, parse_message

from services.errors import AppError

TRIES = 3  # a datagram may be lost
WAIT_S = 1.0  # for each of them; a server that takes longer spoils any conversation
_UDP = 0x11000000  # the transport that is asked for between the server and the other side
_URL = re.compile(r"(stuns?|turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?")

Address = tuple[str, int]
Exchange = Callable[[Message], Message]


@dataclass(frozen=True, slots=True)
class Place:
    """A server as `iceServers` spells it."""

    relays: bool  # TURN
    tls: bool
    host: str
    port: int
    transport: str  # udp | tcp


def place_of(url: str) -> Place:
    """Raises `AppError` for what no browser would take."""
    parts = _URL.fullmatch(url.strip())
    if parts is None:
        raise AppError(
            "The address of an ICE server is none.",
            "It looks like stun:host:3478, turn:host:3478 or turns:host:5349?transport=tcp.",
        )
    scheme, host, port, transport = parts.groups()
    tls = scheme.endswith("s")
    return Place(
        relays=scheme.startswith("turn"),
        tls=tls,
        host=host.strip("[]"),
        port=int(port or (5349 if tls else 3478)),
        transport=transport or ("tcp" if tls else "udp"),
    )


def seen_as(place: Place) -> Address:
    """The address that a STUN server sees us come from. Raises `AppError`."""
    with _connected(place) as exchange:
        reply = exchange(Message(Method.BINDING, Class.REQUEST))
    return _address(reply, "XOR-MAPPED-ADDRESS")


def relayed(place: Place, username: str, credential: str) -> Address:
    """Where a TURN server would relay for us; given up again at once. Raises `AppError`."""
    with _connected(place) as exchange:
        refusal = exchange(_allocation())
        if refusal.message_class == Class.RESPONSE:
            raise AppError(
                "It relays for anybody, without a password.",
                "Make it ask for one, or strangers will use it for theirs.",
            )
        realm, nonce = refusal.attributes.get("REALM"), refusal.attributes.get("NONCE")
        if not isinstance(realm, str) or nonce is None:
            raise _refused(refusal)
        key = hashlib.md5(
            f"{username}:{realm}:{credential}".encode(), usedforsecurity=False
        ).digest()
        known = {"USERNAME": username, "REALM": realm, "NONCE": nonce}
        granted = exchange(_signed(_allocation(), known, key))
        if granted.message_class != Class.RESPONSE:
            raise _refused(granted)
        release = Message(Method.REFRESH, Class.REQUEST, attributes={"LIFETIME": 0})
        exchange(_signed(release, known, key))
    return _address(granted, "XOR-RELAYED-ADDRESS")


def _allocation() -> Message:
    return Message(Method.ALLOCATE, Class.REQUEST, attributes={"REQUESTED-TRANSPORT": _UDP})


def _signed(message: Message, known: dict[str, Any], key: bytes) -> Message:
    message.attributes.update(known)
    message.add_message_integrity(key)
    return message


def _refused(reply: Message) -> AppError:
    code, _reason = reply.attributes.get("ERROR-CODE", (0, ""))
    if code in (401, 403, 441):
        return AppError(
            f"It refuses the username or the credential ({code}).",
            "Correct them in ICE_SERVERS; a TURN provider's expire, so let them be fetched.",
        )
    if code == 486:
        return AppError(
            "Its quota is used up (486).", "Raise user-quota and total-quota of coturn."
        )
    return AppError(f"It does not relay ({code or 'no reason'}).", "Read the server's own log.")


def _address(reply: Message, name: str) -> Address:
    found = reply.attributes.get(name)
    if not found:
        raise AppError("What answers is no STUN server.", "Check host and port.")
    return str(found[0]), int(found[1])


@contextmanager
def _connected(place: Place) -> Iterator[Exchange]:
    try:
        opened = _datagrams(place) if place.transport == "udp" else _stream(place)
        with closing(opened):
            ask = _ask_datagram if place.transport == "udp" else _ask_stream
            yield lambda message: ask(opened, message)
    except OSError as failure:
        raise AppError(
            f"{place.host}:{place.port} does not answer over {place.transport.upper()} "
            f"({type(failure).__name__}).",
            "Check the address, and that firewalls let this port through.",
        ) from None


def _datagrams(place: Place) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(
        place.host, place.port, type=socket.SOCK_DGRAM
    )[0]
    made = socket.socket(family, kind)
    made.settimeout(WAIT_S)
    made.connect(address)
    return made


def _stream(place: Place) -> socket.socket:
    made = socket.create_connection((place.host, place.port), timeout=TRIES * WAIT_S)
    if not place.tls:
        return made
    return ssl.create_default_context().wrap_socket(made, server_hostname=place.host)


def _ask_datagram(wire: socket.socket, message: Message) -> Message:
    """Raises `TimeoutError`."""
    data = bytes(message)
    for _ in range(TRIES):
        wire.send(data)
        until = time.monotonic() + WAIT_S
        while (left := until - time.monotonic()) > 0:
            wire.settimeout(left)
            try:
                answer = wire.recv(2048)
            except TimeoutError:
                break
            if (reply := _reply_to(message, answer)) is not None:
                return reply
    raise TimeoutError


def _ask_stream(wire: socket.socket, message: Message) -> Message:
    wire.sendall(bytes(message))
    head = _exactly(wire, 20)
    reply = _reply_to(message, head + _exactly(wire, struct.unpack("!H", head[2:4])[0]))
    if reply is None:
        raise AppError("What answers is no STUN server.", "Check host and port.")
    return reply


def _exactly(wire: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (piece := wire.recv(size - len(data))):
            raise ConnectionError
        data += piece
    return data


def _reply_to(message: Message, data: bytes) -> Message | None:
    """None for what is no answer to this message."""
    try:
        reply = parse_message(data)
    except ValueError:
        return None
    return reply if reply.transaction_id == message.transaction_id else None
