"""Probe documents: what is read from good ones, and how bad ones are refused."""

import pytest

from apps.kernel.errors import InvalidInput
from apps.machines.rules import mtconnect
from apps.machines.rules.mtconnect import NotAProbeDocument, parse
from apps.machines.types import DeviceFacts, MissingKey, ProposalReason, Travel
from tests.support.data import shared_data

VERSION_1 = "urn:mtconnect.org:MTConnectDevices:1.3"
VERSION_2 = "urn:mtconnect.org:MTConnectDevices:2.2"
UNSAID_BY_ALL = (
    MissingKey.MATERIALS,
    MissingKey.ENVELOPE,
    MissingKey.TOLERANCE,
    MissingKey.ROUGHNESS,
    MissingKey.HOURLY_RATE,
)


def document(*components: str, namespace: str = VERSION_1, said: str = "") -> bytes:
    """Write a probe document of one device with some axes."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <MTConnectDevices xmlns="{namespace}">
      <Header version="1.3"/>
      <Devices>
        <Device id="d" name="Mill" uuid="mill-7">
          {said}
          <Components><Axes id="a"><Components>
            {"".join(components)}
          </Components></Axes></Components>
        </Device>
      </Devices>
    </MTConnectDevices>""".encode()


def linear(name: str, inside: str = "") -> str:
    return f"""<Linear id="{name}" name="{name}"><DataItems>
      <DataItem id="{name}p" type="POSITION" category="SAMPLE" units="MILLIMETER">
        {inside}
      </DataItem></DataItems></Linear>"""


def rotary(name: str, *types: str, inside: str = "") -> str:
    items = "".join(
        f'<DataItem id="{name}{at}" type="{kind}" category="SAMPLE">{inside}</DataItem>'
        for at, kind in enumerate(types)
    )
    return f'<Rotary id="{name}" name="{name}"><DataItems>{items}</DataItems></Rotary>'


SPINDLE = rotary("S", "ROTARY_VELOCITY")
XYZ = linear("X") + linear("Y") + linear("Z")


def device(raw: bytes) -> DeviceFacts:
    (found,) = parse(raw).devices
    return found


class TestNistDocument:
    @pytest.fixture
    def devices(self) -> dict[str, DeviceFacts]:
        probe = parse(shared_data("nist/Devices.xml").read_bytes())
        assert probe.version == "1.3"
        return {found.name: found for found in probe.devices}

    def test_names_eight_machine_tools(self, devices: dict[str, DeviceFacts]) -> None:
        assert {name: found.uuid for name, found in devices.items()} == {
            "GFAgie01": "mtc_adapter001",
            "Mazak01": "mtc_adapter002",
            "Mazak03": "mtc_adapter004",
            "Hurco01": "mtc_adapter005",
            "Hurco02": "mtc_adapter006",
            "Hurco03": "mtc_adapter007",
            "Hurco04": "mtc_adapter008",
            "Hurco06": "mtc_adapter010",
        }

    def test_says_who_made_them(self, devices: dict[str, DeviceFacts]) -> None:
        assert {
            name: (found.maker, found.model, found.serial_number, found.description)
            for name, found in devices.items()
            if name in {"GFAgie01", "Mazak01", "Mazak03", "Hurco04", "Hurco06"}
        } == {
            "GFAgie01": (
                "Agie Charmilles",
                "HPM600U",
                "",
                "Agie Mikron HPM600U - GF Agie Charmilles HPM600U",
            ),
            "Mazak01": ("Mazak", "Integrex", "M7303290458", "Mazak Integrex 100-IV"),
            "Mazak03": (
                "Mazak",
                "QTN",
                "",
                "Mazak QuickTurn - Mazak QuickTurn Nexus 300",
            ),
            "Hurco04": ("Hurco", "VMX24", "", "Hurco VMX 24 #4"),
            "Hurco06": ("Hurco", "VMX64", "", "Hurco VMX 64"),
        }

    def test_does_not_take_a_spindle_for_a_rotary_axis(
        self, devices: dict[str, DeviceFacts]
    ) -> None:
        axes = {
            name: (found.linear_axes, found.rotary_axes, found.spindles, found.axes)
            for name, found in devices.items()
        }

        hurco = ((), (), ("C",), None)
        assert axes == {
            "GFAgie01": (("X", "Y", "Z"), ("C", "A"), (), 5),
            "Mazak01": (("X", "Y", "Z"), ("B", "C"), ("C", "C2"), 5),
            "Mazak03": (("X", "Z"), ("C",), ("S", "S2"), 3),
            "Hurco01": hurco,
            "Hurco02": hurco,
            "Hurco03": hurco,
            "Hurco04": hurco,
            "Hurco06": hurco,
        }

    def test_suggests_a_process_and_says_why(
        self, devices: dict[str, DeviceFacts]
    ) -> None:
        suggested = {
            name: (found.proposal.process_code, found.proposal.reason_text)
            for name, found in devices.items()
            if found.proposal
        }

        vmx = ("milling-3-axis", "Hurco builds the VMX series for this process")
        assert suggested == {
            "GFAgie01": ("milling-5-axis", "X, Y, Z and two rotary axes: C, A"),
            "Mazak01": (
                "turn-mill",
                "X, Y and Z, and spindle C also moves as an axis",
            ),
            "Mazak03": ("turning", "X and Z with a spindle and no Y"),
            "Hurco01": vmx,
            "Hurco02": vmx,
            "Hurco03": vmx,
            "Hurco04": vmx,
            "Hurco06": vmx,
        }

    def test_says_what_it_does_not_say(self, devices: dict[str, DeviceFacts]) -> None:
        assert {found.unsaid for found in devices.values()} == {UNSAID_BY_ALL}


