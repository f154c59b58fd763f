"""Every MTConnect file of the shared data: what is read of it, or why it is refused."""

import re
from typing import Any

import pytest

from apps.machines.rules.mtconnect import NotAProbeDocument, parse
from apps.machines.types import DeviceFacts, MissingKey, Travel
from tests.apps.machines.test_mtconnect import XYZ, device, document, linear
from tests.support.data import ROOT, shared_data

NAMESPACE = re.compile(rb"urn:mtconnect\.org:MTConnectDevices:\d+\.\d+")
UNSAID = (
    MissingKey.MATERIALS,
    MissingKey.ENVELOPE,
    MissingKey.TOLERANCE,
    MissingKey.ROUGHNESS,
    MissingKey.HOURLY_RATE,
)
VMX = ("milling-3-axis", "Hurco builds the VMX series for this process")
THREE_AXES = ("milling-3-axis", "X, Y and Z with a spindle and no rotary axis")


def hurco(number: int, adapter: int, model: str, description: str) -> dict[str, Any]:
    """Return a mill whose agent names a spindle and nothing that moves."""
    return {
        "name": f"Hurco{number:02}",
        "uuid": f"mtc_adapter{adapter:03}",
        "maker": "Hurco",
        "model": model,
        "description": description,
        "spindles": ("C",),
        "proposal": VMX,
    }


FILES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "nist/Devices.xml": (
        "1.3",
        [
            {
                "name": "GFAgie01",
                "uuid": "mtc_adapter001",
                "maker": "Agie Charmilles",
                "model": "HPM600U",
                "description": "Agie Mikron HPM600U - GF Agie Charmilles HPM600U",
                "linear": ("X", "Y", "Z"),
                "rotary": ("C", "A"),
                "axes": 5,
                "proposal": (
                    "milling-5-axis",
                    "X, Y, Z and two rotary axes: C, A",
                ),
            },
            {
                "name": "Mazak01",
                "uuid": "mtc_adapter002",
                "maker": "Mazak",
                "model": "Integrex",
                "serial_number": "M7303290458",
                "description": "Mazak Integrex 100-IV",
                "linear": ("X", "Y", "Z"),
                "rotary": ("B", "C"),
                "spindles": ("C", "C2"),
                "axes": 5,
                "proposal": (
                    "turn-mill",
                    "X, Y and Z, and spindle C also moves as an axis",
                ),
            },
            {
                "name": "Mazak03",
                "uuid": "mtc_adapter004",
                "maker": "Mazak",
                "model": "QTN",
                "description": "Mazak QuickTurn - Mazak QuickTurn Nexus 300",
                "linear": ("X", "Z"),
                "rotary": ("C",),
                "spindles": ("S", "S2"),
                "axes": 3,
                "proposal": ("turning", "X and Z with a spindle and no Y"),
            },
            hurco(1, 5, "VMX24", "Hurco VMX 24 #1"),
            hurco(2, 6, "VMX24", "Hurco VMX 24 #2"),
            hurco(3, 7, "VMX24", "Hurco VMX 24 #3"),
            hurco(4, 8, "VMX24", "Hurco VMX 24 #4"),
            hurco(6, 10, "VMX64", "Hurco VMX 64"),
        ],
    ),
    "mtconnect/haas.xml": (
        "1.1",
        [
            {
                "name": "Haas_1",
                "uuid": "000",
                "maker": "Haas",
                "linear": ("X", "Y", "Z"),
                "spindles": ("C",),
                "axes": 3,
                "proposal": THREE_AXES,
                "unsaid": (MissingKey.MODEL, *UNSAID),
            }
        ],
    ),
    "mtconnect/fanuc.xml": (
        "1.1",
        [
            {
                "name": "Fanuc-4Axis",
                "uuid": "000",
                "maker": "Fanuc",
                "linear": ("X", "Y", "Z"),
                "rotary": ("A",),
                "spindles": ("C",),
                "axes": 4,
                "proposal": (
                    "milling-4-axis",
                    "X, Y, Z and one rotary axis: A",
                ),
                "unsaid": (MissingKey.MODEL, *UNSAID),
            }
        ],
    ),
    "mtconnect/128.32.164.245.xml": (
        "0.9",
        [
            {
                "name": "CMP",
                "uuid": "CMP",
                "linear": ("Z",),
                "axes": 1,
                "unsaid": (
                    MissingKey.MAKER,
                    MissingKey.MODEL,
                    MissingKey.PROCESS,
                    *UNSAID,
                ),
            },
            {
                "name": "MoriSeiki",
                "linear": ("X", "Y", "Z"),
                "spindles": ("S",),
                "axes": 3,
                "proposal": THREE_AXES,
                "unsaid": (MissingKey.MAKER, MissingKey.MODEL, *UNSAID),
            },
        ],
    ),
}
STREAMS = (
    "mtconnect/okuma.txt",
    "nist/raw/Mazak01-20190313-20190314.txt",
    *(f"nist/split/Cover-Op3-Hurco04-0{number}of20.txt" for number in range(1, 9)),
)
NOTHING: dict[str, Any] = {
    "name": "",
    "uuid": "",
    "maker": "",
    "model": "",
    "serial_number": "",
    "description": "",
    "linear": (),
    "rotary": (),
    "spindles": (),
    "axes": None,
    # No agent of these limits an axis or a speed, or says whose control it is.
    "controllers": (),
    "spindle_rpm": None,
    "travels": (),
    "envelope": None,
    "proposal": None,
    "unsaid": UNSAID,
}


