"""The folder of an enterprise's files in the storage."""

from django.core.files.storage import default_storage


def remove_files(schema: str) -> int:
    """Remove the folder of one schema with all that is in it; return how many files.

    :raises ValueError: for a name that is not one folder.
    """
    if not schema or "/" in schema or schema.startswith("."):
        msg = f"{schema!r} is not the folder of an enterprise."
        raise ValueError(msg)
    return _remove(schema)


def _remove(folder: str) -> int:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    count = sum(_remove(f"{folder}/{name}") for name in folders)
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    # An empty folder goes the same way, where storage has folders at all.
    default_storage.delete(folder)
    return count + len(names)
