"""The speech model and the language models: are they there, and does their key open them?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.doctor.case import Case
from services.doctor.findings import Finding, look, ok, problem, warning
from services.doctor.web import Reply, ask, host_of
from services.speech.model import MODELS
from services.speech.model_folder import check_model_folder, looks_like_a_folder
from services.wiring.language_models import provider

GEMINI = "https://generativelanguage.googleapis.com"
_GREETING = "Answer with the word yes."


def examine(case: Case) -> Iterator[Finding]:
    yield look("speech model", _speech, case)
    chosen = provider(case.settings)
    if chosen == "gemini":
        for model in dict.fromkeys(_gemini_models(case)):
            yield look(f"language model {model}", _gemini, case, model)
    elif chosen == "openai":
        yield look("language model", _server, case)
    else:
        yield look("language model", _offline, case)


def _speech(case: Case) -> Finding:
    """Raises `SpeechModelMissing` for a folder that cannot be loaded."""
    name, wanted = "speech model", case.settings.speech_model
    here = Path(wanted).expanduser()
    if looks_like_a_folder(wanted) or (wanted not in MODELS and here.is_dir()):
        check_model_folder(here)
        return ok(name, f"In the folder {here}.")
    if wanted not in MODELS:
        return problem(
            name,
            f"There is no speech model called {wanted!r}.",
            f"Set SPEECH_MODEL to a folder or to one of {', '.join(MODELS)}.",
        )
    repository, size = MODELS[wanted]
    downloaded = case.settings.data_dir / "models" / wanted
    if downloaded.is_dir():
        check_model_folder(downloaded)
        return ok(name, f"{wanted} is downloaded.")
    hub = case.settings.hub_endpoint.rstrip("/")
    if (status := ask("GET", f"{hub}/api/models/{repository}").status) != 200:
        return problem(
            name,
            f"{wanted} is not here, and {host_of(hub)} does not offer it ({status}).",
            "Correct HF_ENDPOINT, or copy a model folder here and name it in SPEECH_MODEL.",
        )
    return warning(
        name,
        f"{wanted} is not here yet.",
        f"The first candidate who starts a microphone downloads it ({size} MB). To have it before, start "
        "the microphone once yourself.",
    )


def _gemini_models(case: Case) -> tuple[str, ...]:
    settings = case.settings
    return (
        settings.gemini_rating_model,
        settings.gemini_planning_model,
        settings.gemini_fallback_model,
    )


def _gemini(case: Case, model: str) -> Finding:
    name = f"language model {model}"
    base = f"{(case.settings.gemini_base_url or GEMINI).rstrip('/')}/v1/models/{model}"
    headers = {"x-goog-api-key": case.settings.gemini_api_key.get_secret_value()}
    reply = ask("GET", base, headers=headers)
    if reply.status == 200 and case.calls:
        body = {
            "contents": [{"role": "user", "parts": [{"text": _GREETING}]}],
            "generationConfig": {"maxOutputTokens": 64},
        }
        reply = ask("POST", f"{base}:generateContent", headers=headers, json=body)
    return _judged(
        name, reply, "GEMINI_API_KEY", "Correct GEMINI_RATING_MODEL, GEMINI_PLANNING_MODEL or "
        "GEMINI_FALLBACK_MODEL.", called=case.calls,
    )  # fmt: skip


def _server(case: Case) -> Finding:
    settings, name = case.settings, "language model"
    base, key = settings.openai_base_url.rstrip("/"), settings.openai_api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    listed = ask("GET", f"{base}/models", headers=headers)
    if listed.status != 200:
        return _judged(name, listed, "OPENAI_API_KEY", "OPENAI_BASE_URL ends in /v1 as a rule.")
    data = listed.said("data")
    models = (
        [str(m.get("id")) for m in data if isinstance(m, dict)] if isinstance(data, list) else []
    )
    model = settings.openai_model or (models[0] if models else "")
    if not models or (settings.openai_model and settings.openai_model not in models):
        return problem(
            name,
            f"{host_of(base)} does not list {model or 'any model'}.",
            f"Set OPENAI_MODEL to one of {', '.join(models[:5])}."
            if models
            else "Load a model there.",
        )
    if not case.calls:
        return ok(name, f"{model} at {host_of(base)}.")
    body = {
        "model": model,
        "max_tokens": 16,
        "messages": [{"role": "user", "content": _GREETING}],
    }
    reply = ask("POST", f"{base}/chat/completions", headers=headers, json=body)
    return _judged(name, reply, "OPENAI_API_KEY", "Correct OPENAI_MODEL.", called=True)


def _judged(name: str, reply: Reply, key: str, if_missing: str, *, called: bool = False) -> Finding:
    # Google answers 400 to what is no key at all.
    if reply.status in (400, 401, 403):
        return problem(name, f"The key is refused ({reply.status}).", f"Correct {key}.")
    if reply.status == 404:
        return problem(name, "There is no such model (404).", if_missing)
    if reply.status == 429:
        return warning(
            name,
            "The quota of the key is used up (429).",
            "Ratings wait until it is back; raise the quota if that is often.",
        )
    if reply.status != 200:
        return problem(name, f"It answers with {reply.status}.", "Try again in a while.")
    return ok(name, f"It answered in {reply.took_s:.1f} s." if called else "It is there.")


def _offline(case: Case) -> Finding:
    name, wanted = "language model", case.settings.coach
    if wanted in ("gemini", "openai"):
        needed = "GEMINI_API_KEY" if wanted == "gemini" else "OPENAI_BASE_URL"
        return problem(
            name, f"COACH is {wanted}, but {needed} is not set.", f"Set {needed}, or COACH=auto."
        )
    return ok(name, "None: the offline coach plans and rates.")
