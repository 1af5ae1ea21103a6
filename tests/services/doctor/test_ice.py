"""The doctor at STUN and TURN servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.doctor import ice, stun
from services.doctor.case import Case
from services.doctor.findings import Finding, State
from services.errors import AppError
from tests.services.doctor.cases import a_case, a_server, worries
from tests.services.doctor.turn_server import PASSWORD, USER, Turn, a_turn_server


@pytest.fixture
def turn() -> Iterator[Turn]:
    with a_turn_server() as running:
        yield running


def look(folder: Path, url: str, **server: Any) -> Finding:
    entry = {"urls": url, "username": USER, "credential": PASSWORD, **server}
    return list(ice.examine(a_case(folder, ice_servers=[entry])))[-1]


@pytest.mark.parametrize("transport", ["", "?transport=udp", "?transport=tcp"])
def test_a_server_that_relays_is_fine_and_keeps_nothing_of_us(
    turn: Turn, tmp_path: Path, transport: str
) -> None:
    found = look(tmp_path, f"turn:127.0.0.1:{turn.port}{transport}")
    assert found.state is State.OK
    assert turn.relays_at in found.found
    assert turn.asked == ["ALLOCATE", "ALLOCATE", "REFRESH"]  # the last one gives it up


def test_a_stun_server_tells_who_we_are(turn: Turn, tmp_path: Path) -> None:
    assert "127.0.0.1" in look(tmp_path, f"stun:127.0.0.1:{turn.port}").found


def test_a_datagram_that_is_lost_is_sent_again(turn: Turn, tmp_path: Path) -> None:
    turn.silent = 1
    assert look(tmp_path, f"stun:127.0.0.1:{turn.port}").state is State.OK


@pytest.mark.parametrize("credential", ["wrong", ""])
def test_a_wrong_or_missing_password_is_a_problem(
    turn: Turn, tmp_path: Path, credential: str
) -> None:
    found = look(tmp_path, f"turn:127.0.0.1:{turn.port}", credential=credential)
    assert found.state is State.PROBLEM
    assert "credential" in found.found


def test_a_full_server_an_open_one_and_a_refusing_one_are_problems(
    turn: Turn, tmp_path: Path
) -> None:
    turn.refuses = 486
    assert "quota" in look(tmp_path, f"turn:127.0.0.1:{turn.port}").found
    turn.refuses = 508
    assert "508" in look(tmp_path, f"turn:127.0.0.1:{turn.port}").found
    turn.refuses, turn.asks = 0, False
    assert "without a password" in look(tmp_path, f"turn:127.0.0.1:{turn.port}").found


def test_a_relay_at_an_address_that_nobody_reaches_is_a_problem() -> None:
    with pytest.raises(AppError, match="external-ip"):
        ice.must_be_reachable("10.0.0.7", "turn.example.com")
    ice.must_be_reachable("10.0.0.7", "10.0.0.2")  # all of it is within one network
    ice.must_be_reachable("8.8.4.4", "turn.example.com")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_server_that_is_not_there_is_a_problem(tmp_path: Path, transport: str) -> None:
    with a_turn_server() as gone:
        pass
    found = look(tmp_path, f"turn:127.0.0.1:{gone.port}?transport={transport}")
    assert found.state is State.PROBLEM
    assert PASSWORD not in str(found)


@pytest.mark.parametrize("url", ["", "http://turn.example.com", "turn:", "turn:h:1?transport=sctp"])
def test_an_address_that_browsers_refuse_is_a_problem(tmp_path: Path, url: str) -> None:
    assert look(tmp_path, url).state is State.PROBLEM


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("stun:h", stun.Place(False, False, "h", 3478, "udp")),
        ("turns:h?transport=tcp", stun.Place(True, True, "h", 5349, "tcp")),
        ("turn:[::1]:99?transport=tcp", stun.Place(True, False, "::1", 99, "tcp")),
    ],
)
def test_addresses_are_read_as_browsers_read_them(url: str, place: stun.Place) -> None:
    assert stun.place_of(url) == place


def test_a_site_on_the_internet_wants_a_server_that_relays(tmp_path: Path) -> None:
    public = {"public_url": "https://interviews.example.com"}
    assert worries(ice.examine(a_case(tmp_path))) == []
    assert worries(ice.examine(a_case(tmp_path, **public))) == ["ice servers"]


def cloudflare(folder: Path, **environment: str) -> Case:
    return a_case(folder, environment, cloudflare_turn_key_id="key")


def test_servers_of_cloudflare_are_fetched_and_asked(turn: Turn, tmp_path: Path) -> None:
    entry = {"urls": [f"turn:127.0.0.1:{turn.port}"], "username": USER, "credential": PASSWORD}
    with a_server() as provider:
        what = "POST /v1/turn/keys/key/credentials/generate-ice-servers"
        provider.replies[what] = (201, {"iceServers": [entry]})
        given = {"CLOUDFLARE_TURN_KEY_ID": "key", "CLOUDFLARE_TURN_KEY_API_TOKEN": "token"}
        found = list(ice.examine(cloudflare(tmp_path, **given), provider.url))
        assert worries(found) == []
        assert found[-1].name == entry["urls"][0]
        provider.replies[what] = (401, {})
        refused = list(ice.examine(cloudflare(tmp_path, **given), provider.url))
    assert worries(refused) == ["turn from cloudflare"]


def test_a_token_that_only_stands_in_a_file_is_a_problem(tmp_path: Path) -> None:
    assert worries(ice.examine(cloudflare(tmp_path))) == ["turn from cloudflare"]
    assert worries(ice.examine(a_case(tmp_path, twilio_account_sid="AC"))) == ["turn from twilio"]
