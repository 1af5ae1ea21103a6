"""What listeners of English find usual, and what counts as a pause. Compared with in English only."""

from __future__ import annotations

# A silence shorter than this belongs to a consonant ("stop closures"); Goldman-Eisler (1968) and
# De Jong & Bosker (2013, DiSS) find 0.25 s to part the two best.
PAUSE_S = 0.25

# Words a minute over speech with its pauses. Conversation in English runs at about 150 (National Center
# for Voice and Speech); Microsoft's Speaker Coach advises 100 to 165.
CONVERSATIONAL = 150
SLOWEST, FASTEST = 100, 165

# Disfluencies in a minute of speech: speakers with up to 5 were rated like fluent ones, with 12 worse
# (Laske & DiGennaro Reed 2024).
HARMLESS_FILLERS, HARMFUL_FILLERS = 5, 12

# Seconds of a pause: 0.6 sounds most natural, 4 and more hurt how sure of it a speaker seems.
NATURAL_PAUSE_S, LONG_PAUSE_S = 0.6, 4.0

# Below this nothing is said about a rate: a word more or less would change it by a tenth.
LEAST_WORDS, LEAST_S = 10, 3.0


def are_for(language: str) -> bool:
    """Whether the norms hold for an interview language (a code such as `en` or `en-GB`)."""
    return language.lower().split("-")[0] == "en"
