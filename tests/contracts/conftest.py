"""The store's contract runs on the database of the storage tests."""

from tests.services.storage.conftest import ada, clock, engine, store

__all__ = ["ada", "clock", "engine", "store"]