class TestOtherMakersDocuments:
    def test_reads_a_haas_of_version_1_1(self) -> None:
        found = device(shared_data("mtconnect/haas.xml").read_bytes())

        assert (found.name, found.uuid, found.maker) == ("Haas_1", "000", "Haas")
        assert (found.linear_axes, found.rotary_axes) == (("X", "Y", "Z"), ())
        assert found.spindles == ("C",)
        assert found.proposal is not None
        assert found.proposal.process_code == "milling-3-axis"
        assert found.unsaid[0] == MissingKey.MODEL

    def test_reads_a_fanuc_with_an_index_axis(self) -> None:
        found = device(shared_data("mtconnect/fanuc.xml").read_bytes())

        assert (found.rotary_axes, found.spindles) == (("A",), ("C",))
        assert found.proposal is not None
        assert found.proposal.process_code == "milling-4-axis"

    def test_reads_a_draft_from_before_1_0(self) -> None:
        probe = parse(shared_data("mtconnect/128.32.164.245.xml").read_bytes())

        assert probe.version == "0.9"
        assert [
            (found.name, found.uuid, found.linear_axes, found.spindles)
            for found in probe.devices
        ] == [
            ("CMP", "CMP", ("Z",), ()),
            ("MoriSeiki", "", ("X", "Y", "Z"), ("S",)),
        ]
        assert probe.devices[0].proposal is None

    def test_refuses_a_stream_of_an_adapter(self) -> None:
        with pytest.raises(NotAProbeDocument, match="data stream of an adapter"):
            parse(shared_data("mtconnect/okuma.txt").read_bytes())

    @pytest.mark.parametrize("folder", ["mtconnect", "nist"])
    def test_reads_or_clearly_refuses_every_file(self, folder: str) -> None:
        refusals = []
        for path in sorted(shared_data(folder).rglob("*.*")):
            try:
                assert parse(path.read_bytes()).devices
            except NotAProbeDocument as refusal:
                refusals.append((path.name, refusal.detail, refusal.remedy))

        assert all(detail and remedy for _name, detail, remedy in refusals)
        assert not [name for name, _detail, _remedy in refusals if name.endswith("xml")]


