"""A hasher that is quick enough for tests and counts what it checks."""

from __future__ import annotations

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tests.logs import secret


class CountingHasher(Argon2Hasher):
    """Whatever it is given as a password is watched for in all logs."""

    def __init__(self, time_cost: int = 1) -> None:
        super().__init__(time_cost=time_cost, memory_cost=8, parallelism=1)
        self.checked = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        secret(str(password))
        return super().hash(password, salt=salt)

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        secret(str(password))
        self.checked += 1
        return super().verify(password, hash)


def cheap_hash(hasher: CountingHasher | None = None) -> PasswordHash:
    return PasswordHash((hasher or CountingHasher(),))
