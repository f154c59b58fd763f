"""A body that no form needs is refused before it is read."""

from io import BytesIO

import pytest

from apps.portal.bodies import LARGEST_MB
from tenants.types import Role


class Unread(BytesIO):
    """A body that fails whoever reads it."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError(size)


@pytest.mark.parametrize("megabytes", [LARGEST_MB + 1, 1024])
def test_is_measured_by_what_it_announces(member_of, north, megabytes) -> None:
    client = member_of(north, Role.PLANNER)

    answer = client.generic(
        "POST",
        "/documents/add/",
        content_type="multipart/form-data; boundary=part",
        **{"CONTENT_LENGTH": str(megabytes << 20), "wsgi.input": Unread()},
    )

    assert answer.status_code == 413
    assert "110 MB" in answer.content.decode()


def test_is_read_where_a_form_may_be_as_large(member_of, north) -> None:
    """The control: what announces less comes to the form."""
    client = member_of(north, Role.PLANNER)

    answer = client.post("/documents/add/", {"title": "x" * 50_000})

    assert answer.status_code == 422
