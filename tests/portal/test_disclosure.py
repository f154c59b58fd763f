"""Who sees what: chosen on a page, seen as others do, and kept from the rest."""

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from apps.exchange import services
from apps.exchange.models import Demand, Listing
from apps.machines import selectors
from apps.machines import services as machines_services
from apps.machines.models import Certificate
from apps.machines.types import CertificateState, DisclosedFact
from tenants import context
from tenants.types import SYSTEM, Circle, EnterpriseRef, Role
from tests.factories import exchange as make
from tests.support.world import NOON

DOMAIN_OF = {"urlconf": "spindle.urls_enterprise"}
# As the reasons round them.
SECRETS = ("614 x", "x 507 mm")


@pytest.fixture
def planner(member_of, north) -> Client:
    return member_of(north, Role.PLANNER)


@pytest.fixture
def mill(north: EnterpriseRef) -> Listing:
    make.shop(north)
    return make.listing(north, offers={"size_x_mm": 613.7, "size_y_mm": 507.3})


def path(name: str, mill: Listing | None = None) -> str:
    args = [mill.machine_id] if mill else []
    return reverse(f"portal:{name}", args=args, **DOMAIN_OF)


def text_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def choose(north: EnterpriseRef, mill: Listing, **circles: Circle) -> None:
    with context.enterprise(north):
        machines_services.choose_circles(
            choices={DisclosedFact(fact): circle for fact, circle in circles.items()},
            by=SYSTEM,
            at=NOON,
        )
        services.publish_machine(machine_id=mill.machine_id, at=NOON)


def circle_of(north: EnterpriseRef, mill: Listing, fact: str) -> tuple[str, str]:
    with context.enterprise(north):
        machine = selectors.machine_detail(mill.machine_id).machine
        (found,) = (each for each in selectors.circles_of(machine) if each.fact == fact)
    return found.circle.value, found.source.value


class TestChoosing:
    def test_is_for_all_machines_or_for_one(
        self, planner: Client, north: EnterpriseRef, mill: Listing
    ) -> None:
        planner.post(path("disclosure"), {"envelope": "private", "batch": ""})
        assert circle_of(north, mill, "envelope") == ("private", "enterprise")

        answer = planner.post(
            path("machine-disclosure", mill), {"envelope": "public"}, follow=True
        )
        assert circle_of(north, mill, "envelope") == ("public", "machine")
        assert "Now: Everyone, chosen for this machine" in text_of(answer)
        assert str(mill.machine_id) in text_of(planner.get(path("disclosure")))

        planner.post(path("machine-disclosure", mill), {"envelope": ""})
        assert circle_of(north, mill, "envelope") == ("private", "enterprise")

    def test_says_what_it_costs_to_keep_a_fact(
        self, planner: Client, mill: Listing
    ) -> None:
        page = text_of(planner.get(path("machine-disclosure", mill)))

        assert "Buyers who ask for a certificate will not find you." in page
        assert page.count('type="radio"') == 5 * len(DisclosedFact)
        assert 'aria-label="Largest part: Counterparties"' in page

    def test_is_for_planners(
        self, member_of, north: EnterpriseRef, mill: Listing
    ) -> None:
        viewer = member_of(north, Role.VIEWER)

        viewer.post(path("disclosure"), {"envelope": "private"})

        assert circle_of(north, mill, "envelope") == ("market", "default")
        assert "disabled" in text_of(viewer.get(path("disclosure")))


