"""Answer and SoundFigures -> Delivery. How it was said, from the words as they were heard, never as edited.

Measured against synthesised speech by `python -m benchmarks.delivery`. What each figure is:

    words_per_minute    words over the time from the first word to the end of the last, pauses included;
                        within 4 % in 95 of 100 answers, mostly for words that were not heard
    articulation_rate   the same words over that time without pauses (Goldman-Eisler 1968); within 6 %
    pauses              silences of 0.25 s and more, to 0.05 s where the voice is known; without it to 0.4 s,
                        and one of six is lost, because word ends are stretched. Their place is judged by
                        the recogniser's punctuation and, in English, by words that open a clause: a guess
    fillers_per_minute  over speech. Recognisers leave out most "um" and "uh", so it is a lower bound
    longest_run         the longest speech between two pauses
    speaking_share      voiced time, without pauses, of the whole recording
    first_word_s        from the start of the recording
    loudness_range_db   see `loudness`
    i_words, we_words   pronouns; shown, never scored: who did what is for the listener to hear
"""

from __future__ import annotations

from services.coach.plain_text import unspaced
from services.delivery import norms
from services.delivery.listed import listed
from services.delivery.loudness import loudness_range_db
from services.delivery.pausing import longest_run, pauses
from services.delivery.repeating import repeated
from services.delivery.saying import Said, said
from services.delivery.timing import SpokenWord, spoken_words, untimed
from services.domain import Answer, AnswerMode, Delivery, SoundFigures


def delivery_of(answer: Answer, sound: SoundFigures | None, language: str) -> Delivery | None:
    """How `answer` was said; None for one that was typed or has no words with times.

    Without `sound`, pauses come from the words' times alone and nothing is said about loudness.
    `language` is the interview's code; rates and fillers are missing where we cannot tell words apart,
    or where something was said among them that has no words with times.
    """
    voice = sound.voice if sound is not None else ()
    words = spoken_words(answer.segments, voice)
    if answer.mode is AnswerMode.TYPED or not words:
        return None
    lists = listed(language)
    unknown = untimed(answer.segments)
    paused = pauses(words, voice, lists, unknown)
    begins, ends = words[0].start, max(word.end for word in words)
    speech_s = ends - begins
    voiced_s = max(0.0, speech_s - sum(pause.seconds for pause, _ in paused))
    whole = not any(start < ends and begins < end for start, end in unknown)
    enough = whole and len(words) >= norms.LEAST_WORDS and speech_s >= norms.LEAST_S
    joined_up = _runs_together(words)
    countable = enough and not joined_up
    found = said(words, lists) if lists is not None else Said((), (), 0, 0)
    return Delivery(
        language=language,
        words=len(words),
        speech_s=speech_s,
        voiced_s=voiced_s,
        words_per_minute=_per_minute(len(words), speech_s) if countable else None,
        articulation_rate=_per_minute(len(words), voiced_s) if countable else None,
        first_word_s=None if any(start < begins for start, _ in unknown) else begins,
        speaking_share=_share(voiced_s, answer.sound_s) if not unknown else None,
        pauses=tuple(pause for pause, _ in paused),
        fillers=found.fillers,
        fillers_per_minute=_per_minute(len(found.fillers), speech_s) if enough and lists else None,
        hedges=found.hedges,
        repeated=() if joined_up else repeated(words, language),
        longest_run=longest_run(words, paused, unknown),
        loudness_range_db=loudness_range_db(sound) if sound is not None else None,
        clipped=sound.clipped if sound is not None else None,
        i_words=found.i_words,
        we_words=found.we_words,
        norms=norms.are_for(language),
    )


def _per_minute(count: int, seconds: float) -> float | None:
    return 60 * count / seconds if seconds > 0 else None


def _share(voiced_s: float, sound_s: float) -> float | None:
    return min(1.0, voiced_s / sound_s) if sound_s > 0 else None


def _runs_together(words: tuple[SpokenWord, ...]) -> bool:
    """Whether most of it is in a script without spaces: what a recogniser calls a word there is none."""
    return sum(unspaced(word.form[0]) for word in words) * 2 > len(words)
