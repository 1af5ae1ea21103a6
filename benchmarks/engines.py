"""Speech models for benchmarks: a folder that is here, or one of true size made on the spot."""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.measuring import tell
from benchmarks.random_model import SIZES, make
from services.adapters.whisper import WhisperEngine
from services.ports import SpeechEngine
from services.speech.model import Report, SpeechModel
from services.speech.windows import TokenBudget
from tests.spoken import MODEL

# Of a second of English speech: 150 words a minute at 1.35 tokens. A model with random weights never
# ends by itself, so this is how long its decodes are, ours and everybody else's.
TOKENS_PER_S = 3.4
_MARGIN_S = 1.28  # of silence after a window: 64 places of the encoder, what ordinary weights need
_LOAD_WITHIN = 180.0  # s


def add_options(options: argparse.ArgumentParser) -> None:
    options.add_argument("--json", action="store_true", help="the default; kept for symmetry")
    options.add_argument("--model", type=Path, help="a folder in faster-whisper's format")
    options.add_argument("--size", choices=SIZES, help="random weights of this size instead")


@contextmanager
def folder_of(options: argparse.Namespace) -> Iterator[Path]:
    """The folder that the options name: the tests' own model if none."""
    if options.size is None:
        yield options.model or MODEL
        return
    with tempfile.TemporaryDirectory() as made:
        tell(f"making a model of {options.size} size")
        yield make(Path(made) / options.size, options.size, natural=True)


def loaded(folder: Path, *, natural: bool) -> SpeechModel:
    """The product's model on a folder, ready. Raises `RuntimeError` with what is wrong.

    `natural` weights get a fixed margin and a fixed length of text: nothing about them is worth learning.
    """
    load: Callable[[Path], SpeechEngine] = WhisperEngine
    if natural:
        load = partial(
            WhisperEngine,
            margin_s=_MARGIN_S,
            tokens=TokenBudget(per_second=TOKENS_PER_S, extra=2, strict=True),
            recheck=False,
        )
    ready = threading.Event()
    model = SpeechModel(str(folder.resolve()), cache_dir=folder, load=load, download=_never)
    model.on_ready(ready.set)
    model.load_if_here()
    if not ready.wait(_LOAD_WITHIN):
        status = model.status()
        raise RuntimeError(f"{folder} is no speech model: {status.problem} {status.remedy}")
    return model


def _never(name: str, folder: Path, report: Report) -> None:
    raise RuntimeError(f"a benchmark downloads nothing, not even {name}")
