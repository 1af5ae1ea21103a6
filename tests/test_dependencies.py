"""What is installed is what was locked: every package by its version and its hash."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
RUN = ROOT / "requirements-run.lock"  # of the image
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))


def locked(path: Path = LOCK) -> list[tuple[Requirement, list[str]]]:
    """Each package of the lock file with its hashes."""
    text = re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        what, *hashes = re.split(r"\s+--hash=", line)
        found.append((Requirement(what), hashes))
    return found


def pinned(path: Path) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def exactly(requirement: Requirement) -> str:
    [specifier] = requirement.specifier
    assert specifier.operator == "==", requirement
    assert "*" not in specifier.version, requirement
    return specifier.version


def here() -> dict[str, str]:
    """The versions that the lock file names for this machine and this Python."""
    return {
        canonicalize_name(requirement.name): exactly(requirement)
        for requirement, _ in locked()
        if requirement.marker is None or requirement.marker.evaluate()
    }


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_locked_at_that_version(path: Path) -> None:
    """If not: make lock"""
    requirements = pinned(path)
    assert requirements
    for requirement in requirements:
        assert here().get(canonicalize_name(requirement.name)) == exactly(requirement)


def test_every_locked_package_has_its_hashes_and_no_other_address() -> None:
    assert len(locked()) > 100
    for requirement, hashes in locked():
        exactly(requirement)
        assert requirement.url is None
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", hashed) for hashed in hashes), requirement


def test_the_image_gets_what_was_tested_and_nothing_that_only_tests_need() -> None:
    """If not: make lock"""
    tested = {(r.name, str(r.specifier)): set(hashes) for r, hashes in locked()}
    image = {(r.name, str(r.specifier)): set(hashes) for r, hashes in locked(RUN)}
    assert {key: tested.get(key) for key in image} == image
    names = {canonicalize_name(name) for name, _ in image}
    assert {canonicalize_name(r.name) for r in pinned(ROOT / "requirements.txt")} <= names
    only_tests = {canonicalize_name(r.name) for r in pinned(ROOT / "requirements-dev.txt")}
    assert "pytest" in only_tests - names


def test_what_is_installed_is_what_was_locked() -> None:
    """If not: make test installs it."""
    other = {
        name: (wanted, version(name)) for name, wanted in here().items() if version(name) != wanted
    }
    assert other == {}


def test_a_host_that_reads_only_one_file_reads_the_right_one() -> None:
    """Streamlit Community Cloud takes these before requirements.txt."""
    for name in ("uv.lock", "Pipfile", "environment.yml"):
        assert not (ROOT / name).exists()
