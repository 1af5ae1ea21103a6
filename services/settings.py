"""Every setting: its type, default and meaning. Read from the environment and `.env`, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Nothing has to be set: the defaults run on this machine alone."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder of the database, sound and models.")
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
    public_url: str = Field(
        "", description="Address people use; https:// makes the sign-in cookie Secure."
    )

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.data_dir / 'interviews.db'}"

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")
