"""What a shop imports: the shared document of a real floor, or a small one of ours."""

from pathlib import Path

from tests.support.data import ROOT

SHARED = ROOT / "nist" / "Devices.xml"
# As the shared document has them: two alike, and one of another size.
MILLS = (("Hurco03", "VMX24"), ("Hurco04", "VMX24"), ("Hurco06", "VMX64"))


def device_document(directory: Path) -> tuple[Path, int]:
    """Return a probe document, and how many machines it describes."""
    if SHARED.exists():
        return SHARED, 8
    path = directory / "devices.xml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.3">'
        f'<Header version="1.3"/><Devices>{"".join(_device(*mill) for mill in MILLS)}'
        "</Devices></MTConnectDevices>"
    )
    return path, len(MILLS)


def _device(name: str, model: str) -> str:
    axes = "".join(
        f'<Linear id="{name}-{axis}" name="{axis}"><DataItems><DataItem'
        f' id="{name}-{axis}p" type="POSITION" category="SAMPLE" units="MILLIMETER"/>'
        "</DataItems></Linear>"
        for axis in "XYZ"
    )
    spindle = (
        f'<Rotary id="{name}-C" name="C"><DataItems><DataItem id="{name}-Cs"'
        ' type="ROTARY_VELOCITY" category="SAMPLE" units="REVOLUTION/MINUTE"/>'
        "</DataItems></Rotary>"
    )
    return (
        f'<Device id="{name}" name="{name}" uuid="test-{name}">'
        f'<Description manufacturer="Hurco" model="{model}">Hurco {model}</Description>'
        f'<Components><Axes id="{name}-axes"><Components>{axes}{spindle}'
        "</Components></Axes></Components></Device>"
    )
