"""From process start to the first screen in a browser, and what the server weighs then.

python -m benchmarks.startup --json [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.measuring import machine
from tests.browser import server
from tests.browser.visitor import chromium, new_context

_IMPORT = "import time; t = time.perf_counter(); import pages.ui.navigation; print(time.perf_counter() - t)"


def first_screen(browser: Browser) -> tuple[float, float]:
    """(seconds from process start to a usable sign-in form, MB of the server then)."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        # A model that is known and not here: nothing is loaded, nothing is downloaded.
        running = server.start(Path(folder) / "data", speech_model="base.en")
        try:
            context = new_context(browser)
            page = context.new_page()
            page.goto(running.url)
            page.get_by_role("button", name="Try without an account").first.wait_for()
            seconds = time.perf_counter() - began
            megabytes = psutil.Process(running.process.pid).memory_info().rss / 1e6
            context.close()
            return seconds, megabytes
        finally:
            running.stop()


def cold_import() -> float:
    """Seconds that a new interpreter takes to import the whole site."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True, cwd=server.ROOT
    )
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument("--runs", type=int, default=5)
    runs = options.parse_args().runs
    facts = machine()
    figures = []
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for number in range(runs + 1):  # the first warms the disk's cache and is not counted
            figures.append(first_screen(browser))
            print(f"run {number}: {figures[-1][0]:.2f} s, {figures[-1][1]:.0f} MB", file=sys.stderr)
    counted = figures[1:]
    print(
        json.dumps(
            {
                "first_screen_s": round(statistics.median(s for s, _ in counted), 3),
                "rss_mb": round(statistics.median(mb for _, mb in counted), 1),
                "cold_import_s": round(statistics.median(cold_import() for _ in range(3)), 3),
                "first_screen_uncached_s": round(figures[0][0], 3),
                "runs": runs,
                **facts,
            }
        )
    )


if __name__ == "__main__":
    main()
