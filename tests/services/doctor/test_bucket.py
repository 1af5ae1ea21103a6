"""The doctor at the place of recordings: a real S3 on the loopback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
import pytest

from services.doctor import bucket
from services.doctor.case import Case
from services.doctor.findings import State
from tests.services.doctor.cases import a_case, a_server, named, worries
from tests.standins.bucket import KEY_ID, NAME, PLACE, REGION, SECRET, Bucket

_OPEN = f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/{REGION}/s3/aws4_request, SignedHeaders=host, Signature=0"


class Doors(Bucket):
    """`open` lets everybody in who has no signature at all; `keeping` deletes nothing."""

    open = False
    keeping = False

    def _door(self, environ: WSGIEnvironment, respond: StartResponse) -> Iterable[bytes]:
        if self.keeping and environ["REQUEST_METHOD"] in ("DELETE", "POST"):
            respond("200 OK", [("content-type", "application/xml")])
            return [b"<DeleteResult/>"]
        if self.open and "X-Amz-Signature" not in environ["QUERY_STRING"]:
            environ.setdefault("HTTP_AUTHORIZATION", _OPEN)
        return super()._door(environ, respond)


@pytest.fixture(scope="module")
def running() -> Iterator[Doors]:
    made = Doors()
    yield made
    made.stop()


@pytest.fixture
def place(running: Doors) -> Doors:
    running.open = running.keeping = False
    running.start()
    return running


def of(place: Bucket, folder: Path, url: str = PLACE, secret: str = SECRET, **more: str) -> Case:
    return a_case(
        folder,
        recordings_url=url,
        recordings_endpoint=place.endpoint,
        recordings_region=REGION,
        recordings_key_id=more.pop("key_id", KEY_ID),
        recordings_secret=secret,
        **more,
    )


def objects(place: Bucket) -> int:
    client = boto3.client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )
    return int(client.list_objects_v2(Bucket=NAME)["KeyCount"])


def test_a_bucket_that_is_well_is_left_as_it_was(place: Doors, tmp_path: Path) -> None:
    before = objects(place)
    found = list(bucket.examine(of(place, tmp_path)))
    assert worries(found) == []
    assert len(found) == 4
    assert objects(place) == before


def test_a_bucket_that_is_open_to_everybody_is_a_problem(place: Doors, tmp_path: Path) -> None:
    place.open = True
    assert worries(bucket.examine(of(place, tmp_path))) == ["recordings: closed to the public"]


def test_a_bucket_that_keeps_what_is_deleted_is_a_problem(place: Doors, tmp_path: Path) -> None:
    place.keeping = True
    assert worries(bucket.examine(of(place, tmp_path))) == ["recordings: deletion"]


def test_a_wrong_secret_of_signed_addresses_is_found(place: Doors, tmp_path: Path) -> None:
    found = list(bucket.examine(of(place, tmp_path, secret="wrong")))
    assert "recordings: signed addresses" in worries(found)


def test_a_wrong_key_and_a_wrong_bucket_are_told_apart(place: Doors, tmp_path: Path) -> None:
    (key,) = bucket.examine(of(place, tmp_path, key_id="nobody"))
    (name,) = bucket.examine(of(place, tmp_path, url="s3://no-such-bucket"))
    assert key.state is name.state is State.PROBLEM
    assert "RECORDINGS_KEY_ID" in key.remedy
    assert "bucket" in name.found


def test_a_store_that_is_away_is_one_problem(place: Doors, tmp_path: Path) -> None:
    place.stop()
    (found,) = bucket.examine(of(place, tmp_path))
    assert found.state is State.PROBLEM
    assert SECRET not in str(found)


def test_the_public_address_of_supabase_is_tried_too(place: Doors, tmp_path: Path) -> None:
    with a_server() as project:
        case = of(place, tmp_path, supabase_url=project.url)
        assert worries(bucket.examine(case)) == []
        (asked,) = [what for what, _headers in project.asked]
        assert asked.startswith(f"GET /storage/v1/object/public/{NAME}/kept/doctor/")
        project.otherwise = (200, "sound")
        assert worries(bucket.examine(case)) == ["recordings: closed to the public"]


def test_a_folder_is_fine_for_one_machine_only(tmp_path: Path) -> None:
    assert worries(bucket.examine(a_case(tmp_path))) == []
    case = a_case(tmp_path, database_url="postgresql://app_backend:p@elsewhere/x")
    assert named("recordings", bucket.examine(case)).state is State.WARNING


def test_an_address_that_is_none_is_a_problem(tmp_path: Path) -> None:
    (found,) = bucket.examine(a_case(tmp_path, recordings_url="ftp://x/y"))
    assert found.state is State.PROBLEM
