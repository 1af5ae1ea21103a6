"""From sound to a transcript: hear, keep, cut into utterances, turn into words.

live_transcript.py   LiveTranscript: the one object where the threads meet
heard.py             Heard: what its readers get
ears.py              Ears: owns the ear thread and every answer that is being heard
ear.py               one answer on the ear thread: resample, keep, find speech
sound.py             WebRTC frames -> 16 kHz mono
sound_file.py        an uploaded recording -> 16 kHz mono
spool.py             the sound of an answer on disk, safe against kill -9
voice_activity.py    sound -> probability of speech, 32 ms at a time
segmenter.py         probabilities -> utterances
transcriber.py       the transcription worker: which utterance next, and what if it fails
credible.py          what keeps invented words out
failures.py          the failures of threads that have no caller
model.py             SpeechModel, ModelStatus: absent, downloading, loading, ready, failed
model_folder.py      is this folder a model that can be loaded?
"""
