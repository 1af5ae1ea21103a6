"""Checks a deployment and says what to do: `python -m services.doctor [--json] [--call]`.

One line for each check. The exit code is 1 when something is a problem. Nothing is changed but a tiny
object that is put into the bucket of recordings and deleted again, and no secret is ever printed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from pydantic import ValidationError
from pydantic_settings import SettingsError

from services.doctor import examine
from services.doctor.case import Case, environment
from services.doctor.findings import Finding, State, ok, problem
from services.settings import Settings

_COLOURS = {State.OK: "32", State.WARNING: "33", State.PROBLEM: "31"}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_argument(
        "--call", action="store_true", help="ask the language models one question each"
    )
    chosen = options.parse_args()
    findings: list[Finding] = []
    for finding in _findings(calls=chosen.call):
        findings.append(finding)
        if not chosen.json:
            _print(line(finding, coloured=sys.stdout.isatty()))
    counts = {state.value: sum(f.state is state for f in findings) for state in State}
    if chosen.json:
        told = {"findings": [asdict(finding) for finding in findings], "counts": counts}
        _print(json.dumps(told, indent=2))
    else:
        _print(", ".join(f"{count} {state}" for state, count in counts.items()))
    return 1 if counts[State.PROBLEM] else 0


def line(finding: Finding, *, coloured: bool = False) -> str:
    """A finding for people: what it is, how it is, what was found, and what to do below it."""
    state = f"{finding.state.value:<8}"
    if coloured:
        state = f"\x1b[{_COLOURS[finding.state]}m{state}\x1b[0m"
    first = f"{state} {finding.name}: {finding.found}"
    return f"{first}\n         -> {finding.remedy}" if finding.remedy else first


def _findings(*, calls: bool) -> Iterator[Finding]:
    os.environ |= (variables := environment())
    try:
        settings = Settings()
    except (ValidationError, SettingsError) as failure:
        yield from _not_understood(failure)
        return
    yield ok("settings", "All of them are understood.")
    yield from examine(Case(settings, variables, calls=calls))


def _not_understood(failure: ValidationError | SettingsError) -> Iterable[Finding]:
    """Which settings are wrong and why; never their values, which may be secrets."""
    if isinstance(failure, SettingsError):
        yield problem("settings", f"{failure}.", "What is a list there must be written as JSON.")
        return
    for error in failure.errors(include_input=False, include_context=False, include_url=False):
        name = ".".join(str(part) for part in error["loc"]).upper()
        yield problem(
            "settings", f"{name}: {error['msg']}.", "Correct it; README.md lists them all."
        )


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
