"""The coach on a language model. Every number it shows is checked or computed by code here.

coach         LanguageCoach: the port `Coach` on a `LanguageModel`
planning      brief -> questions with model answer, key points and a rubric of their own
rating        answer -> levels with evidence that the code has found, in two passes
talking       a short conversation about one rating
prompting     prompts/*.md and the fences around everything that people wrote
"""
