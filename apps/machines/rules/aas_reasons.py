"""Why parts of Asset Administration Shells are not carried into the register."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.machines.rules.aas_elements import Element
from apps.machines.rules.aas_words import Kind
from apps.machines.rules.document_machines import DocumentReading, NotCarried


def no_place() -> str:
    """Say that the register has no such fact."""
    return _("The register has no place for it.")


def files() -> str:
    """Say what becomes of files."""
    return _("Files are not taken over; upload it as a document of the machine.")


def one_language() -> str:
    """Say that a text in another language is left out."""
    return _("The register keeps one language.")


def of_asset(path: str) -> str:
    """Say why something of the asset itself is left out."""
    if path.endswith("globalAssetId"):
        return _("The machine has an identifier of its own here.")
    return files() if path.endswith("defaultThumbnail") else no_place()


def of_submodel(kind: Kind) -> str:
    """Say why a whole submodel is left out."""
    if kind is Kind.CALENDAR:
        return _("It is of working time, which is kept under capacity, not here.")
    if kind is Kind.COMPANY:
        return _("It is of the company, not of one of its machines.")
    return _("The register of machines has no such submodel.")


def leave(reading: DocumentReading, elements: Iterable[Element], reason: str) -> None:
    """Name all that elements hold as not carried."""
    for element in elements:
        for leaf in element.leaves():
            reading.not_carried.append(left(leaf, reason))


def left(leaf: Element, reason: str) -> NotCarried:
    """Name what an element holds as not carried."""
    value = leaf.value
    if leaf.type == "File" and reason == no_place():
        reason = files()
    if isinstance(value, dict):
        value = "; ".join(f"{key}: {text}" for key, text in value.items() if text)
    return NotCarried(
        leaf.path, str(value), reason if value else _("It holds no value.")
    )
