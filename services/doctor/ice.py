"""STUN and TURN servers: whether live sound finds its way between a browser and this server."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from services.doctor import stun
from services.doctor.case import Case
from services.doctor.findings import Finding, look, ok, problem, warning
from services.doctor.web import ask
from services.errors import AppError

CLOUDFLARE = "https://rtc.live.cloudflare.com"
_WITHOUT = (
    "Set ICE_SERVERS or CLOUDFLARE_TURN_KEY_ID with CLOUDFLARE_TURN_KEY_API_TOKEN; until then people "
    "behind firewalls record in the browser and see no words while they speak."
)


def examine(case: Case, cloudflare: str = CLOUDFLARE) -> Iterator[Finding]:
    """`cloudflare` is where its TURN servers are fetched from."""
    servers = list(case.settings.ice_servers)
    if not servers and case.settings.cloudflare_turn_key_id:
        yield look("turn from cloudflare", _fetched, case, cloudflare, servers)
    elif not servers and case.settings.twilio_account_sid:
        yield look("turn from twilio", _twilio, case)
        return
    yield look("ice servers", _enough, case, servers)
    for server in servers:
        for url in _urls(server):
            yield look(url, _server, url, server)


def _fetched(case: Case, cloudflare: str, servers: list[dict[str, Any]]) -> Finding:
    """Fills `servers` in, as streamlit-webrtc gets them: its token is read from the environment alone."""
    name = "turn from cloudflare"
    token = case.secret("CLOUDFLARE_TURN_KEY_API_TOKEN")
    if not token or not case.secret("CLOUDFLARE_TURN_KEY_ID"):
        return problem(
            name,
            "CLOUDFLARE_TURN_KEY_ID and CLOUDFLARE_TURN_KEY_API_TOKEN are not both in the environment.",
            "Set both as variables of the process or as top-level secrets; a file .env is not enough.",
        )
    key = case.settings.cloudflare_turn_key_id
    reply = ask(
        "POST",
        f"{cloudflare}/v1/turn/keys/{key}/credentials/generate-ice-servers",
        headers={"Authorization": f"Bearer {token}"},
        json={"ttl": 60},
    )
    given = reply.said("iceServers")
    if reply.status not in (200, 201) or not given:
        return problem(
            name, f"It gives no servers ({reply.status}).", "Correct the key and its token."
        )
    servers.extend(given if isinstance(given, list) else [given])
    return ok(name, "It gives servers.")


def _twilio(case: Case) -> Finding:
    if not (case.secret("TWILIO_ACCOUNT_SID") and case.secret("TWILIO_AUTH_TOKEN")):
        return problem(
            "turn from twilio",
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not both in the environment.",
            "Set both as variables of the process or as top-level secrets; a file .env is not enough.",
        )
    return ok("turn from twilio", "Both variables are set; the servers were not asked.")


def _enough(case: Case, servers: list[dict[str, Any]]) -> Finding:
    name = "ice servers"
    if any(url.startswith("turn") for server in servers for url in _urls(server)):
        return ok(name, "There is one that relays.")
    if case.on_the_internet:
        return warning(name, "There is no TURN server.", _WITHOUT)
    return ok(name, "No TURN server: enough where browser and server are on one network.")


def _server(url: str, server: dict[str, Any]) -> Finding:
    place = stun.place_of(url)
    if not place.relays:
        return ok(url, f"It sees us as {stun.seen_as(place)[0]}.")
    username, credential = str(server.get("username") or ""), str(server.get("credential") or "")
    if not username or not credential:
        return problem(
            url, "It has no username and credential.", "Add both to its entry in ICE_SERVERS."
        )
    host, _port = stun.relayed(place, username, credential)
    must_be_reachable(host, place.host)
    return ok(url, f"It relays for us at {host}.")


def must_be_reachable(relay: str, server: str) -> None:
    """Raises `AppError` for a relay in a private network whose server is known outside."""
    if ip_address(relay).is_private and not _within(server):
        raise AppError(
            f"It relays at {relay}, which nobody outside reaches.",
            "Set external-ip of coturn to the machine's public address.",
        )


def _urls(server: dict[str, Any]) -> list[str]:
    urls = server.get("urls", [])
    return [urls] if isinstance(urls, str) else [str(url) for url in urls]


def _within(host: str) -> bool:
    """Whether the server itself is only known by an address of a private network, or of this machine."""
    try:
        return ip_address(host).is_private
    except ValueError:  # a name
        return host == "localhost"
