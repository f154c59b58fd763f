"""Who asks for a parent process meets every child of it, and nobody else's."""

import pytest

from apps.catalog import selectors as catalog
from apps.exchange.rules.verdict import judge
from apps.exchange.types import Reason
from tenants import context
from tests.factories import exchange as make


@pytest.mark.usefixtures("db")
def test_a_demand_for_any_process_takes_exactly_the_offers_below_it() -> None:
    """All pairs of the catalog: 335 processes asked, 335 offered."""
    with context.directory():
        paths = {node.code: node.path.split("/") for node in catalog.process_tree()}
        accepted = {code: catalog.leaf_codes_below([code]) for code in paths}
    refused = {
        asked: {
            offered
            for offered in paths
            if Reason.PROCESS
            in {
                refusal.reason
                for refusal in judge(
                    make.need(accepted_processes=accepted[asked]),
                    make.offer(process_code=offered),
                    make.TODAY,
                ).refusals
            }
        }
        for asked in paths
    }

    assert refused == {
        asked: {offered for offered, path in paths.items() if asked not in path}
        for asked in paths
    }
    # Milling takes five axes and leaves turning out: the comparison bites both ways.
    assert "milling-5-axis" not in refused["milling"]
    assert "turning" in refused["milling"]
