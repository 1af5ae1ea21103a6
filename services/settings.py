"""Every setting: its type, default and meaning. Read from the environment and `.env`, once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_ROOT = Path(__file__).parents[1]  # of the project: defaults do not depend on where it is started


class Settings(BaseSettings):
    """Nothing has to be set: the defaults run on this machine alone."""

    model_config = SettingsConfigDict(env_file=_ROOT / ".env", extra="ignore", frozen=True)

    data_dir: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        _ROOT / "data", description="Folder of the database, sound and models."
    )
    database_url: SecretStr = Field(
        SecretStr(""),
        description="postgresql://app_backend:...@host:5432/postgres; empty: a SQLite file in DATA_DIR.",
    )
    database_tls: Literal["require", "verify-full", "off"] = Field(
        "require", description="How connections to another machine's database are encrypted."
    )
    supabase_url: str = Field(
        "", description="https://project.supabase.co: accounts are Supabase Auth's. Empty: our own."
    )
    supabase_key: SecretStr = Field(
        SecretStr(""),
        description="Its publishable key (sb_publishable_...). It never reaches a browser.",
    )
    recordings_url: str = Field(
        "",
        description="Where recordings are kept: s3://bucket/prefix; empty: a folder in DATA_DIR.",
    )
    recordings_endpoint: str = Field(
        "",
        description="Of an S3 that is not Amazon's, for example "
        "https://project.storage.supabase.co/storage/v1/s3.",
    )
    recordings_region: str = Field("us-east-1", description="Of the bucket.")
    recordings_key_id: str = Field("", description="Access key of the bucket.")
    recordings_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    spool_limit_mb: int = Field(
        4_000,
        gt=0,
        description="Sound and picture that may wait on this disk to be stored, in MB; beyond it no microphone starts.",
    )
    video_limit_mb: int = Field(
        200,
        gt=0,
        description="Picture that is kept of one interview, in MB; beyond it the sound goes on alone.",
    )
    upload_mb: int = Field(
        200,
        gt=0,
        description="A recording that is uploaded as an answer has at most so many MB; beyond 200, "
        "server.maxUploadSize in .streamlit/config.toml must be raised with it.",
    )
    upload_minutes: int = Field(60, gt=0, le=180, description="And lasts at most so many minutes.")
    uploads_at_once: int = Field(
        4, gt=0, description="Uploaded recordings that this process reads or holds at once."
    )
    speech_model: str = Field(
        "base.en",
        description="A folder in faster-whisper's format, or a model name that is downloaded on first use.",
    )
    hub_endpoint: str = Field(
        "https://huggingface.co",
        validation_alias="HF_ENDPOINT",
        description="Where speech models are downloaded from.",
    )
    ice_servers: list[dict[str, Any]] = Field(
        default_factory=list,
        description="STUN and TURN servers as JSON; needed when browser and server are not on one network.",
    )
    cloudflare_turn_key_id: str = Field(
        "", description="With CLOUDFLARE_TURN_KEY_API_TOKEN: streamlit-webrtc fetches TURN servers."
    )
    twilio_account_sid: str = Field(
        "", description="With TWILIO_AUTH_TOKEN: streamlit-webrtc fetches TURN servers."
    )
    public_url: str = Field(
        "", description="Address people use; https:// makes the sign-in cookie Secure."
    )
    operator_emails: str = Field(
        "",
        description="Who may see /status: e-mail addresses, separated by commas. Addresses are not "
        "verified, so create these accounts before anybody else can.",
    )

    coach: Literal["auto", "gemini", "openai", "offline"] = Field(
        "auto",
        description="Who plans and rates. auto: Gemini with a key, else an OpenAI-compatible server with "
        "an address, else the offline coach.",
    )
    gemini_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        description="Key of the Gemini API. On its free tier Google may train on what is sent.",
    )
    gemini_trains: bool = Field(
        True,
        description="Whether Google may train on what is sent with this key; false on its paid tier.",
    )
    gemini_base_url: str = Field("", description="Where Gemini is reached; empty: at Google.")
    gemini_rating_model: str = Field("gemini-3.8-flash", description="Rates answers and talks.")
    gemini_planning_model: str = Field("gemini-3.5-flash-lite", description="Plans questions.")
    gemini_fallback_model: str = Field(
        "gemini-flash-latest", description="Takes over when one of the two is gone (404)."
    )
    openai_base_url: str = Field(
        "",
        description="An OpenAI-compatible server, for example http://127.0.0.1:11434/v1 (Ollama).",
    )
    openai_api_key: SecretStr = Field(SecretStr(""), description="Its key, if it wants one.")
    openai_model: str = Field("", description="Its model; empty: the first one it lists.")
    model_timeout_s: float = Field(45.0, gt=0, description="Seconds that a call may take.")
    rating_passes: int = Field(
        2,
        ge=1,
        le=2,
        description="Independent passes per rating; 1 halves the cost and hides doubt.",
    )
    own_keys: bool = Field(
        True, description="Whether candidates may bring a Gemini key of their own."
    )
    daily_calls_per_user: int = Field(
        150, ge=0, description="Language model calls a day, one user."
    )
    daily_tokens_per_user: int = Field(1_000_000, ge=0, description="Tokens a day, one user.")
    daily_calls: int = Field(5_000, ge=0, description="Calls a day, all users together.")
    daily_tokens: int = Field(30_000_000, ge=0, description="Tokens a day, all users together.")

    @property
    def operators(self) -> frozenset[str]:
        """E-mail addresses of the operators in lower case, as accounts keep theirs."""
        addresses = (address.strip().lower() for address in self.operator_emails.split(","))
        return frozenset(address for address in addresses if address)

    @property
    def rtc_configuration(self) -> dict[str, Any] | None:
        """For the connection; None lets streamlit-webrtc fetch TURN servers from the named provider."""
        fetched = self.cloudflare_turn_key_id or self.twilio_account_sid
        return None if fetched and not self.ice_servers else {"iceServers": self.ice_servers}

    @property
    def database(self) -> str:
        """The address of the database, with its password."""
        return (
            self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'interviews.db'}"
        )

    @property
    def recordings_elsewhere(self) -> str:
        """Where recordings are kept if not on this machine, in words for a candidate."""
        if not self.recordings_url.startswith("s3://"):
            return ""
        host = urlsplit(self.recordings_endpoint).hostname
        return f"in a private store at {host}" if host else "in a private store at Amazon"

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")
