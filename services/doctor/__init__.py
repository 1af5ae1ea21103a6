"""Looks at a deployment as a doctor does: every part of it is asked how it is, and nothing is changed but
a tiny object that is put into the bucket and deleted again. `python -m services.doctor` starts it.

findings     what is found: ok, a warning or a problem, and what to do about it
case         what is looked at: settings, environment, the project's own files
connecting   to the database with the app's own login
setup        settings, data folder, addresses, cookies, Streamlit's options
database     its address, encryption, speed, tables; whose login the app uses; then policies
policies     row-level security, tried with the app's own login
supabase     Auth and its key, and what the same key reaches through the project's other interfaces
mails        templates of e-mails with codes
bucket       recordings
models       speech model and language models
ice          STUN and TURN servers; stun is the little client that asks them
web          one HTTP request with a limit
"""

from __future__ import annotations

from collections.abc import Iterator

from services.doctor import bucket, database, ice, mails, models, setup, supabase
from services.doctor.case import Case
from services.doctor.findings import Finding

# In this order for the reader: what everything else stands on comes first.
_PARTS = (setup, database, supabase, mails, bucket, models, ice)


def examine(case: Case) -> Iterator[Finding]:
    """Every finding, one after the other as they are made; takes seconds, a minute where much is away."""
    for part in _PARTS:
        yield from part.examine(case)
