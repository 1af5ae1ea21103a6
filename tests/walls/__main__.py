"""`python -m tests.walls`: walks along all walls and says how many attacks were tried; JSON on the last line."""

from __future__ import annotations

import json
import sys
import time

from tests.standins import postgres
from tests.walls import catalogue, walk


def main() -> int:
    here = postgres.server()
    database = postgres.new_database(here)
    began = time.monotonic()
    looked = catalogue.look(here.owner(database))
    walked = walk.walk(here, database)
    again = catalogue.look(here.owner(database))
    faults = [*looked.faults, *again.faults, *walked.breaches]
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    told = {
        "tables": looked.tables,
        "catalogue_checks": looked.checks,
        "verbs": len(walked.tries),
        "ways": len(walked.ways),
        "attacks": walked.total,
        "attacks_by_verb": dict(walked.tries),
        "breaches": len(faults),
        "seconds": round(time.monotonic() - began, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
