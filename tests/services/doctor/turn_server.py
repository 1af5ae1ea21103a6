"""A TURN server on the loopback that relays nothing and says what it is told to, over UDP and TCP."""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aioice.stun import Class, Message, Method, parse_message

REALM, USER, PASSWORD = "tests", "interview", "hush-hush"
_KEY = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode(), usedforsecurity=False).digest()


@dataclass
class Turn:
    port: int = 0
    relays_at: str = "203.0.113.9"
    refuses: int = 0  # what a right password is answered with
    asks: bool = True  # for a password
    silent: int = 0  # so many datagrams are lost
    asked: list[str] = field(default_factory=list)

    def answer(self, data: bytes, sender: tuple[str, int]) -> bytes | None:
        if self.silent:
            self.silent -= 1
            return None
        request = parse_message(data)
        self.asked.append(request.message_method.name)
        if request.message_method == Method.BINDING:
            return self._reply(request, {"XOR-MAPPED-ADDRESS": sender})
        if self.asks and "USERNAME" not in request.attributes:
            wanted = {"ERROR-CODE": (401, "Unauthorized"), "REALM": REALM, "NONCE": b"once"}
            return self._reply(request, wanted, Class.ERROR)
        if self.asks and not self._knows(request):
            return self._reply(request, {"ERROR-CODE": (401, "Unauthorized")}, Class.ERROR)
        if self.refuses and request.message_method == Method.ALLOCATE:
            return self._reply(request, {"ERROR-CODE": (self.refuses, "No")}, Class.ERROR)
        return self._reply(request, {"XOR-RELAYED-ADDRESS": (self.relays_at, 50_000)})

    def _knows(self, request: Message) -> bool:
        return request.check_message_integrity(_KEY) and request.attributes["USERNAME"] == USER

    def _reply(
        self, request: Message, attributes: dict[str, object], kind: Class = Class.RESPONSE
    ) -> bytes:
        return bytes(Message(request.message_method, kind, request.transaction_id, attributes))


@contextmanager
def a_turn_server() -> Iterator[Turn]:
    turn = Turn()
    udp, tcp = _same_port()
    turn.port = udp.getsockname()[1]
    for wire in (udp, tcp):
        wire.settimeout(0.05)
    over = threading.Event()
    threads = [
        threading.Thread(target=_datagrams, args=(turn, udp, over)),
        threading.Thread(target=_streams, args=(turn, tcp, over)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield turn
    finally:
        over.set()
        for thread in threads:
            thread.join()
        udp.close()
        tcp.close()


def _same_port() -> tuple[socket.socket, socket.socket]:
    """One that is free for both; others may have it for one."""
    for _ in range(50):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(udp.getsockname())
        except OSError:
            udp.close()
    raise RuntimeError("no port is free for UDP and TCP")


def _datagrams(turn: Turn, udp: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        try:
            data, sender = udp.recvfrom(2048)
        except TimeoutError:
            continue
        if (answer := turn.answer(data, sender)) is not None:
            udp.sendto(answer, sender)


def _streams(turn: Turn, tcp: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        try:
            wire, sender = tcp.accept()
        except TimeoutError:
            continue
        wire.settimeout(5)
        with wire, wire.makefile("rb") as read:
            while head := read.read(20):
                data = head + read.read(struct.unpack("!H", head[2:4])[0])
                if (answer := turn.answer(data, sender)) is not None:
                    wire.sendall(answer)
