"""One box that looks in everything the reader may open."""

import pytest

from tenants import context
from tenants.types import Role
from tests.factories import exchange, machines, orders


@pytest.fixture
def world(north, south):
    """A machine at north; at south an RFQ for a bracket, quoted by the machine."""
    exchange.shop(north)
    mill = exchange.listing(north)
    demand = exchange.demand(south)
    return exchange.auto_quoted(north, demand.pk, mill.pk)


def look(client, words):
    return client.get("/search/", {"q": words}).content.decode()


class TestSearch:
    def test_asks_a_stranger_to_sign_in(self, stranger):
        response = stranger.get("/search/?q=bracket")

        assert response["Location"] == (
            "/account/login/?next=%2Fsearch%2F%3Fq%3Dbracket"
        )

    def test_is_not_there_for_members_of_others(self, member_of, north, south):
        assert member_of(south, at=north).get("/search/").status_code == 404

    def test_teaches_what_can_be_found(self, member_of, north):
        assert "What are you looking for?" in look(member_of(north), "  ")

    def test_says_that_nothing_was_found(self, member_of, north):
        assert "Nothing found" in look(member_of(north), "zeppelin")

    def test_keeps_the_words_in_the_box(self, member_of, north):
        assert 'value="zeppelin &lt;b&gt;"' in look(member_of(north), "zeppelin <b>")

    def test_finds_parts_rfqs_and_quotes(self, member_of, south, world):
        text = look(member_of(south), "bracket")

        assert "Parts: 1" in text
        assert "BRK-100" in text
        assert "RFQs: 1" in text
        assert "Quotes: 1" in text
        assert f'href="/quotes/{world.pk}/"' in text

    def test_finds_orders_by_number(self, member_of, south):
        with context.enterprise(south):
            order = orders.placed_order()

        text = look(member_of(south), order.number)

        assert "Orders: 1" in text
        assert f'href="/orders/{order.pk}/"' in text

    def test_wants_every_word(self, member_of, south, world):
        assert "Nothing found" in look(member_of(south), "bracket zeppelin")

    def test_shows_a_reader_only_what_they_may_open(self, member_of, south, world):
        text = look(member_of(south, Role.SELLER), "bracket")

        assert "Quotes: 1" in text
        assert "RFQs" not in text.partition('id="main"')[2]

    def test_finds_nothing_of_others(self, member_of, north, world):
        text = look(member_of(north), "BRK-100")

        assert "Nothing found" in text

    def test_finds_machines(self, member_of, north):
        with context.enterprise(north):
            hurco = machines.machine()

        text = look(member_of(north, Role.PLANNER), "hurco")

        assert "Machines: 1" in text
        assert f'href="/machines/{hurco.pk}/"' in text

    def test_shows_the_first_of_many(self, member_of, south):
        with context.enterprise(south):
            for number in range(9):
                orders.part(number=f"SHAFT-{number}")

        text = look(member_of(south, Role.BUYER), "shaft")

        assert "Parts: the first 8" in text
        assert 'href="/parts/?q=shaft"' in text
