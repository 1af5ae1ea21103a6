"""The place of recordings: a tiny object is put there, read, asked for without a signature, and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from obstore.store import AzureStore, GCSStore, S3Store

from services.doctor.case import Case
from services.doctor.findings import Finding, State, look, ok, problem, warning
from services.doctor.web import ask
from services.errors import AppError
from services.storage.object_store import Access, in_our_words, open_place

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    Bucket = S3Store | GCSStore | AzureStore

_CONTENT = b"written and deleted by python -m services.doctor"


def examine(case: Case) -> Iterator[Finding]:
    settings = case.settings
    if not settings.recordings_url:
        yield look("recordings", _folder, case)
        return
    access = Access(
        settings.recordings_endpoint,
        settings.recordings_region,
        settings.recordings_key_id,
        settings.recordings_secret.get_secret_value(),
    )
    try:
        place = open_place(settings.recordings_url, access)
    except AppError as error:
        yield problem("recordings", error.message, error.remedy)
        return
    if not isinstance(place, S3Store | GCSStore | AzureStore):
        yield warning(
            "recordings",
            "A place on this machine.",
            "For a bucket: RECORDINGS_URL=s3://bucket/prefix.",
        )
        return
    key = f"doctor/{uuid4()}.txt"
    written = look("recordings", _written, place, key, settings.recordings_url)
    yield written
    if written.state is State.PROBLEM:
        return
    try:
        yield look("recordings: signed addresses", _signed, place, key)
        yield look("recordings: closed to the public", _closed, case, place, key)
    finally:
        yield look("recordings: deletion", _deleted, place, key)


def _folder(case: Case) -> Finding:
    folder = case.settings.data_dir / "recordings"
    if case.settings.database_url.get_secret_value():
        return warning(
            "recordings",
            f"In the folder {folder}.",
            "Other machines cannot play them, and they are lost where the host keeps no files. Set "
            "RECORDINGS_URL to a bucket.",
        )
    return ok("recordings", f"In the folder {folder}.")


def _written(place: ObjectStore, key: str, url: str) -> Finding:
    with in_our_words():
        obstore.put(place, key, _CONTENT)
        same = bytes(obstore.get(place, key).bytes()) == _CONTENT
    if not same:
        return problem(
            "recordings",
            f"{url} gave back something else than was put there.",
            "Check the endpoint.",
        )
    return ok("recordings", f"{url} can be written and read.")


def _signed(place: Bucket, key: str) -> Finding:
    name = "recordings: signed addresses"
    reply = ask("GET", _address(place, key))
    if reply.status != 200:
        return problem(
            name,
            f"A signed address is refused ({reply.status}).",
            "Check RECORDINGS_REGION, and the clock of this machine.",
        )
    return ok(name, "They work; browsers play from the bucket.")


def _closed(case: Case, place: Bucket, key: str) -> Finding:
    """Without a signature nobody may read, neither at the endpoint nor at Supabase's public address."""
    name = "recordings: closed to the public"
    addresses = [_address(place, key).split("?")[0]]
    if case.settings.supabase_url:
        bucket, prefix = _named(case.settings.recordings_url)
        addresses.append(
            f"{case.settings.supabase_url.rstrip('/')}/storage/v1/object/public/{bucket}/{prefix}{key}"
        )
    if any(ask("GET", address).status == 200 for address in addresses):
        return problem(
            name,
            "Whoever guesses an address can hear a recording.",
            "Make the bucket private (Supabase: Storage > bucket > Edit > Public off).",
        )
    return ok(name, "An address without a signature is refused.")


def _deleted(place: ObjectStore, key: str) -> Finding:
    name = "recordings: deletion"
    with in_our_words():
        obstore.delete(place, key)
    with suppress(FileNotFoundError):
        obstore.head(place, key)
        return problem(
            name,
            "What was deleted is still there.",
            "Turn versioning and retention of the bucket off: people may have their recordings deleted.",
        )
    return ok(name, "Allowed.")


def _address(place: Bucket, key: str) -> str:
    with in_our_words():
        return str(obstore.sign(place, "GET", key, timedelta(minutes=1)))


def _named(url: str) -> tuple[str, str]:
    """Bucket and prefix, the latter with its slash."""
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    return parts.netloc, f"{prefix}/" if prefix else ""
