"""Does the main job once, as a partner's program would, over HTTP to a running cloud.

Run as `python tests/journey/smoke.py [localhost:8123]` from the checkout, with the
environment of the running cloud (`make smoke` gives it). Only the standard library is
used, and of Spindle nothing but its documented API.
"""

import base64
import http.client
import json
import os
import struct
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
BUYER = "weserorbit"
BOUNDARY = "spindle-smoke-boundary"
# The block's sides in mm, and how many are wanted.
BLOCK = (120.0, 80.0, 20.0)
QUANTITY = 40


class Failed(Exception):
    """Raised when a step did not end as it should."""


class Api:
    """Speaks to `api.<domain>` by the machine's own address.

    Not every resolver knows *.localhost, so the host is named in the header alone.
    """

    def __init__(self, domain: str) -> None:
        self.host = f"api.{domain}"
        self.port = int(domain.rpartition(":")[2]) if ":" in domain else 80
        self.token = ""

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        expect: int,
        **headers: str,
    ) -> Any:
        """Send a request and return what was answered.

        :raises Failed: if it was answered with another status.
        """
        given = {"Host": self.host, **headers}
        if self.token:
            given.setdefault("Authorization", f"Bearer {self.token}")
        if method == "POST" and self.token:
            given["Idempotency-Key"] = str(uuid.uuid4())
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            wire.request(method, path, body=body, headers=given)
            answer = wire.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"{method} {path} was not answered: {error}") from error
        finally:
            wire.close()
        if answer.status != expect:
            text = said.decode(errors="replace")
            raise Failed(f"{method} {path} was answered {answer.status}: {text[:600]}")
        return json.loads(said)

    def sign_in(self, client: dict[str, str]) -> None:
        """Ask for a token by the client's own name."""
        pair = f"{client['client_id']}:{client['client_secret']}".encode()
        answer = self.send(
            "POST",
            "/oauth/token",
            urllib.parse.urlencode({"grant_type": "client_credentials"}).encode(),
            expect=200,
            Authorization=f"Basic {base64.b64encode(pair).decode()}",
            **{"Content-Type": "application/x-www-form-urlencoded"},
        )
        self.token = answer["access_token"]

    def get(self, path: str) -> Any:
        """Read a resource."""
        return self.send("GET", path, expect=200)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Have something done."""
        return self.send(
            "POST",
            path,
            json.dumps(body or {}).encode(),
            expect=201,
            **{"Content-Type": "application/json"},
        )

    def upload(self, fields: dict[str, str], name: str, content: bytes) -> Any:
        """Send a part with its file."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        parts.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
        )
        body = b"".join([*parts, content, f"\r\n--{BOUNDARY}--\r\n".encode()])
        return self.send(
            "POST",
            "/v1/parts",
            body,
            expect=201,
            **{"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        )

    def wait(
        self,
        path: str,
        is_there: Callable[[Any], bool],
        what: str,
        patience: float = PATIENCE,
    ) -> Any:
        """Read a resource again until it is as it should be.

        :raises Failed: if it takes too long.
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            found = self.get(path)
            if is_there(found):
                return found
            time.sleep(0.2)
        raise Failed(
            f"{what} took more than {patience:.0f} s: {json.dumps(found)[:600]}"
        )


def block(sides: tuple[float, float, float]) -> bytes:
    """Return a binary STL file of a block."""
    corners = [
        (x * sides[0], y * sides[1], z * sides[2])
        for x in (0, 1)
        for y in (0, 1)
        for z in (0, 1)
    ]
    faces = [
        (0, 1, 3, 2),
        (4, 6, 7, 5),
        (0, 4, 5, 1),
        (2, 3, 7, 6),
        (0, 2, 6, 4),
        (1, 5, 7, 3),
    ]
    facets = [
        (0.0, 0.0, 0.0, *corners[a], *corners[b], *corners[c], 0)
        for w, x, y, z in faces
        for a, b, c in ((w, x, y), (w, y, z))
    ]
    rows = b"".join(struct.pack("<12fH", *facet) for facet in facets)
    return b"block".ljust(80, b"\0") + struct.pack("<I", len(facets)) + rows


def register_client() -> dict[str, str]:
    """Let the demo's buyer have a partner system, as its owner would.

    :raises Failed: if the command refuses.
    """
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "manage.py"),
            "api_client",
            BUYER,
            "--name",
            "Smoke",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise Failed(f"manage.py api_client: {done.stderr.strip() or done.stdout}")
    client: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return client


def request(part_id: str) -> dict[str, Any]:
    """Return what is asked for."""
    now = datetime.now(UTC)
    return {
        "title": "Smoke test: 40 blocks",
        "currency": "EUR",
        "anonymous": True,
        "delivery_country": "DE",
        "delivery_city": "Bremen",
        "latitude": 53.08,
        "longitude": 8.8,
        "due_on": (now + timedelta(weeks=8)).date().isoformat(),
        "response_deadline_at": (now + timedelta(days=10)).isoformat(),
        "lines": [
            {
                "part_id": part_id,
                "quantity": QUANTITY,
                "process_codes": ["milling-3-axis", "milling-5-axis"],
                "material_code": "en-aw-6061-t6",
                "it_grade": 9,
                "roughness_um": 3.2,
            }
        ],
    }


class Journey:
    """The steps in their order, each with its time."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.begun = time.monotonic()

    def say(self, text: str) -> None:
        """Print a step that is done, and how long it took."""
        now = time.monotonic()
        tell(f"  {now - self.begun:7.2f} s  {text}")
        self.begun = now

    def go(self) -> None:
        """Travel from a part to an order.

        :raises Failed: at the first step that does not end well.
        """
        api = self.api
        api.sign_in(register_client())
        self.say(f"{BUYER} has a client with a token")

        part = api.upload(
            {
                "number": f"SMOKE-{uuid.uuid4().hex[:8]}",
                "name": "Block",
                "material_code": "en-aw-6061-t6",
            },
            "block.stl",
            block(BLOCK),
        )
        part = api.wait(
            f"/v1/parts/{part['id']}",
            lambda found: found["geometry_state"] != "pending",
            "Measuring the part",
        )
        volume = BLOCK[0] * BLOCK[1] * BLOCK[2]
        if part["geometry_state"] != "ready" or abs(part["volume_mm3"] - volume) > 1:
            raise Failed(f"The block was measured wrongly: {part}")
        self.say(f"part {part['number']} is measured: {part['volume_mm3']:.0f} mm3")

        rfq = api.post("/v1/rfqs", request(part["id"]))
        line = rfq["lines"][0]["id"]
        api.post(f"/v1/rfqs/{rfq['id']}/publication")
        self.say(f"{rfq['number']} is published")

        run = api.wait(
            f"/v1/rfq-lines/{line}/matches",
            lambda found: found["state"] == "finished",
            "Matching",
        )
        best = next((item for item in run["items"] if item["outcome"] == "fits"), None)
        if best is None:
            raise Failed(f"No machine fits: {json.dumps(run['refusals'])}")
        if any(
            not item["refusal_texts"]
            for item in run["items"]
            if item["outcome"] == "refused"
        ):
            raise Failed("A machine was refused without a reason.")
        self.say(
            f"{run['fitting']} of {run['considered']} machines fit, best is"
            f" {best['machine_label']} of {best['seller_name']} ({best['score']:.2f})"
        )

        quotes = api.wait(
            f"/v1/rfq-lines/{line}/quotes",
            lambda found: bool(found["items"]),
            "The first automatic quote",
        )["items"]
        quote = quotes[0]
        lines = sum(Decimal(each["amount"]) for each in quote["lines"])
        if quote["origin"] != "auto" or lines != Decimal(quote["total"]["amount"]):
            raise Failed(f"The quote's lines do not sum to its total: {quote}")
        self.say(
            f"{quote['counterparty_name']} asks {quote['total']['amount']}"
            f" {quote['total']['currency']} by {len(quote['lines'])} lines"
        )

        order = api.post(f"/v1/quotes/{quote['id']}/award")
        kept = api.get(f"/v1/orders/{order['id']}")
        state = api.get(f"/v1/rfqs/{rfq['id']}")["state"]
        if (kept["state"], state) != ("placed", "awarded"):
            raise Failed(f"The order is {kept['state']}, the RFQ {state}.")
        self.say(f"order {order['number']} is placed")


def tell(line: str) -> None:
    """Print a line at once: whoever waits reads along."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Travel once; 0 if every step ended well."""
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    domain = given or os.environ.get("SPINDLE_DOMAIN", "localhost:8000")
    if not given and "SPINDLE_URL" in os.environ:
        port = os.environ["SPINDLE_URL"].rpartition(":")[2]
        domain = f"{domain.partition(':')[0]}:{port}"
    begun = time.monotonic()
    try:
        Journey(Api(domain)).go()
    except Failed as failure:
        tell(f"  FAILED  {failure}")
        return 1
    tell(f"  main job done in {time.monotonic() - begun:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
