"""A token speaks for one enterprise, within its scopes, until it is revoked."""

import jwt
import pytest
from django.utils import timezone

from tenants.registry.clients import clients_of, revoke_client
from tenants.registry.selectors import user_by_email
from tenants.types import EnterpriseRef
from tests.support.api import HOST, Partner, partner_of

pytestmark = pytest.mark.usefixtures("db")


class TestToken:
    def test_names_its_enterprise_audience_and_scopes(
        self, north: EnterpriseRef
    ) -> None:
        partner = partner_of(north, "rfqs:read", "catalog:read")

        claims = jwt.decode(partner.token, options={"verify_signature": False})
        assert claims["tenant"] == str(north.id)
        assert claims["aud"] == f"https://{HOST}/v1"
        assert sorted(claims["scope"].split()) == ["catalog:read", "rfqs:read"]
        assert claims["exp"] - claims["iat"] <= 600

    def test_opens_what_its_scopes_name(self, north: EnterpriseRef) -> None:
        partner = partner_of(north, "catalog:read")

        assert partner.get("/v1/processes").status_code == 200
        refused = partner.get("/v1/rfqs")
        assert refused.status_code == 403
        assert refused["Content-Type"] == "application/problem+json"

    def test_is_refused_from_the_next_request_after_revocation(
        self, north: EnterpriseRef
    ) -> None:
        partner = partner_of(north, "catalog:read")
        owner = user_by_email("owner@north.example")
        assert owner is not None

        revoke_client(
            enterprise=north,
            client_id=clients_of(north.id)[0].client_id,
            by_user_id=owner.id,
            at=timezone.now(),
        )

        refused = partner.get("/v1/processes")
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize(
        "header",
        ["", "Basic abc", "Bearer", "Bearer nonsense", "Bearer a.b.c"],
    )
    def test_is_required(self, header: str) -> None:
        answer = Partner().get(
            "/v1/processes", **({"Authorization": header} if header else {})
        )

        assert answer.status_code == 401
        assert answer.json()["status"] == 401

    def test_forged_by_another_key_is_refused(self, north: EnterpriseRef) -> None:
        from cryptography.hazmat.primitives.asymmetric import rsa

        real = partner_of(north, "catalog:read").token
        claims = jwt.decode(real, options={"verify_signature": False})
        kid = jwt.get_unverified_header(real)["kid"]
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        forged = jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

        assert Partner(token=forged).get("/v1/processes").status_code == 401

    def test_without_a_signature_is_refused(self, north: EnterpriseRef) -> None:
        real = partner_of(north, "catalog:read").token
        claims = jwt.decode(real, options={"verify_signature": False})
        forged = jwt.encode(
            claims,
            "",
            algorithm="none",
            headers={"kid": jwt.get_unverified_header(real)["kid"]},
        )

        assert Partner(token=forged).get("/v1/processes").status_code == 401