class TestProposal:
    @pytest.mark.parametrize(
        ("components", "process_code", "reason"),
        [
            (XYZ + SPINDLE, "milling-3-axis", ProposalReason.THREE_AXES),
            (XYZ + SPINDLE + rotary("A", "ANGLE"), "milling-4-axis", "four_axes"),
            (
                XYZ + SPINDLE + rotary("B", "ANGLE") + rotary("C", "ANGLE"),
                "milling-5-axis",
                "five_axes",
            ),
            (
                XYZ + rotary("B", "ANGLE") + rotary("C", "ANGLE", "ROTARY_VELOCITY"),
                "turn-mill",
                "turn_mill_axes",
            ),
            (linear("X") + linear("Z") + SPINDLE, "turning", "turning_axes"),
            (
                linear("X1") + linear("Z1") + linear("X2") + linear("Z2") + SPINDLE,
                "turning",
                "turning_axes",
            ),
            (
                linear("X") + linear("Y") + linear("U") + linear("V"),
                "wire-edm",
                "wire_guides",
            ),
        ],
    )
    def test_follows_from_the_axes(
        self, components: str, process_code: str, reason: str
    ) -> None:
        proposal = device(document(components)).proposal

        assert proposal is not None
        assert (proposal.process_code, proposal.reason) == (process_code, reason)

    @pytest.mark.parametrize(
        "components", ["", XYZ, linear("X"), linear("X") + linear("Y") + SPINDLE]
    )
    def test_is_not_made_where_axes_say_too_little(self, components: str) -> None:
        found = device(document(components))

        assert found.proposal is None
        assert MissingKey.PROCESS in found.unsaid

    @pytest.mark.parametrize(
        ("maker", "model", "process_code"),
        [
            ("Hurco", "VMX30Ui", "milling-5-axis"),
            ("HURCO", "VMX42SRTi", "milling-5-axis"),
            ("Hurco", "VMX42i", "milling-3-axis"),
            ("Haas Automation", "VF-2", "milling-3-axis"),
            ("Haas", "UMC-750", "milling-5-axis"),
            ("Mazak_Corporation", "INTEGREX i-200", "turn-mill"),
            ("Okuma", "MULTUS U3000", "turn-mill"),
            ("DMG MORI", "NLX 2500", "turning"),
            ("FANUC", "ROBOCUT C600iB", "wire-edm"),
        ],
    )
    def test_falls_back_on_the_makers_series(
        self, maker: str, model: str, process_code: str
    ) -> None:
        said = f'<Description manufacturer="{maker}" model="{model}"/>'

        proposal = device(document(SPINDLE, said=said)).proposal

        assert proposal is not None
        assert proposal.process_code == process_code
        assert proposal.reason == ProposalReason.SERIES

    def test_is_not_made_from_a_series_of_another_maker(self) -> None:
        said = '<Description manufacturer="Acme" model="VMX24"/>'

        assert device(document(SPINDLE, said=said)).proposal is None

    @pytest.mark.parametrize(
        ("modes", "rotary_axes", "spindles"),
        [
            (("SPINDLE",), (), ("C",)),
            (("INDEX",), ("C",), ()),
            (("SPINDLE", "CONTOUR"), ("C",), ("C",)),
        ],
    )
    def test_tells_spindles_and_axes_apart_by_their_mode(
        self, modes: tuple[str, ...], rotary_axes: object, spindles: object
    ) -> None:
        values = "".join(f"<Value>{mode}</Value>" for mode in modes)
        axis = rotary("C", "ROTARY_MODE", inside=f"<Constraints>{values}</Constraints>")

        found = device(document(axis))

        assert (found.rotary_axes, found.spindles) == (rotary_axes, spindles)

    def test_counts_a_spindle_inside_a_rotary_once(self) -> None:
        axis = """<Rotary id="c" name="C"><Components>
            <Spindle id="s" name="S"/></Components></Rotary>"""

        found = device(document(axis))

        assert (found.rotary_axes, found.spindles) == ((), ("C",))