def told(found: DeviceFacts) -> dict[str, Any]:
    """Return all that was read of a device."""
    proposal = found.proposal
    return {
        "name": found.name,
        "uuid": found.uuid,
        "maker": found.maker,
        "model": found.model,
        "serial_number": found.serial_number,
        "description": found.description,
        "linear": found.linear_axes,
        "rotary": found.rotary_axes,
        "spindles": found.spindles,
        "axes": found.axes,
        "controllers": found.controllers,
        "spindle_rpm": found.spindle_rpm,
        "travels": found.travels,
        "envelope": found.envelope_mm,
        "proposal": proposal and (proposal.process_code, proposal.reason_text),
        "unsaid": found.unsaid,
    }


class TestEachFile:
    @pytest.mark.parametrize("path", FILES)
    def test_says_exactly_this_of_each_device(self, path: str) -> None:
        version, devices = FILES[path]

        probe = parse(shared_data(path).read_bytes())

        assert probe.version == version
        assert [told(one) for one in probe.devices] == [
            {**NOTHING, **one} for one in devices
        ]

    @pytest.mark.parametrize("version", ["1.1", "1.8", "2.0", "2.2", "2.4"])
    @pytest.mark.parametrize("path", FILES)
    def test_says_the_same_in_other_versions(self, path: str, version: str) -> None:
        raw = shared_data(path).read_bytes()
        name = f"urn:mtconnect.org:MTConnectDevices:{version}".encode()
        other = NAMESPACE.sub(name, raw)
        if other == raw:
            start = b'<MTConnectDevices xmlns="' + name + b'">'
            other = raw.replace(b"<MTConnectDevices>", start)

        probe = parse(other)

        assert probe.version == version
        assert [told(one) for one in probe.devices] == [
            {**NOTHING, **one} for one in FILES[path][1]
        ]

    @pytest.mark.parametrize("path", STREAMS)
    def test_is_refused_with_what_it_is_and_what_to_send(self, path: str) -> None:
        with pytest.raises(NotAProbeDocument) as refusal:
            parse(shared_data(path).read_bytes())

        assert (str(refusal.value.detail), str(refusal.value.remedy)) == (
            "The file is the data stream of an adapter, not a device document.",
            "Save the answer of the agent to /probe.",
        )

    def test_is_named_here(self) -> None:
        shared_data("mtconnect")
        paths = [
            *(ROOT / "mtconnect").iterdir(),
            *(ROOT / "nist").glob("*.xml"),
            *(ROOT / "nist" / "raw").iterdir(),
            *(ROOT / "nist" / "split").iterdir(),
        ]

        assert {path.relative_to(ROOT).as_posix() for path in paths} == {
            *FILES,
            *STREAMS,
        }


