"""The process that reads what people upload."""

from __future__ import annotations

from services.speech.uploaded import environment_of


def test_a_reader_runs_in_one_thread_and_knows_no_keys() -> None:
    """On a machine with many cores numpy's threads would take more memory than a reader may have."""
    ours = {"PATH": "/bin", "GEMINI_API_KEY": "secret", "OMP_NUM_THREADS": "64"}
    assert environment_of(ours) == {
        "PATH": "/bin",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
