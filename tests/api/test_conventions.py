"""What holds for every operation: strict input, keys, versions, pages, problems."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from apps.api.pagination import SALT
from apps.machines.models import Site
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import exchange as make
from tests.support.api import HOST, Partner, partner_of

SITE = {"name": "Augsburg", "country": "DE", "time_zone": "Europe/Berlin"}
RFQ: dict[str, Any] = {"title": "Brackets", "currency": "EUR", "lines": []}
KEY = "key-of-this-test-1"
# A part that nobody has. Not drawn: all workers must list the same tests.
NOBODYS = "01960000-0000-7000-8000-00000000dead"


@pytest.fixture
def partner(north: EnterpriseRef) -> Partner:
    return partner_of(north)


def problem(answer: Any, status: int, code: str) -> Any:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"].endswith("/problems/" + code.replace("_", "-"))
    assert body["trace_id"] == answer["X-Request-Id"]
    return body


@pytest.mark.usefixtures("db")
class TestInput:
    def test_refuses_an_unknown_field_by_its_pointer(self, partner: Partner) -> None:
        answer = partner.post("/v1/sites", {**SITE, "colour": "red"})

        (error,) = problem(answer, 400, "unknown_field")["errors"]
        assert error["pointer"] == "/colour"

    def test_refuses_an_unknown_field_of_a_line(self, partner: Partner) -> None:
        line = {"part_id": str(uuid4()), "quantity": 1, "colour": "red"}
        answer = partner.post("/v1/rfqs", {**RFQ, "lines": [line]})

        (error,) = problem(answer, 400, "unknown_field")["errors"]
        assert error["pointer"] == "/lines/0/colour"

    @pytest.mark.parametrize("query", ["colour=red", "q=x", "format=xml", "limit[]=1"])
    def test_refuses_an_unknown_parameter(self, partner: Partner, query: str) -> None:
        problem(partner.get(f"/v1/rfqs?{query}"), 400, "unknown_parameter")

    def test_takes_no_page_parameters_where_there_is_no_page(
        self, partner: Partner
    ) -> None:
        problem(partner.get("/v1/processes?limit=1"), 400, "unknown_parameter")

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("rfqs", "state=open"),
            ("orders", "side=both"),
            ("parts", "search=%00"),
            ("parts", "search=" + "a" * 201),
            ("rfqs", "count=1"),
        ],
    )
    def test_refuses_a_parameter_that_cannot_be_meant(
        self, partner: Partner, path: str, query: str
    ) -> None:
        problem(partner.get(f"/v1/{path}?{query}"), 400, "invalid_parameter")

    @pytest.mark.parametrize("limit", ["0", "201", "-1", "1e2", "٣", "", "9" * 99])
    def test_refuses_a_limit_out_of_range(self, partner: Partner, limit: str) -> None:
        problem(partner.get(f"/v1/rfqs?limit={limit}"), 400, "invalid_limit")

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"\xff\xfe",
            b'{"a":' * 5000,
            b"[" * 100_000,
            b'{"title": NaN}',
            b'{"title": ' + b"9" * 5000 + b"}",
            b'"text"; drop',
            "ä".encode("utf-16"),
        ],
    )
    def test_refuses_what_is_not_json(self, partner: Partner, body: bytes) -> None:
        answer = _raw(partner, "/v1/rfqs", body)

        assert answer.status_code == 400, answer.content
        assert answer["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("body", [b"[]", b"[1]", b"1", b'"a"', b"null", b"true"])
    def test_refuses_what_is_no_object(self, partner: Partner, body: bytes) -> None:
        assert _raw(partner, "/v1/rfqs", body).status_code == 422

    @pytest.mark.parametrize(
        "field",
        [
            {"title": "a\x00b"},
            {"title": "\ud800"},
            {"note": "\x00"},
            {"weights": {"price\x00": 1}},
            {"latitude": float("1e999")},
            {"latitude": 1e300},
            {"latitude": "nan"},
            {"latitude": True},
            {"due_on": "9999-12-31"},
            {"due_on": "0000-00-00"},
            {"response_deadline_at": "9999-12-31T23:59:59-14:00"},
            {"response_deadline_at": "0001-01-01T00:00:00+14:00"},
            {"currency": "EURO"},
            {"currency": "eur"},
            {"title": "a" * 161},
            {"title": ["a"]},
            {"lines": {"0": {}}},
            {"lines": [[]]},
            {"lines": [{"part_id": NOBODYS, "quantity": 10**30}]},
            {"lines": [{"part_id": NOBODYS, "quantity": 1.5}]},
            {"lines": [{"part_id": "1", "quantity": 1}]},
            {"certificate_codes": [{}]},
            {"weights": {"price": -1}},
            {"weights": []},
            {"anonymous": "perhaps"},
            {"audience": None},
        ],
        ids=repr,
    )
    def test_refuses_values_that_cannot_be_kept(
        self, partner: Partner, field: dict[str, Any]
    ) -> None:
        answer = _raw(partner, "/v1/rfqs", json.dumps({**RFQ, **field}).encode())

        assert answer.status_code in {400, 422}, answer.content
        assert answer["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize(
        "field",
        [
            {"size_x_mm": 1e308},
            {"max_mass_kg": "Infinity"},
            {"batch_max": 2**70},
            {"it_grade": 0},
            {"material_groups": ["\ud800"]},
            {"material_groups": [None]},
        ],
        ids=repr,
    )
    def test_refuses_figures_that_no_machine_has(
        self, partner: Partner, north: EnterpriseRef, field: dict[str, Any]
    ) -> None:
        with context.enterprise(north):
            machine = make.machines.machine()

        answer = partner.call(
            "PUT",
            f"/v1/machines/{machine.pk}/capabilities/milling-3-axis",
            field,
            **{"If-Match": "*"},
        )

        assert answer.status_code in {400, 422}, answer.content

    def test_says_what_of_the_body_is_not_there(self, partner: Partner) -> None:
        line = {"part_id": str(uuid4()), "quantity": 1}
        answer = partner.post("/v1/rfqs", {**RFQ, "lines": [line]})

        (error,) = problem(answer, 422, "part_not_found")["errors"]
        assert error["pointer"] == "/lines/0/part_id"

    def test_lists_all_that_a_draft_lacks(
        self, partner: Partner, north: EnterpriseRef
    ) -> None:
        drafted = partner.post("/v1/rfqs", RFQ).json()

        answer = partner.post(f"/v1/rfqs/{drafted['id']}/publication")

        errors = problem(answer, 422, "rfq_incomplete")["errors"]
        assert "/lines" in {error["pointer"] for error in errors}
        assert all(error["detail"] for error in errors)


def _raw(partner: Partner, path: str, body: bytes, **headers: str) -> Any:
    return partner.client.generic(
        "POST",
        path,
        body,
        content_type=headers.pop("content_type", "application/json"),
        HTTP_HOST=HOST,
        headers={
            "Authorization": f"Bearer {partner.token}",
            "Idempotency-Key": str(uuid4()),
            **headers,
        },
    )


@pytest.mark.usefixtures("db")
class TestKey:
    @pytest.mark.parametrize(
        "headers", [{}, {"Idempotency-Key": "short"}, {"Idempotency-Key": "a b" * 5}]
    )
    def test_is_required(self, partner: Partner, headers: dict[str, str]) -> None:
        answer = partner.call("POST", "/v1/sites", SITE, key=None, **headers)

        problem(answer, 400, "idempotency_key_required")

    def test_replays_the_first_answer(
        self, partner: Partner, north: EnterpriseRef
    ) -> None:
        first = partner.post("/v1/sites", SITE, key=KEY)
        second = partner.post("/v1/sites", dict(reversed(SITE.items())), key=KEY)

        assert first.status_code == second.status_code == 201
        assert first.content == second.content
        assert "Idempotent-Replayed" not in first
        assert second["Idempotent-Replayed"] == "true"
        with context.enterprise(north):
            assert Site.objects.count() == 1

    def test_replays_location_and_etag(self, partner: Partner) -> None:
        first = partner.post("/v1/rfqs", RFQ, key=KEY)
        second = partner.post("/v1/rfqs", RFQ, key=KEY)

        assert first["Location"] == second["Location"]
        assert first["ETag"] == second["ETag"]

    def test_is_bound_to_the_body(self, partner: Partner) -> None:
        partner.post("/v1/sites", SITE, key=KEY)
        answer = partner.post("/v1/sites", {**SITE, "name": "Ulm"}, key=KEY)

        problem(answer, 422, "idempotency_key_reused")

    def test_is_bound_to_the_path(self, partner: Partner) -> None:
        assert partner.post("/v1/sites", SITE, key=KEY).status_code == 201
        assert partner.post("/v1/rfqs", RFQ, key=KEY).status_code == 201

    def test_belongs_to_one_enterprise(
        self, partner: Partner, south: EnterpriseRef
    ) -> None:
        partner.post("/v1/sites", SITE, key=KEY)
        answer = partner_of(south).post("/v1/sites", SITE, key=KEY)

        assert answer.status_code == 201
        assert "Idempotent-Replayed" not in answer

    def test_is_free_again_after_a_refusal(self, partner: Partner) -> None:
        refused = partner.post("/v1/sites", {**SITE, "country": "Germany"}, key=KEY)
        assert refused.status_code == 422

        assert partner.post("/v1/sites", SITE, key=KEY).status_code == 201


class TestKeyAtOnce:
    @pytest.mark.usefixtures("committed")
    def test_makes_one_row_of_32_requests(self, north: EnterpriseRef) -> None:
        token = partner_of(north).token
        start = Barrier(32)

        def post(_: int) -> Any:
            try:
                start.wait(timeout=60)
                return Partner(token=token).post("/v1/sites", SITE, key=KEY)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(32) as threads:
            answers = list(threads.map(post, range(32)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1
        with context.enterprise(north):
            assert Site.objects.count() == 1


@pytest.mark.usefixtures("db")
class TestVersion:
    @pytest.fixture
    def rfq(self, partner: Partner) -> Any:
        return partner.post("/v1/rfqs", RFQ)

    def path(self, rfq: Any) -> str:
        return f"/v1/rfqs/{rfq.json()['id']}"

    def test_spares_the_body_where_nothing_changed(
        self, partner: Partner, rfq: Any
    ) -> None:
        read = partner.get(self.path(rfq))
        assert read["ETag"] == rfq["ETag"]

        for tag in (read["ETag"], f'"other", {read["ETag"]}', f"W/{read['ETag']}"):
            again = partner.get(self.path(rfq), **{"If-None-Match": tag})
            assert again.status_code == 304
            assert again.content == b""
            assert again["ETag"] == read["ETag"]

    def test_is_required_to_change(self, partner: Partner, rfq: Any) -> None:
        answer = partner.call("PUT", self.path(rfq), RFQ)

        problem(answer, 428, "precondition_required")

    def test_must_be_the_latest(self, partner: Partner, rfq: Any) -> None:
        changed = {**RFQ, "title": "Wheel brackets"}
        first = partner.call(
            "PUT", self.path(rfq), changed, **{"If-Match": rfq["ETag"]}
        )
        assert first.status_code == 200
        assert first["ETag"] != rfq["ETag"]

        stale = partner.call("PUT", self.path(rfq), RFQ, **{"If-Match": rfq["ETag"]})
        problem(stale, 412, "precondition_failed")
        assert partner.get(self.path(rfq)).json()["title"] == "Wheel brackets"


@pytest.mark.usefixtures("db")
class TestPage:
    @pytest.fixture
    def five(self, partner: Partner) -> list[str]:
        """Titles of five RFQs, newest first."""
        titles = [f"RFQ {number}" for number in range(5)]
        for title in titles:
            partner.post("/v1/rfqs", {**RFQ, "title": title})
        return titles[::-1]

    def walk(self, partner: Partner, path: str, rel: str) -> list[list[str]]:
        pages = []
        while path:
            answer = partner.get(path)
            assert answer.status_code == 200, answer.content
            body = answer.json()
            pages.append([item["title"] for item in body["items"]])
            path = (body[rel] or "").removeprefix(f"http://{HOST}")
            assert (f'rel="{rel}"' in answer["Link"]) == bool(path)
        return pages

    def test_is_followed_by_the_next_and_the_one_before(
        self, partner: Partner, five: list[str]
    ) -> None:
        forward = self.walk(partner, "/v1/rfqs?limit=2", "next")
        assert forward == [five[:2], five[2:4], five[4:]]

        last = partner.get("/v1/rfqs?limit=2").json()
        for _ in range(2):
            last = partner.get(last["next"].removeprefix(f"http://{HOST}")).json()
        back = self.walk(partner, last["prev"].removeprefix(f"http://{HOST}"), "prev")
        assert back == [five[2:4], five[:2]]

    def test_holds_its_place_while_rows_come(
        self, partner: Partner, five: list[str]
    ) -> None:
        first = partner.get("/v1/rfqs?limit=2").json()
        partner.post("/v1/rfqs", {**RFQ, "title": "RFQ new"})

        second = partner.get(first["next"].removeprefix(f"http://{HOST}")).json()
        assert [item["title"] for item in second["items"]] == five[2:4]

    def test_counts_only_where_asked(self, partner: Partner, five: list[str]) -> None:
        assert "count" not in partner.get("/v1/rfqs").json()
        counted = partner.get("/v1/rfqs?limit=1&count=true&search=RFQ").json()
        assert counted["count"] == 5

    def cursor(self, partner: Partner, path: str = "/v1/rfqs?limit=2") -> str:
        return partner.get(path).json()["next"].partition("cursor=")[2]

    @pytest.mark.parametrize(
        "cursor",
        ["nonsense", "", "a:b:c", "%00", "%F0%9F%98%80", ".eJx:1:a"],
    )
    def test_refuses_a_forged_cursor(self, partner: Partner, cursor: str) -> None:
        assert partner.get(f"/v1/rfqs?cursor={cursor}").status_code == 400

    def test_refuses_a_cursor_signed_with_another_key(
        self, partner: Partner, five: list[str]
    ) -> None:
        forged = signing.dumps(("", "a", NOBODYS), salt=SALT, key="another-secret-key")

        answer = partner.get(f"/v1/rfqs?cursor={forged}")
        problem(answer, 400, "invalid_cursor")

    def test_refuses_a_cursor_of_another_filter_list_or_enterprise(
        self, partner: Partner, south: EnterpriseRef, five: list[str]
    ) -> None:
        cursor = self.cursor(partner)
        for who, path in [
            (partner, f"/v1/rfqs?state=draft&cursor={cursor}"),
            (partner, f"/v1/orders?cursor={cursor}"),
            (partner_of(south), f"/v1/rfqs?cursor={cursor}"),
        ]:
            problem(who.get(path), 400, "invalid_cursor")

    @pytest.mark.parametrize("path", ["/v1/rfqs", "/v1/parts", "/v1/machines"])
    def test_asks_no_more_of_the_database_for_more_rows(
        self, partner: Partner, north: EnterpriseRef, path: str
    ) -> None:
        def queries() -> int:
            # The first one fills what is remembered of the enterprise.
            partner.get(path)
            with CaptureQueriesContext(connection) as captured:
                answer = partner.get(path)
            assert len(answer.json()["items"]) == made
            return len(captured)

        counts, made = [], 0
        for rows in (2, 20):
            while made < rows:
                made += 1
                with context.enterprise(north):
                    make.measured_part(number=f"P{made}")
                    make.machines.complete_machine(code=f"M{made}")
                partner.post("/v1/rfqs", {**RFQ, "title": f"RFQ {made}"})
            counts.append(queries())

        assert counts[0] == counts[1]


@pytest.mark.usefixtures("db")
class TestProblem:
    def test_404_for_a_path_that_leads_nowhere(self, partner: Partner) -> None:
        problem(partner.get("/v1/nothing"), 404, "not_found")
        problem(Partner().get("/nothing"), 404, "not_found")

    @pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "TRACE", "QUERY"])
    def test_405_with_what_is_offered(self, partner: Partner, method: str) -> None:
        answer = partner.call(method, "/v1/rfqs")

        problem(answer, 405, "method_not_allowed")
        assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}

    def test_options_say_what_is_offered(self) -> None:
        answer = Partner().call("OPTIONS", "/v1/orders")

        assert answer.status_code == 204
        assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}

    def test_head_is_a_get_without_its_body(self, partner: Partner) -> None:
        answer = partner.call("HEAD", "/v1/rfqs")

        assert answer.status_code == 200
        assert answer.content == b""

    def test_406_for_another_representation(self, partner: Partner) -> None:
        answer = partner.get("/v1/rfqs", Accept="text/csv")

        problem(answer, 406, "not_acceptable")

    @pytest.mark.parametrize(
        "accept", ["*/*", "application/*", "application/json;q=0.8, text/html"]
    )
    def test_json_for_whoever_can_read_it(self, partner: Partner, accept: str) -> None:
        answer = partner.get("/v1/rfqs", Accept=accept)

        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/json"

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/xml",
            "application/x-www-form-urlencoded",
            "application/json; charset=x",
        ],
    )
    def test_415_for_another_media_type(
        self, partner: Partner, content_type: str
    ) -> None:
        answer = _raw(partner, "/v1/rfqs", b"a=b", content_type=content_type)

        problem(answer, 415, "unsupported_media_type")

    def test_413_before_a_large_body_is_read(self, partner: Partner) -> None:
        answer = _raw(partner, "/v1/rfqs", b" " * (2 * 1024 * 1024 + 1))

        problem(answer, 413, "too_large")

    def test_is_never_cached_and_depends_on_the_caller(self, partner: Partner) -> None:
        for answer in (partner.get("/v1/rfqs"), Partner().get("/v1/rfqs")):
            assert answer["Cache-Control"] == "private, no-store"
            assert {"Authorization", "Accept"} <= set(answer["Vary"].split(", "))

    def test_keeps_the_callers_request_id(self, partner: Partner) -> None:
        answer = partner.get("/v1/nothing", **{"X-Request-Id": "my-request-0001"})

        assert answer.json()["trace_id"] == answer["X-Request-Id"] == "my-request-0001"