class TestPreview:
    @pytest.mark.parametrize(
        ("circle", "seen"),
        [
            (Circle.PRIVATE, []),
            (Circle.COUNTERPARTY, ["counterparty"]),
            (Circle.MARKET, ["enterprise", "counterparty"]),
            (Circle.PUBLIC, ["stranger", "enterprise", "counterparty"]),
        ],
    )
    def test_shows_what_the_reader_gets_or_why_not(
        self,
        planner: Client,
        north: EnterpriseRef,
        mill: Listing,
        circle: Circle,
        seen: list[str],
    ) -> None:
        choose(north, mill, envelope=circle)

        found = []
        for reader in ("stranger", "enterprise", "counterparty"):
            page = text_of(planner.get(path("machine-preview", mill), {"as": reader}))
            is_told = "613.7" in page
            found += [reader] * is_told
            assert is_told != ("(chosen for all machines)" in page)
        assert found == seen

    def test_swaps_its_part_when_a_tab_is_chosen(
        self, planner: Client, mill: Listing
    ) -> None:
        part = text_of(
            planner.get(
                path("machine-preview", mill),
                {"as": "enterprise"},
                headers={"HX-Request": "true"},
            )
        )

        assert part.lstrip().startswith('<div class="stack" id="seen"')
        assert "613.7" in part

    def test_follows_while_the_exchange_does_not_yet(
        self, planner: Client, mill: Listing
    ) -> None:
        planner.post(path("disclosure"), {"envelope": "counterparty"})

        assert "every 2s" in text_of(planner.get(path("machine-preview", mill)))

    def test_of_a_machine_that_is_not_published_is_empty(
        self, planner: Client, north: EnterpriseRef, mill: Listing
    ) -> None:
        with context.enterprise(north):
            machines_services.withdraw_machine(
                machine_id=mill.machine_id, by=SYSTEM, at=NOON
            )

        page = text_of(planner.get(path("machine-preview", mill)))

        assert "Nobody sees it" in page


class TestMatches:
    @pytest.fixture
    def asked(self, south: EnterpriseRef) -> Demand:
        return make.demand(south, part={"size_y_mm": 901.7})

    def test_tell_the_buyer_no_masked_figure(
        self, member_of, north: EnterpriseRef, south: EnterpriseRef, mill, asked
    ) -> None:
        buyer = member_of(south, Role.BUYER)
        page = reverse("portal:rfq-matches", args=[asked.rfq_line_id], **DOMAIN_OF)
        make.matched(asked.pk)
        control = text_of(buyer.get(page))
        assert [secret in control for secret in SECRETS] == [True, True]

        choose(
            north,
            mill,
            envelope=Circle.COUNTERPARTY,
            machine_label=Circle.COUNTERPARTY,
        )
        # Before and after the demand is matched anew.
        for _again in range(2):
            told = text_of(buyer.get(page))
            assert [secret in told for secret in SECRETS] == [False, False]
            assert mill.machine_label not in told
            assert "only counterparties see" in told or "machine not named" in told
            make.matched(asked.pk)

    def test_tell_which_certificates_were_checked(
        self, member_of, north: EnterpriseRef, south: EnterpriseRef, mill
    ) -> None:
        buyer = member_of(south, Role.BUYER)
        fitting = make.demand(south)
        page = reverse("portal:rfq-matches", args=[fitting.rfq_line_id], **DOMAIN_OF)
        make.matched(fitting.pk)
        claimed = text_of(buyer.get(page))
        assert ("ISO 9001" in claimed, "Verified" in claimed) == (True, False)

        with context.enterprise(north):
            Certificate.objects.update(
                state=CertificateState.VERIFIED, verified_at=NOON, verified_by="Olga"
            )
            services.publish_machine(machine_id=mill.machine_id, at=NOON)

        told = text_of(buyer.get(page))
        assert ("ISO 9001" in told, "Verified" in told) == (True, True)


class TestBrandPage:
    def test_shows_what_is_for_everyone(
        self, public_site: Client, north: EnterpriseRef, mill: Listing
    ) -> None:
        page = reverse(
            "public:enterprise", args=[north.slug], urlconf="spindle.urls_public"
        )
        before = text_of(public_site.get(page))
        assert "613.7" not in before
        assert mill.machine_label in before

        choose(
            north,
            mill,
            envelope=Circle.PUBLIC,
            hourly_rate=Circle.PUBLIC,
            machine_label=Circle.MARKET,
            certificates=Circle.PRIVATE,
            free_capacity=Circle.MARKET,
        )

        after = text_of(public_site.get(page))
        assert "613.7 × 610 × 507.3" in after.replace("\N{NO-BREAK SPACE}", " ")
        assert "€68.00 an hour" in after
        assert mill.machine_label not in after
        assert "ISO 9001" not in after
        assert "free time" not in after
