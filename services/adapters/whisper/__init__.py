"""Whisper on CTranslate2: `decoder` asks the model, `engine` decides what is asked and what is kept."""

from services.adapters.whisper.engine import WhisperEngine

__all__ = ["WhisperEngine"]
