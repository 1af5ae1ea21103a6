"""A site whose coach is a language model: the real adapter against a scripted model on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.loopback_model import LoopbackModel, loopback_model
from benchmarks.scripted_coach import answer
from tests.pages.conftest import Site, tab_on


@pytest.fixture
def model() -> Iterator[LoopbackModel]:
    with loopback_model(answer) as running:
        yield running


@pytest.fixture
def coached(
    model: LoopbackModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """A guest on a site that pays for a language model."""
    settings = {"GEMINI_API_KEY": "test", "GEMINI_BASE_URL": model.gemini_url}
    with tab_on(tmp_path, monkeypatch, **settings) as site:
        site.enter()
        yield site
