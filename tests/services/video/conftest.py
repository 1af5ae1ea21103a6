"""A folder for the video of one answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.video import video_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return video_folder(tmp_path / "answer.pcm")
