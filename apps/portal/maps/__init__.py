"""Maps as geometry: places in, shapes out, drawn by `<c-map>` (ADR 0030).

Outlines are those of Natural Earth, which `spindle.local.assets` fetches; without them
a map has its net of meridians and parallels only.
"""

from apps.portal.maps.drawing import Map, Marker, Spot, draw
from apps.portal.maps.frames import Frame, box_of, frame_of

__all__ = ["Frame", "Map", "Marker", "Spot", "box_of", "draw", "frame_of"]
