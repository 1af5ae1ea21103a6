"""Server time per screen for a candidate with a long history, among 50 such candidates.

    python -m benchmarks.pages --json --interviews 1000 [--users 50] [--visits 20]

Each visit is a full script run of the real site (`app.py`) in this process: sign-in check, navigation,
queries, figures, and the serialised elements that would be sent. Drawing in the browser is not in it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import Engine

from benchmarks.measuring import machine
from benchmarks.querying import SCRIPT_THREAD, Sent, sent_to
from benchmarks.seeding import seed
from services.domain import Job, Setup
from services.storage.database import open_database

ROOT = Path(__file__).parents[1]


def visits(owner: UUID, count: int, sent: Sent) -> dict[str, dict[str, float]]:
    """{screen: median_s, p95_s, and of one visit queries, transactions, round_trips} over `count` visits
    in one tab."""
    from streamlit.testing.v1 import AppTest

    from pages.ui.context import TabState, services
    from pages.ui.requests import serving

    serving.set()  # cookies come back, as they do behind a server
    gc.collect()
    gc.freeze()  # as a server does when it starts
    interviews = services().interviews
    reviewed = services().past.history(owner, limit=2, offset=0)[
        1
    ]  # the newest but one that was seeded
    setup = Setup(job=Job(position="Data engineer"))
    started, typed, spoken = (interviews.start(owner, setup) for _ in range(3))
    interviews.type_instead(owner, typed.questions[0])
    services().spoken.listen(owner, spoken.questions[0])
    screens = {
        "set_up": ("practice/set_up.py", None),
        "interview": ("practice/interview.py", started.id),
        "interview_typing": ("practice/interview.py", typed.id),
        "interview_speaking": ("practice/interview.py", spoken.id),
        "feedback": ("practice/feedback.py", reviewed.id),
        "review": ("practice/review.py", reviewed.id),
        "history": ("progress/history.py", None),
        "progress": ("progress/progress.py", None),
        "account": ("account/account.py", None),
    }
    tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    tab.session_state["tab"] = TabState(secret=services().logins.open(owner))
    tab.run()
    figures: dict[str, dict[str, float]] = {}
    for screen, (script, interview) in screens.items():
        seconds: list[float] = []
        for visit in range(count + 2):  # two visits warm up: imports, templates, the disk's cache
            tab.switch_page(f"pages/{script}")
            if interview:
                tab.query_params["interview"] = str(interview)
            sent.queries.clear()
            sent.transactions = sent.round_trips = 0
            began = time.perf_counter()
            tab.run()
            if visit >= 2:
                seconds.append(time.perf_counter() - began)
            assert not tab.exception, tab.exception
        seconds.sort()
        figures[screen] = {
            "median_s": round(statistics.median(seconds), 4),
            "p95_s": round(seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))], 4),
            "queries": len(sent.queries),
            "transactions": sent.transactions,
            "round_trips": sent.round_trips,
        }
        print(f"{screen}: {figures[screen]}", file=sys.stderr)
    return figures


def _seeded(folder: Path, users: int, interviews: int) -> UUID:
    engine = open_database(f"sqlite:///{folder / 'interviews.db'}")
    print(f"seeding {users} x {interviews} interviews", file=sys.stderr)
    owner = seed(engine, users, interviews)[users // 2]
    engine.dispose()
    return owner


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument("--interviews", type=int, default=1000)
    options.add_argument("--users", type=int, default=50)
    options.add_argument("--visits", type=int, default=20)
    options.add_argument(
        "--owner", type=UUID, help="of a database (DATABASE_URL) that is full already"
    )
    chosen = options.parse_args()
    facts = machine()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        os.environ["SPEECH_MODEL"] = "base.en"  # known and not here: nothing is loaded
        owner = chosen.owner or _seeded(Path(folder), chosen.users, chosen.interviews)
        # A script run outside a server has no session for streamlit-webrtc to attach to.
        with (
            patch("streamlit_webrtc.component.get_this_session_info", lambda: None),
            patch("streamlit_webrtc.shutdown.get_this_session_info", lambda: None),
            sent_to(Engine, by=SCRIPT_THREAD) as sent,
        ):
            figures = visits(owner, chosen.visits, sent)
        from pages.ui.context import services

        services().interviews.shutdown()
    print(
        json.dumps(
            {
                "screens": figures,
                "worst_p95_s": max(f["p95_s"] for f in figures.values()),
                "users": chosen.users,
                "interviews": chosen.interviews,
                **facts,
            }
        )
    )


if __name__ == "__main__":
    main()
