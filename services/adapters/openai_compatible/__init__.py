"""Any server with OpenAI's chat completions: Ollama, vLLM, llama.cpp, LM Studio, OpenAI itself.

wire       requests and responses over HTTP, tried again where that may help
model      OpenAICompatible: the port `LanguageModel`
"""

from services.adapters.openai_compatible.model import OpenAICompatible

__all__ = ["OpenAICompatible"]
