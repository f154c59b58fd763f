import os
import socket

import pytest

from spindle.local import ports
from spindle.local.ports import PortBook


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


class TestPortBook:
    def test_gives_a_service_its_port_again(self, tmp_path):
        first = PortBook(tmp_path / "ports.json").claim("postgres")

        again = PortBook(tmp_path / "ports.json").claim("postgres")

        assert again == first

    def test_gives_another_when_the_old_one_is_taken(self, tmp_path, taken):
        (tmp_path / "ports.json").write_text(f'{{"postgres": {taken}, "valkey": 1}}')
        book = PortBook(tmp_path / "ports.json")

        port = book.claim("postgres")

        assert port != taken
        assert ports.is_free(port)
        assert book.claim("postgres") == port

    def test_starts_anew_when_the_book_is_unreadable(self, tmp_path):
        (tmp_path / "ports.json").write_text("{")

        assert ports.is_free(PortBook(tmp_path / "ports.json").claim("postgres"))


class TestHolderOf:
    def test_names_the_program_that_listens(self, taken):
        assert not ports.is_free(taken)
        assert ports.answers(taken)
        assert ports.holder_of(taken).endswith(f"process {os.getpid()}")

    def test_is_silent_about_a_free_port(self):
        assert ports.holder_of(ports.free_port()) == ""
