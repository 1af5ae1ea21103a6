"""Counts in how many interview answers each word occurs: `python -m benchmarks.frequencies`.

Writes services/coach/frequency.txt from the model answers of the question bank and from the answers
of bands 3 to 5 in tests/grading (not those held out). Run it when many questions have been added,
then check benchmarks.grading.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from services.coach.bank import load
from services.coach.words import concepts_in, tokens

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "services" / "coach" / "frequency.txt"


def main() -> None:
    texts = [question.model_answer for question in load()]
    for path in sorted((ROOT / "tests" / "grading").glob("*.json")):
        answers = json.loads(path.read_text("utf-8"))["answers"]
        texts += [answer["text"] for answer in answers if answer["band"] >= 3]
    counts: Counter[str] = Counter()
    for text in texts:
        words = tokens(text)
        counts.update({word.stem for word in words})
        counts.update({f"@{concept}" for _, concept in concepts_in(words)})
    rows = [f"{word} {count}" for word, count in sorted(counts.items()) if count > 1]
    head = "# In how many answers a stem or @concept occurs; written by benchmarks.frequencies."
    TARGET.write_text("\n".join([head, str(len(texts)), *rows, ""]), "utf-8")


if __name__ == "__main__":
    main()
