"""What kind of question somebody has typed: guessed from how it asks."""

from __future__ import annotations

import re
from functools import cache

from services.coach import job_words
from services.coach.bank import load
from services.domain import Job, Kind

# Tried in this order, since "Tell me about a time you designed ..." asks for an event.
_CUES: dict[Kind, tuple[str, ...]] = {
    Kind.BEHAVIOURAL: (
        r"(?:tell|talk) (?:me|us) (?:about|through) (?!.*\bwould\b)",
        r"(?:time|occasion|moment|situation|decision|project) (?:when|where|in which|that|you)\b(?!.*\bwould you\b)",
        r"when (?:did|were) you (?:last)?|when was the last time",
        r"have you ever|have you had to",
        r"(?:describe|give (?:me|us)|share) (?:a|an|your)(?: \w+)? (?:time|example|moment|story|project|situation|decision)\b(?!.*\bwould\b).*\byou(?:r|'ve|rself)?",
        r"what (?:was|is|are|were) (?:your|you)",
        r"why (?:do you want|did you|should we|are you)",
        r"what (?:motivates|drives) you|where do you see yourself",
    ),
    Kind.SYSTEM_DESIGN: (
        r"(?:design|architect) (?:a|an|the|this|our|how)",
        r"how would you (?:design|architect) (?:a|an|the|our)",
        r"what system would you",
        r"(?:millions?|thousands?) of (?:users|requests|people|customers)",
    ),
    Kind.SITUATIONAL: (
        r"what (?:would|do|will) you (?:do|say|tell|ask|answer)",
        r"how (?:would|do|will) you (?:handle|react|respond|deal|proceed|calm)",
        r"imagine|suppose|picture|let's say",
    ),
}


def kind_of(text: str) -> Kind:
    """The kind whose way of asking is found first; technical where none is, or where a technology is
    named ("Your React page re-renders too often. What do you do?")."""
    found = next((kind for kind, cue in _cues().items() if cue.search(text)), Kind.TECHNICAL)
    if found is Kind.SITUATIONAL and _about_a_technology(text):
        return Kind.TECHNICAL
    return found


@cache
def _cues() -> dict[Kind, re.Pattern[str]]:
    return {
        kind: re.compile(rf"\b(?:{'|'.join(cues)})\b", re.IGNORECASE)
        for kind, cues in _CUES.items()
    }


def _about_a_technology(text: str) -> bool:
    known_stacks = frozenset(q.stack for q in load() if q.stack)
    return bool(job_words.read(Job(position="x", description=text), known_stacks).stacks)
