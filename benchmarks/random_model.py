"""Speech models with random weights: true size and true cost, made on the spot without a download.

Two kinds. Plain ones react to every change of their input and say nonsense; they show whether two ways
of running a model give the same. "Natural" ones cost the same, but never stop and never stutter: they
count through a list of made-up words, so that every decode is as long as its budget and no guard
against invented text ever fires; and they find each word where an even speaker would say it. They show
what a load of real speech costs.
"""

from __future__ import annotations

import json
import random
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# Width, encoder layers, decoder layers, heads: openai/whisper's, and one for quick tests.
SIZES = {
    "micro": (64, 2, 2, 2),
    "tiny": (384, 4, 4, 6),
    "base": (512, 6, 6, 8),
    "small": (768, 12, 12, 12),
}
# Whisper's languages in the order of its tokens (openai/whisper tokenizer.py).
_LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg "
    "lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so "
    "af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su"
).split()
_TEXT_TOKENS = 50_257  # of the multilingual models
_MEL_BINS = 80
_POSITIONS = 1_500  # of the encoder: 30 s
_TOKENS_AT_MOST = 448
_WORDS = 4_000  # a natural model knows; more than ever fit into one decode
_SURE = 40.0  # logit of a natural model's next token; the others have some 12 in all
# A natural model's last coordinates say where in the sound a token or a step is, as the cosine and sine
# of the step. A sum of cosines of these waves falls for 50 steps from its one peak, where places agree:
# the three tokens after the end of a sound, too, are nearest to its end.
_WAVES = np.geomspace(120, 1_500, 8, dtype=np.float32)  # steps long
_PLACE = 2 * len(_WAVES)  # coordinates
_PEAK = 10.0  # attention's logit for each wave; half a word away 1.4 less in all, far away 45
_STEPS_PER_TOKEN = 50 / 3.4  # 150 words a minute, as the benchmarks' budget of tokens
_FIRST_ASKED = 3  # position of <|notimestamps|>, which asks for the first word
_LOUD_PLACE = 8.0  # in the encoder, where the sound is some 0.3


