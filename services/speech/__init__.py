"""From sound to a transcript: hear, keep, cut into utterances, turn into words.

What readers get
    live_transcript.py   LiveTranscript: the one object where the threads meet
    heard.py             Heard: a moment of it
    interim.py           words of utterances that are not settled yet
    figures.py           SpeechFigures: how the hearing of this process does

Sound is found to be speech (the ear thread)
    ears.py              Ears: owns the ear thread and every answer that is being heard
    ear.py               one answer: resample, keep, find speech
    sound.py             WebRTC frames -> 16 kHz mono
    sound_file.py        an uploaded recording -> 16 kHz mono
    spool.py             the sound of an answer on disk, safe against kill -9
    voice_activity.py    sound -> probability of speech, 32 ms at a time
    segmenter.py         probabilities -> utterances; learns how long a speaker pauses

Speech becomes words (the transcription workers)
    transcriber.py       the threads: take work, call the engine, tell what came of it
    scheduler.py         whose sound is next; pure, on a clock that is handed in
    desk.py  jobs.py     what lies ready for one speaker; the values they share
    load.py              what calls cost here, and what follows for everybody's captions
    calls.py             the engine asked for a batch; a failure harms nobody else
    draft.py             one sketch after the other -> interim text with a stable beginning
    which_language.py    found once from the first words
    credible.py          drops words where no voice was
    stopwatch.py         latencies and work, for the figures
    failures.py          the failures of threads that have no caller

The speech model, whatever it is
    model.py             SpeechModel, ModelStatus: absent, downloading, loading, ready, failed
    model_folder.py      is this folder a model that can be loaded?
    windows.py           how much silence goes behind a passage, prompts and tokens for it
    trial.py             which windows and prompts this model stands
    guards.py            does this text look invented?
    editing.py           how far two texts are from each other
    pieces.py            pieces of words with times -> words
    languages.py         Whisper's languages and how they are written
"""
