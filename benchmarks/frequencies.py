"""Counts how common each word is in interview answers: `python -m benchmarks.frequencies`.

Writes services/coach/frequency.txt from the model answers of the question bank and from the answers
of bands 3 to 5 in tests/grading (not those held out). Every question has one vote, shared by its
answers: a word that five answers to one question have in common is its subject, not common speech.
Run it when many questions have been added, then check benchmarks.grading.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

from services.coach.bank import load
from services.coach.words import concepts_in, tokens

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "services" / "coach" / "frequency.txt"


def main() -> None:
    groups = [[question.model_answer] for question in load()]
    for path in sorted((ROOT / "tests" / "grading").glob("*.json")):
        answers = json.loads(path.read_text("utf-8"))["answers"]
        groups.append([answer["text"] for answer in answers if answer["band"] >= 3])
    votes: defaultdict[str, float] = defaultdict(float)
    for texts in groups:
        for name, count in Counter(name for text in texts for name in _names(text)).items():
            votes[name] += count / len(texts)
    rows = [f"{name} {vote:.2f}" for name, vote in sorted(votes.items()) if vote > 1]
    head = "# How many questions are answered with a stem or @concept; written by benchmarks.frequencies."
    TARGET.write_text("\n".join([head, str(len(groups)), *rows, ""]), "utf-8")


def _names(text: str) -> set[str]:
    words = tokens(text)
    return {word.stem for word in words} | {f"@{concept}" for _, concept in concepts_in(words)}


if __name__ == "__main__":
    main()
