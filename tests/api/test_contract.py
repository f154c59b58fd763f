"""The OpenAPI document is what is checked in, complete, and what really happens."""

import json
from pathlib import Path
from typing import Any

import pytest
from schemathesis import openapi

from apps.api.contract import document
from apps.api.problems import problem_kinds
from apps.api.schema import EXAMPLE_HOST
from tests.api.operations import OPERATIONS
from tests.support.api import HOST, Partner

ROOT = Path(__file__).resolve().parents[2]
CHECKED_IN = ROOT / "docs" / "api" / "openapi.json"


@pytest.fixture(scope="module")
def contract() -> Any:
    return json.loads(document())


def operations_of(contract: Any) -> list[tuple[str, str, Any]]:
    return [
        (method.upper(), path, operation)
        for path, operations in contract["paths"].items()
        for method, operation in operations.items()
    ]


class TestContract:
    def test_is_checked_in(self) -> None:
        assert CHECKED_IN.read_text(encoding="utf-8") == document(), (
            "run `manage.py contract` and review the difference"
        )

    @pytest.mark.usefixtures("db")
    def test_is_served(self, contract: Any) -> None:
        answer = Partner().get("/openapi.json")

        assert answer.status_code == 200
        served = answer.content.decode().replace(f"http://{HOST}", EXAMPLE_HOST)
        assert json.loads(served) == contract

    def test_is_valid(self, contract: Any) -> None:
        assert contract["openapi"].startswith("3.1")
        openapi.from_dict(contract).validate()

    def test_has_every_operation(self, contract: Any) -> None:
        written = {(m, p) for m, p, _ in operations_of(contract)}

        def as_written(route: str) -> str:
            plain = route.replace("uuid:", "").replace("slug:", "")
            return plain.replace("<", "{").replace(">", "}")

        assert written == {(each.method, as_written(each.route)) for each in OPERATIONS}

    def test_says_of_every_operation_what_it_needs_and_refuses(
        self, contract: Any
    ) -> None:
        lacking = []
        for method, path, operation in operations_of(contract):
            (requirement,) = operation["security"]
            (scopes,) = requirement.values()
            headers = {
                p["name"]
                for p in operation.get("parameters", [])
                if p["in"] == "header"
            }
            problems = {
                status
                for status, answer in operation["responses"].items()
                if "application/problem+json" in answer.get("content", {})
            }
            needed = {"400", "401", "403", "404", "503"}
            if method != "GET":
                needed |= {"409", "415", "422"}
            if not (
                operation["summary"]
                and operation["operationId"]
                and len(scopes) == 1
                and needed <= problems
                and (method != "POST" or "Idempotency-Key" in headers)
                and (method != "PUT" or "If-Match" in headers)
            ):
                lacking.append(f"{method} {path}")
        assert lacking == []

    def test_closes_every_body_to_unknown_fields(self, contract: Any) -> None:
        bodies = {
            name: shape["additionalProperties"]
            for name, shape in contract["components"]["schemas"].items()
            if name.endswith("InputRequest")
        }
        assert bodies
        assert set(bodies.values()) == {False}


@pytest.mark.usefixtures("db")
class TestPages:
    def test_docs_load_nothing_from_elsewhere(self) -> None:
        page = Partner().get("/docs")

        assert page.status_code == 200
        html = page.content.decode()
        assert "//" not in html.replace("<!DOCTYPE", "")
        assert "<style" not in html
        script = html.rpartition('src="')[2].partition('"')[0]
        served = Partner().get(script.replace("&amp;", "&"))
        assert served.status_code == 200
        assert "http://" not in served.content.decode().replace(f"http://{HOST}", "")
        assert "https://" not in served.content.decode()

    def test_every_type_of_problem_leads_to_its_page(self) -> None:
        refused = Partner().get("/v1/rfqs").json()
        address = refused["type"].removeprefix(f"http://{HOST}")

        page = Partner().get(address)
        assert page.status_code == 200
        assert "not_authenticated" in page.content.decode()

    def test_explains_every_code(self) -> None:
        kinds = problem_kinds()
        assert {"rfq-incomplete", "already-awarded", "not-found"} <= kinds.keys()
        assert [kind.code for kind in kinds.values() if not kind.meaning] == []
        index = Partner().get("/problems/").content.decode()
        assert all(kind.code in index for kind in kinds.values())
        assert Partner().get("/problems/no-such-code").status_code == 404
