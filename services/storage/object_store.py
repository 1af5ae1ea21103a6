"""Opens the place of recordings (a folder, S3, what speaks S3) and tells its failures in our words."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import AzureStore, GCSStore, LocalStore, S3Store, from_url

from services.errors import RecordingsAway, StorageError
from services.storage.files import storage_failure
from services.storage.recording_keys import not_found

if TYPE_CHECKING:  # these are names of types only
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

# A recording that cannot be stored waits on disk and one that cannot be read is asked for again, so
# nobody has to wait long: 3 s for a connection, 30 s for 4 MB, and one more try.
CONNECT_S, REQUEST_S, TRIES, TRIES_S = 3, 30, 1, 10
_AWAY = re.compile(
    r"error sending request|(?<!retry_)timed? ?out|connection (closed|reset|refused)|dns error"
    r"|status code: (5\d\d|429)|body error|error decoding response body"
)
_REFUSED = re.compile(r"status code: (401|403)")  # listing has no exception of its own for it


@dataclass(frozen=True, slots=True)
class Access:
    """How a bucket is reached. Empty: as Amazon's own programs find it (environment, machine role)."""

    endpoint: str = ""  # of what is not Amazon's, asked with the bucket in the path
    region: str = "us-east-1"
    key_id: str = ""
    secret: str = field(default="", repr=False)


def open_place(place: str | Path, access: Access) -> ObjectStore:
    """Raises `StorageError` for an address that is none, and for a folder that cannot be used."""
    address = str(place)
    if "://" not in address and not address.startswith("memory:"):
        folder = Path(place).absolute()
        with in_our_words():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(folder, automatic_cleanup=True)
    try:
        if address.startswith("s3://"):
            return _bucket(address, access)
        return from_url(address)
    except (BaseError, ValueError) as failure:
        raise StorageError(
            "RECORDINGS_URL is no place that this program knows.",
            "It looks like s3://bucket/prefix; leave it empty for a folder on this machine.",
        ) from failure


def is_remote(store: ObjectStore) -> bool:
    """Whether it outlives this machine, and browsers can be sent to it."""
    return isinstance(store, S3Store | GCSStore | AzureStore)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Failures of the encoder, the folder and the object store as ours."""
    try:
        yield
    except FileNotFoundError as failure:
        if "NoSuchBucket" in str(failure):
            raise _no_bucket() from failure
        raise not_found() from failure
    except OSError as failure:  # PyAV's failures of files are OSErrors too
        raise storage_failure(failure) from failure
    except (PermissionDeniedError, UnauthenticatedError) as failure:
        raise _refused() from failure
    except BaseError as failure:
        # What follows is for who debugs obstore, and full of words that mean something else here.
        raise _told(str(failure).partition("Debug source")[0]) from failure


def _bucket(address: str, access: Access) -> S3Store:
    named = urlsplit(address)
    if not named.netloc:
        raise ValueError("an address without a bucket")
    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "timeout": timedelta(seconds=REQUEST_S),
        "allow_http": access.endpoint.startswith("http://"),
    }
    retry: RetryConfig = {"max_retries": TRIES, "retry_timeout": timedelta(seconds=TRIES_S)}
    config: S3Config = {
        "region": access.region,
        "virtual_hosted_style_request": not access.endpoint,
    }
    if access.endpoint:
        config["endpoint"] = access.endpoint.rstrip("/")
    if access.key_id:
        config["access_key_id"] = access.key_id
        config["secret_access_key"] = access.secret
    prefix = named.path.strip("/") or None
    return S3Store(
        named.netloc, prefix=prefix, config=config, client_options=client, retry_config=retry
    )


def _told(said: str) -> StorageError:
    if "No space left" in said:  # obstore passes the system's words on, not its number
        return storage_failure(OSError(errno.ENOSPC, ""))
    if "NoSuchBucket" in said:
        return _no_bucket()
    if _REFUSED.search(said):
        return _refused()
    if _AWAY.search(said):
        return RecordingsAway(
            "The store of recordings cannot be reached just now.",
            "Recordings wait on this server and are stored when it is back; try again in a moment.",
        )
    return StorageError(
        "The recordings cannot be reached.", "Try again in a moment; the answer itself is kept."
    )


def _refused() -> StorageError:
    return StorageError(
        "The store of recordings does not accept our key.",
        "Check RECORDINGS_KEY_ID and RECORDINGS_SECRET, and that they may read and write the bucket.",
    )


def _no_bucket() -> StorageError:
    return StorageError(
        "The bucket that RECORDINGS_URL names does not exist.",
        "Create it, closed to the public, or correct RECORDINGS_URL and RECORDINGS_ENDPOINT.",
    )
