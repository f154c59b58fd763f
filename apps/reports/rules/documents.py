"""Which layout a report of each kind has."""

from apps.reports.rules import capacity_document, rfq_document
from apps.reports.types import (
    BuyerFacts,
    CapacityFacts,
    CapacityParameters,
    Document,
    Facts,
    Origin,
    Parameters,
    RfqParameters,
    SellerFacts,
)


def lay_out(
    *, facts: Facts, parameters: Parameters, origin: Origin, language: str
) -> Document:
    """Lay a report out in the language in force."""
    match facts, parameters:
        case CapacityFacts(), CapacityParameters():
            return capacity_document.lay_out(
                facts=facts, parameters=parameters, origin=origin, language=language
            )
        case ((BuyerFacts() | SellerFacts()), RfqParameters()):
            return rfq_document.lay_out(
                facts=facts, parameters=parameters, origin=origin, language=language
            )
        case _:
            message = f"{type(facts).__name__} do not go with {parameters!r}"
            raise TypeError(message)


def title_of(parameters: Parameters) -> str:
    """Name what is asked for, in the language in force."""
    match parameters:
        case CapacityParameters():
            title = capacity_document.heading()
            covers = capacity_document.covers(parameters)
        case RfqParameters():
            title = rfq_document.heading(parameters.side)
            covers = rfq_document.covers(parameters)
    return f"{title}, {covers}"
