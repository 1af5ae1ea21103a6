"""Gemini through google-genai: structured replies and streamed texts, each failure an error of ours.

client     a client from a key, and whether a key is good
model      Gemini: the port `LanguageModel`
refusals   what the library raises -> our errors
"""

from services.adapters.gemini.client import check_key, gemini_client
from services.adapters.gemini.model import Gemini

__all__ = ["Gemini", "check_key", "gemini_client"]