def spindle(inside: str, units: str = "REVOLUTION/MINUTE", kind: str = "") -> str:
    """Return a spindle whose speed is limited."""
    return f"""<Rotary id="s" name="S"><DataItems>
      <DataItem id="sp" category="SAMPLE" type="{kind or "ROTARY_VELOCITY"}"
        units="{units}">{inside}</DataItem></DataItems></Rotary>"""


def most(value: str) -> str:
    return f"<Constraints><Maximum>{value}</Maximum></Constraints>"


class TestSpindleSpeed:
    @pytest.mark.parametrize(
        ("component", "rpm"),
        [
            (spindle(most("12000")), 12000),
            (spindle(most("200"), "REVOLUTION/SECOND"), 12000),
            (spindle(most("72000"), "DEGREE/SECOND"), 12000),
            (spindle(most("8000"), kind="SPINDLE_SPEED"), 8000),
            (spindle(""), None),
            (spindle(most("fast")), None),
            (spindle(most("1e9")), None),
            (spindle(most("100"), "PERCENT"), None),
            (spindle(most("0")), None),
            (spindle(most("12000")) + spindle(most("4000")), 12000),
        ],
    )
    def test_is_the_highest_that_a_spindle_is_limited_to(
        self, component: str, rpm: int | None
    ) -> None:
        assert device(document(component)).spindle_rpm == rpm

    def test_is_read_from_a_specification_of_version_2(self) -> None:
        raw = document(
            """<Rotary id="c" name="C"><Configuration><Specifications>
              <Specification type="ROTARY_VELOCITY" units="REVOLUTION/MINUTE">
              <Maximum>18000</Maximum></Specification>
              </Specifications></Configuration></Rotary>""",
            namespace="urn:mtconnect.org:MTConnectDevices:2.2",
        )

        assert device(raw).spindle_rpm == 18000


class TestControllers:
    @pytest.mark.parametrize(
        ("component", "controllers"),
        [
            ('<Controller id="c" name="controller"/>', ()),
            ('<Controller id="c" name="Controller_2"/>', ()),
            ('<Controller id="c" name="cont"/>', ()),
            ('<Controller id="c" name="OSP-P300S"/>', ("OSP-P300S",)),
            (
                """<Controller id="c" name="controller">
                <Description manufacturer="FANUC" model="31i-B5"/></Controller>""",
                ("FANUC 31i-B5",),
            ),
        ],
    )
    def test_are_named_where_the_document_says_whose(
        self, component: str, controllers: tuple[str, ...]
    ) -> None:
        assert device(document(component)).controllers == controllers


class TestAxes:
    def test_of_what_serves_the_machine_are_not_its_own(self) -> None:
        loader = f"""<Auxiliaries id="aux"><Components><Loader id="l"><Components>
          {linear("W")}<Controller id="lc" name="PLC"/></Components></Loader>
          </Components></Auxiliaries>"""
        raw = document(XYZ).replace(
            b"</Axes></Components>", f"</Axes>{loader}</Components>".encode()
        )

        found = device(raw)

        assert (found.linear_axes, found.controllers) == (("X", "Y", "Z"), ())

    @pytest.mark.parametrize(
        ("units", "scale"),
        [
            ("MILLIMETER", 1.0),
            ("CENTIMETER", 10.0),
            ("DECIMETER", 100.0),
            ("METER", 1000.0),
            ("INCH", 25.4),
            ("FOOT", 304.8),
        ],
    )
    def test_are_limited_in_any_unit_of_length(self, units: str, scale: float) -> None:
        raw = document(
            linear(
                "X",
                "<Constraints><Minimum>0</Minimum><Maximum>20</Maximum></Constraints>",
            )
        ).replace(b'units="MILLIMETER"', f'nativeUnits="{units}"'.encode())

        assert device(raw).travels == (Travel("X", 0.0, round(20 * scale, 3)),)
