"""Files: by their page's address, by the store's, and by addresses made of both."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage

from apps.orders.models import Part
from apps.reports.models import ReportFile
from apps.reports.types import FileFormat
from tenants import context
from tests.leaks import matrix
from tests.leaks.matrix import NOBODYS, Complaint, Group, difference, said
from tests.leaks.resources import CANARIES
from tests.leaks.test_portal import STRANGERS
from tests.leaks.world import World, heard

# How each kind of file is asked for, and by which id.
KINDS: dict[str, tuple[str, str]] = {
    "part": ("/parts/{}/file/", "part_id"),
    "preview of a part": ("/parts/{}/preview/", "part_id"),
    **{
        f"report as {kind}": ("/report-files/{}/", f"{kind}_file_id")
        for kind in FileFormat
    },
    "report by the API": ("/v1/report-files/{}", "pdf_file_id"),
}
MANIPULATIONS: dict[str, Callable[[str, str, str], str]] = {
    "plain": lambda address, id_, stored: address.format(id_),
    "in capitals": lambda address, id_, stored: address.format(id_.upper()),
    "without hyphens": lambda address, id_, stored: address.format(
        id_.replace("-", "")
    ),
    "with an ending": lambda address, id_, stored: address.format(f"{id_}.pdf"),
    "up and down": lambda address, id_, stored: address.format(f"x/../{id_}"),
    "up, encoded": lambda address, id_, stored: address.format(f"..%2f{id_}"),
    "with a NUL": lambda address, id_, stored: address.format(f"{id_}%00"),
    "by the store's name": lambda address, id_, stored: f"/files/{stored}",
    "by the store's name, encoded": lambda address, id_, stored: (
        f"/files/{quote(stored, safe='')}"
    ),
}
CALLERS = (
    "anonymous",
    "client of another enterprise",
    "counterparty of an award",
    "revoked client",
    "client of a suspended enterprise",
    "owner of another enterprise, by session",
    "operator, by session",
)


def asking(kind: str) -> tuple[str, ...]:
    return CALLERS if kind == "report by the API" else tuple(STRANGERS)


GROUPS = [
    Group("Files", f"{kind}, {manipulation}", asking(kind))
    for kind in KINDS
    for manipulation in MANIPULATIONS
]
SECRETS = (CANARIES["file content"].encode(), CANARIES["report's content"].encode())


@pytest.fixture(scope="module")
def stored(world: World) -> dict[str, str]:
    """Where the store keeps what an id names."""
    with context.enterprise(world.north):
        part = Part.objects.get(pk=world.ids["part_id"])
        files = {
            f"report as {kind}": ReportFile.objects.get(
                pk=world.ids[f"{kind}_file_id"]
            ).file.name
            for kind in FileFormat
        }
    return {
        "part": part.file.name,
        "preview of a part": part.preview.name,
        **files,
        "report by the API": files["report as pdf"],
    }


def clients_of(world: World, kind: str) -> dict[str, Callable[[str], Any]]:
    if kind != "report by the API":
        return {name: client.get for name, client in world.strangers.items()}
    partners = {
        "client of another enterprise": world.easts_system,
        "counterparty of an award": world.souths_system,
        "revoked client": world.revoked_system,
        "client of a suspended enterprise": world.wests_system,
        "owner of another enterprise, by session": world.easts_session,
        "operator, by session": world.operators_session,
    }
    from tests.support.api import Partner

    partners["anonymous"] = Partner()
    return {name: partner.get for name, partner in partners.items()}


def attack(
    world: World, stored: dict[str, str], group: Group
) -> Iterator[tuple[str, Complaint]]:
    kind, manipulation = group.name.rsplit(", ", 1)
    if manipulation == "encoded":
        kind, manipulation = group.name.split(", ", 1)
    address, id_name = KINDS[kind]
    make = MANIPULATIONS[manipulation]
    id_ = world.ids[id_name]
    for name, get in clients_of(world, kind).items():
        answer = get(make(address, id_, stored[kind]))
        others = said(answer, id_, id_.upper(), id_.replace("-", ""))
        if any(secret in others[2] for secret in SECRETS):
            yield name, "gives the file away"
        elif others[0] < 300 or others[0] >= 500:
            yield name, f"answers {others[0]}"
        elif "store" in manipulation:
            yield name, None
        else:
            nobody = str(NOBODYS)
            nothing = get(make(address, nobody, "t_nobody/parts/none"))
            same = said(nothing, nobody, nobody.upper(), nobody.replace("-", ""))
            yield name, difference(others, same)


class TestDenied:
    @pytest.mark.parametrize("group", GROUPS, ids=str)
    def test_is_every_file_of_another(
        self, world: World, stored: dict[str, str], group: Group
    ) -> None:
        matrix.judge(group, attack(world, stored, group))


class TestOwn:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_given_as_an_attachment_that_nothing_keeps(
        self, world: World, kind: str
    ) -> None:
        """The control: the owner gets the very bytes, and no cache keeps them."""
        address, id_name = KINDS[kind]
        path = address.format(world.ids[id_name])
        client: Any = world.norths_browser
        if kind == "report by the API":
            client = world.norths_system

        answer = client.get(path)

        body = b"".join(answer.streaming_content)
        assert body in SECRETS
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        if kind != "preview of a part":
            assert answer["Content-Disposition"].startswith("attachment")

    def test_is_kept_below_the_owners_schema(
        self, world: World, stored: dict[str, str]
    ) -> None:
        for name in stored.values():
            assert name.startswith(f"{world.north.schema}/")
            assert default_storage.exists(name)

    def test_tells_a_colleague_in_a_low_role_nothing_more(self, world: World) -> None:
        from tenants.types import Role

        address, id_name = KINDS["part"]
        answer = world.colleagues[Role.OPERATOR].get(address.format(world.ids[id_name]))

        assert answer.status_code == 403
        assert heard(answer) is None