def make(folder: Path, size: str, *, seed: int = 0, natural: bool = False) -> Path:
    """Write a multilingual int8 model of `size` (a key of `SIZES`) into `folder`; returns the folder.

    Takes about a second at tiny size. The same seed gives the same model.
    """
    from ctranslate2.specs import whisper_spec

    width, encoders, decoders, heads = SIZES[size]
    spec = whisper_spec.WhisperSpec(encoders, heads, decoders, heads)
    weights = _Weights(width, np.random.default_rng(seed), natural=natural)
    text, special = _text_tokens(seed), _special_tokens()
    vocabulary = [*text, *special, *(f"<|{i * 0.02:.2f}|>" for i in range(1_501))]
    embeddings = weights.matrix(len(vocabulary), width)
    if natural:
        _put_in_order(embeddings, vocabulary, weights)
    weights.encoder(spec.encoder)
    weights.decoder(spec.decoder, embeddings)
    spec.register_vocabulary(vocabulary)
    ends = len(text)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [text.index("Ġ"), ends]
    spec.config.lang_ids = [ends + 2 + i for i in range(len(_LANGUAGES))]
    spec.config.alignment_heads = [
        [layer, head] for layer in range(decoders // 2, decoders) for head in range(heads)
    ]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _write_tokenizer(folder, text, special)
    return folder


class _Weights:
    """Fills the layers of a specification with random numbers."""

    def __init__(self, width: int, dice: np.random.Generator, *, natural: bool) -> None:
        self.width = width
        self.dice = dice
        self.natural = natural
        self.text = width - _PLACE  # coordinates of a natural model that say which token
        self.loud = _SURE * (width * self.text) ** -0.5  # deviation of its embeddings there
        # The blocks of a natural model cost what they cost everywhere and change next to nothing.
        self.gain = 1e-4 if natural else 1.0
        # Coordinates move in two circles of coprime length, so it takes text² / 4 moves to come home.
        half = self.text // 2 - 1 + self.text // 2 % 2
        self.moved = np.concatenate(
            [np.roll(np.arange(half), 1), half + np.roll(np.arange(self.text - half), 1)]
        )

    def matrix(self, rows: int, columns: int, scale: float | None = None) -> Array:
        scale = columns**-0.5 if scale is None else scale
        numbers: Array = self.dice.standard_normal((rows, columns)).astype(np.float32)
        return numbers * np.float32(scale)

    def encoder(self, spec: Any) -> None:
        width = self.width
        spec.conv1.weight = self._kernel(_MEL_BINS)
        spec.conv1.bias = np.zeros(width, np.float32)
        spec.conv2.weight = self._kernel(width)
        spec.conv2.bias = np.zeros(width, np.float32)
        places = self._places(np.arange(_POSITIONS), _LOUD_PLACE)
        spec.position_encodings.encodings = (
            places if self.natural else self.matrix(_POSITIONS, width)
        )
        self._norm(spec.layer_norm)
        for layer in spec.layer:
            self._self_attention(layer.self_attention, self.gain)
            self._feed_forward(layer.ffn, self.gain)

    def decoder(self, spec: Any, embeddings: Array) -> None:
        spec.embeddings.weight = embeddings
        spec.projection.weight = embeddings
        middles = (np.arange(_TOKENS_AT_MOST) - _FIRST_ASKED + 0.5) * _STEPS_PER_TOKEN
        places = self._places(middles, 2**0.5 * self.loud)  # as loud as the tokens
        spec.position_encodings.encodings = (
            places if self.natural else self.matrix(_TOKENS_AT_MOST, self.width, 1.0)
        )
        self._norm(spec.layer_norm)
        for layer in spec.layer:
            self._self_attention(layer.self_attention, self.gain)
            self._cross_attention(layer.attention, self.gain)
            self._feed_forward(layer.ffn, self.gain)
            if self.natural:
                self._look_at_place(layer.attention, spec.num_heads)
        if self.natural:
            self._step_on(spec.layer[-1].ffn)

    def _places(self, steps: NDArray[Any], loud: float) -> Array:
        """A row for each step: waves in the coordinates of places, nothing in those of text."""
        turns = 2 * np.pi * np.asarray(steps)[:, np.newaxis] / _WAVES
        waves = loud * np.hstack([np.cos(turns), np.sin(turns)])
        return np.pad(waves, ((0, 0), (self.text, 0))).astype(np.float32)

    def _look_at_place(self, attention: Any, heads: int) -> None:
        """Make every head of a cross-attention compare the place of the token with that of the step."""
        width, deep = self.width, self.width // heads
        # A norm gives all coordinates a deviation of 1: the encoder's are those of places alone.
        asks, tells = 2**0.5, (2 * width / _PLACE) ** 0.5
        chosen = np.tile(np.eye(deep, _PLACE, dtype=np.float32), (heads, 1))
        queries, keys = attention.linear[0].weight, attention.linear[1].weight[:width]
        queries[:], keys[:] = 0, 0
        queries[:, self.text :] = _PEAK * deep**0.5 / (asks * tells) * chosen
        keys[:, self.text :] = chosen

    def _step_on(self, ffn: Any) -> None:
        """Make the last block turn a token's embedding into that of the token after it.

        gelu(x) - gelu(-x) is x, so a feed-forward layer can be linear: here it moves coordinates.
        """
        width, text = self.width, self.text
        same = np.eye(text, width, dtype=np.float32)
        moved = np.eye(text, dtype=np.float32)[self.moved]
        up = np.zeros((4 * width, width), np.float32)
        up[:text], up[text : 2 * text] = same, -same
        down = np.zeros((width, 4 * width), np.float32)
        down[:text, :text], down[:text, text : 2 * text] = 4 * moved, -4 * moved
        ffn.linear_0.weight, ffn.linear_1.weight = up, down

    def _kernel(self, channels: int) -> Array:
        scale = (3 * channels) ** -0.5
        kernel: Array = self.dice.standard_normal((self.width, channels, 3)).astype(np.float32)
        return kernel * np.float32(scale)

    def _self_attention(self, spec: Any, gain: float) -> None:
        self._norm(spec.layer_norm)
        self._linear(spec.linear[0], 3 * self.width, self.width, 1.0)
        self._linear(spec.linear[1], self.width, self.width, gain)

    def _cross_attention(self, spec: Any, gain: float) -> None:
        self._norm(spec.layer_norm)
        self._linear(spec.linear[0], self.width, self.width, 2.0)  # looks at places, not at all
        self._linear(spec.linear[1], 2 * self.width, self.width, 1.0)
        self._linear(spec.linear[2], self.width, self.width, 1.5 * gain)

    def _feed_forward(self, spec: Any, gain: float) -> None:
        self._norm(spec.layer_norm)
        self._linear(spec.linear_0, 4 * self.width, self.width, 1.0)
        self._linear(spec.linear_1, self.width, 4 * self.width, gain)

    def _linear(self, spec: Any, rows: int, columns: int, gain: float) -> None:
        spec.weight = self.matrix(rows, columns, gain * columns**-0.5)
        spec.bias = np.zeros(rows, np.float32)

    def _norm(self, spec: Any) -> None:
        spec.gamma = np.ones(self.width, np.float32)
        spec.beta = np.zeros(self.width, np.float32)


def _put_in_order(embeddings: Array, vocabulary: list[str], weights: _Weights) -> None:
    """Let every token of a decode lead to the next: start, language, task, form, then word after word."""
    embeddings *= weights.loud / np.std(embeddings)
    embeddings[:, weights.text :] = 0
    place = {token: i for i, token in enumerate(vocabulary)}
    at = weights.matrix(1, weights.text, weights.loud)[0]
    length = len(weights.moved) ** 2 // 4 - 8  # before the circles come home
    words = vocabulary[_first_word() : _first_word() + min(_WORDS, length)]
    head = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
    alike = {
        "<|en|>": [f"<|{code}|>" for code in _LANGUAGES[1:]],
        "<|transcribe|>": ["<|translate|>"],
        "<|notimestamps|>": vocabulary[-1_501:],
    }
    for token in (*head, *words):
        embeddings[place[token]] = own = np.pad(at, (0, _PLACE))
        for other in alike.get(token, ()):
            embeddings[place[other]] = 0.8 * own + 0.2 * embeddings[place[other]]
        at = at[weights.moved]


def _first_word() -> int:
    return 256  # after the bytes


def _text_tokens(seed: int) -> list[str]:
    """The bytes, made-up words with the space before them, fillers, and the sign of many languages."""
    from tokenizers import pre_tokenizers

    syllables = [a + b for a, b in product("bdfgklmnprstvz", "aeiou")]
    words = [f"Ġ{a}{b}" for a, b in product(syllables, syllables)]
    random.Random(seed).shuffle(words)
    text = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *words]
    text += [f"Ġw{i}" for i in range(_TEXT_TOKENS - 1 - len(text))]
    return [*text, ""]  # CTranslate2 takes a model with an empty token for a multilingual one


def _special_tokens() -> list[str]:
    return [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *(f"<|{code}|>" for code in _LANGUAGES),
        "<|translate|>",
        "<|transcribe|>",
        "<|startoflm|>",
        "<|startofprev|>",
        "<|nospeech|>",
        "<|notimestamps|>",
    ]


def _write_tokenizer(folder: Path, text: list[str], special: list[str]) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(text)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in special])
    tokenizer.save(str(folder / "tokenizer.json"))
    sound = {
        "feature_size": _MEL_BINS,
        "sampling_rate": 16_000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(sound), "utf-8")
