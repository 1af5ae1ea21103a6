"""Failures of file operations in the words of the product."""

from __future__ import annotations

import errno

from services.errors import DiskFull, StorageError


def storage_failure(failure: OSError) -> StorageError:
    """The failure of a file operation in the words of the product."""
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The disk is full.", "Free some space; nothing stored so far is lost.")
    return StorageError(
        f"The data folder cannot be used ({failure.strerror or type(failure).__name__}).",
        "Check that the folder exists and that this program may write to it.",
    )
