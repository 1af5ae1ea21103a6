"""Words with times, and how the sound was -> how an answer was said.

delivering.py   Answer and SoundFigures -> Delivery: definition, source and error of every figure
timing.py       the heard words in order, their times held to where a voice was
pausing.py      silences inside the speech, and the longest run between them
saying.py       fillers, hedges, I and we: words that are listed for a language
listed.py       languages.toml, read once
repeating.py    phrases that come again and again
loudness.py     how much the loudness changes
norms.py        what listeners of English find usual, with sources
measuring.py    the samples of an answer -> SoundFigures, streamed
figures.py      SoundFigures in the database: measured once, read with an answer
pace.py         how fast somebody speaks right now, for the pace meter
"""

from services.delivery.delivering import delivery_of as delivery_of
