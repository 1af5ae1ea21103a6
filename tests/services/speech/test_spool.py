"""Sound on disk: continued, killed, full."""

from __future__ import annotations

import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from services.speech.spool import Spool


def pcm(*values: int) -> bytes:
    return np.array(values, "<i2").tobytes()


def values(spool: Spool, start: int, end: int) -> list[int]:
    return [round(v * 32768) for v in spool.read(start, end)]


def test_what_is_appended_can_be_read_by_sample(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "new" / "a.pcm")
    spool.append(pcm(1, 2, 3))
    spool.append(pcm(4, 5))
    assert spool.length == 5
    assert values(spool, 1, 4) == [2, 3, 4]
    assert values(spool, 3, 8) == [4, 5, 0, 0, 0]


def test_only_the_server_may_read_a_voice(tmp_path: Path) -> None:
    path = tmp_path / "sound" / "a.pcm"
    Spool(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_is_continued_and_half_a_sample_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    path.write_bytes(pcm(1, 2) + b"\x07")
    spool = Spool(path)
    spool.append(pcm(3))
    assert path.read_bytes() == pcm(1, 2, 3)


def test_kill_9_loses_nothing_that_was_appended(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    child = (
        "import os, signal, sys; from pathlib import Path; from services.speech.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1]))\n"
        "for n in range(100): spool.append(bytes([n, 0]) * 320)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", child, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert Spool(path).length == 100 * 320


def test_a_full_disk_is_remembered_and_the_sound_stays_readable(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    path.symlink_to("/dev/full")
    spool = Spool(path)
    spool.append(pcm(1, 2, 3))
    assert spool.trouble is not None
    assert "disk is full" in spool.trouble.message
    assert values(spool, 0, 3) == [1, 2, 3]
    assert spool.unwritten == 6


def test_sound_that_has_become_words_is_not_held_for_a_disk_that_refuses(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    path.symlink_to("/dev/full")
    spool = Spool(path)
    for _ in range(40):
        spool.append(bytes(16_000))
    spool.release(before=spool.length - 8_000)
    assert spool.unwritten < 150_000
    assert spool.trouble is not None


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a file size limit")
def test_when_there_is_room_again_everything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    spool = Spool(path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5, before[1]))  # in the middle of a sample
        spool.append(pcm(1, 2))
        spool.append(pcm(3, 4))
        assert spool.trouble is not None
        assert values(spool, 0, 4) == [1, 2, 3, 4]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    spool.append(pcm(5))
    assert spool.trouble is None
    assert path.read_bytes() == pcm(1, 2, 3, 4, 5)


def test_a_folder_that_cannot_be_made_keeps_the_sound_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    spool = Spool(tmp_path / "file" / "a.pcm")
    spool.append(pcm(1))
    assert spool.trouble is not None
    assert values(spool, 0, 1) == [1]


def test_a_closed_spool_ignores_sound_and_refuses_readers(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a.pcm")
    spool.close()
    spool.close()
    spool.append(pcm(1))
    assert (tmp_path / "a.pcm").stat().st_size == 0
    with pytest.raises(OSError, match="closed"):
        spool.read(0, 1)