class TestEnvelope:
    LIMITS = "<Constraints><Minimum>{}</Minimum><Maximum>{}</Maximum></Constraints>"

    def test_is_the_travel_that_constraints_limit(self) -> None:
        found = device(
            document(
                linear("X", self.LIMITS.format(-305, 305)),
                linear("Y", self.LIMITS.format(-254, 254)),
                linear("Z", self.LIMITS.format(-610, 0)),
            )
        )

        assert found.travels == (
            Travel("X", -305.0, 305.0),
            Travel("Y", -254.0, 254.0),
            Travel("Z", -610.0, 0.0),
        )
        assert found.envelope_mm == (610.0, 508.0, 610.0)
        assert MissingKey.ENVELOPE not in found.unsaid

    def test_is_the_travel_that_specifications_of_version_2_limit(self) -> None:
        def axis(name: str, least: str, most: str, units: str) -> str:
            return f"""<Linear id="{name}" name="{name}"><Configuration>
              <Specifications>
                <Specification type="POSITION" units="{units}">
                  <Maximum>{most}</Maximum><Minimum>{least}</Minimum>
                </Specification>
              </Specifications></Configuration></Linear>"""

        found = device(
            document(
                axis("X", "0", "20", "INCH"),
                axis("Y", "0", "400", "MILLIMETER"),
                axis("Z", "-0.5", "0", "METER"),
                namespace=VERSION_2,
            )
        )

        assert found.envelope_mm == (508.0, 400.0, 500.0)

    def test_is_found_where_a_specification_names_the_position(self) -> None:
        limits = "".join(
            f"""<Specification type="POSITION" dataItemIdRef="{name}p"
              units="MILLIMETER"><UpperLimit>{most}</UpperLimit>
              <LowerLimit>0</LowerLimit></Specification>"""
            for name, most in (("X", 800), ("Y", 600), ("Z", 500))
        )
        said = (
            f"<Configuration><Specifications>{limits}</Specifications></Configuration>"
        )

        found = device(document(XYZ, said=said, namespace=VERSION_2))

        assert found.envelope_mm == (800.0, 600.0, 500.0)

    @pytest.mark.parametrize(
        ("least", "most"),
        [("5", "5"), ("9", "1"), ("a", "b"), ("nan", "1"), ("0", "inf")],
    )
    def test_is_unknown_where_limits_make_no_sense(self, least: str, most: str) -> None:
        limits = self.LIMITS.format(least, most)

        found = device(
            document(linear("X", limits), linear("Y", limits), linear("Z", limits))
        )

        assert found.travels == ()
        assert found.envelope_mm is None

    def test_is_unknown_where_an_axis_has_no_limits(self) -> None:
        found = device(
            document(linear("X", self.LIMITS.format(0, 300)), linear("Y"), linear("Z"))
        )

        assert found.travels == (Travel("X", 0.0, 300.0),)
        assert found.envelope_mm is None


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<MTConnectDevices><Devices><Device name="&lol3;"/></Devices></MTConnectDevices>"""
EXTERNAL_ENTITY = b"""<?xml version="1.0"?>
<!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<MTConnectDevices><Devices><Device name="&secret;"/></Devices></MTConnectDevices>"""


class TestRefusal:
    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"", "empty"),
            (b" \n ", "empty"),
            (b"not xml", "not well-formed XML: line 1, column 1"),
            (b"<MTConnectDevices>", "not well-formed XML"),
            (b"\x00\x01\x02", "not well-formed XML"),
            ("<a>é</a>".encode("latin-1"), "not well-formed XML"),
            (b'<?xml version="1.0" encoding="nonsense"?><a/>', "not well-formed XML"),
            (b"<html><body/></html>", "is a html, not an MTConnectDevices"),
            (b"<MTConnectStreams/>", "/current, /sample"),
            (b"<MTConnectAssets/>", "/assets"),
            (
                b"<MTConnectError><Error>No such device</Error></MTConnectError>",
                "No such device",
            ),
            (b"<MTConnectDevices/>", "names no device"),
            (b"<MTConnectDevices><Devices/></MTConnectDevices>", "names no device"),
            (
                b'<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:3.0"/>',
                "is not MTConnect 1.x or 2.x",
            ),
            (b'<MTConnectDevices xmlns="urn:acme"/>', "is not MTConnect 1.x or 2.x"),
            (BILLION_LAUGHS, "entities or a document type"),
            (EXTERNAL_ENTITY, "entities or a document type"),
            (b"<a>" * 100, "deeper than 64 levels"),
            (b"<a>" * 200_000 + b"</a>" * 200_000, "deeper than 64 levels"),
            (b"<a/>" + b" " * mtconnect.MAX_BYTES, "5 MiB are read at most"),
        ],
    )
    def test_is_clear(self, raw: bytes, said: str) -> None:
        with pytest.raises(NotAProbeDocument) as refusal:
            parse(raw)

        assert said in str(refusal.value.detail)
        assert refusal.value.remedy
        assert isinstance(refusal.value, InvalidInput)

    def test_stops_at_too_many_devices(self) -> None:
        devices = '<Device name="d"/>' * 501
        raw = f"<MTConnectDevices><Devices>{devices}</Devices></MTConnectDevices>"

        with pytest.raises(NotAProbeDocument, match="501 devices; 500 are read"):
            parse(raw.encode())

    def test_does_not_grow_with_the_square_of_a_hostile_file(self) -> None:
        axes = "<Rotary/><Spindle/>" * 100_000

        found = device(document(axes))

        assert len(found.spindles) == 100_000

    def test_skips_comments_and_instructions(self) -> None:
        found = device(document("<!-- a spindle --><?x y?>", XYZ, SPINDLE))

        assert found.linear_axes == ("X", "Y", "Z")

    def test_skips_an_agent_that_describes_itself(self) -> None:
        raw = document(XYZ, namespace=VERSION_2).replace(
            b"<Devices>", b'<Devices><Agent id="agent" name="Agent" uuid="a-1"/>'
        )

        assert device(raw).name == "Mill"

    def test_cuts_long_words_but_never_the_uuid(self) -> None:
        long = "m" * 500
        raw = document().replace(b'name="Mill"', f'name="{long}"'.encode())
        raw = raw.replace(b'uuid="mill-7"', f'uuid="{long}"'.encode())

        found = device(raw)

        assert (len(found.name), len(found.uuid)) == (120, 500)
