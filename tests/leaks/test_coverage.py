"""As many cases as there are things to attack, and none that nothing makes."""

from collections import Counter

from tenants.isolation import registry
from tenants.isolation.registry import Kind
from tests.api.operations import OPERATIONS
from tests.leaks import (
    test_api,
    test_caches,
    test_console,
    test_database,
    test_files,
    test_jobs,
    test_portal,
    test_queries,
    test_sinks,
)
from tests.leaks.portal_pages import PAGES

GROUPS = [
    *test_api.GROUPS,
    *test_api.REFERENCE_GROUPS,
    *test_api.ASSIGNMENT_GROUPS,
    *test_portal.GROUPS,
    *test_portal.FORM_GROUPS,
    *test_console.GROUPS,
    *test_files.GROUPS,
    *test_jobs.GROUPS,
    *test_caches.GROUPS,
    *test_queries.API_GROUPS,
    *test_queries.PORTAL_GROUPS,
    *test_database.PRIVATE_GROUPS,
    *test_database.OWNED_GROUPS,
    *test_database.PLATFORM_GROUPS,
    *test_sinks.GROUPS,
    *test_sinks.REPORT_GROUPS,
]
LEAST = 3_220


class TestCoverage:
    def test_is_as_wide_as_was_promised(self) -> None:
        planned = Counter[str]()
        for group in GROUPS:
            planned[group.surface] += len(group.cases)

        assert planned.total() >= LEAST, planned

    def test_has_no_group_twice(self) -> None:
        names = Counter((group.surface, group.name) for group in GROUPS)

        assert [name for name, count in names.items() if count > 1] == []

    def test_attacks_everything_that_is_registered(self) -> None:
        found = registry.collect()
        attacked = {group.name for group in GROUPS}
        tables = {one.name for one in found if one.kind is Kind.MODEL}
        jobs = {
            one.name
            for one in found
            if one.kind is Kind.JOB and not one.name.startswith(("celery:", "tests."))
        }

        assert tables <= attacked
        assert jobs <= attacked
        assert {str(each) for each in OPERATIONS} <= attacked
        assert {f"GET {page}" for page in PAGES} <= attacked
        assert {f"POST {page}" for page in PAGES} <= attacked
        assert {f"GET /{route}" for route in test_console.ROUTES} <= attacked
