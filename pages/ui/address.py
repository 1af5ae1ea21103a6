"""Where a browser is, for throttling only."""

from __future__ import annotations

from ipaddress import ip_address

import streamlit as st


def address() -> str:
    """The address of this tab's browser; empty when it is that of a proxy or this machine."""
    return countable(str(st.context.ip_address))


def countable(text: str) -> str:
    """An address that may be counted by; empty for others.

    Behind a proxy everybody has its address: counting by it would let one guesser lock everybody out.
    """
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    return str(found) if found.is_global else ""
