"""Part files of exactly known size, written by hand: no CAD system was asked."""

import struct
from collections.abc import Sequence

Point = tuple[float, float, float]

UNITS = {
    "mm": "(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.))",
    "m": "(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT($,.METRE.))",
    "inch": "(CONVERSION_BASED_UNIT('INCH',#92)LENGTH_UNIT()NAMED_UNIT(#91))",
}


def step_cylinder(*, radius: float, height: float, unit: str = "mm") -> bytes:
    """A STEP file (AP203) of an upright cylinder, in the unit's own numbers."""
    lines = f"""
#1=APPLICATION_CONTEXT('mechanical design');
#2=MECHANICAL_CONTEXT('',#1,'mechanical');
#3=PRODUCT('pin','pin','',(#2));
#4=PRODUCT_DEFINITION_FORMATION('','',#3);
#5=DESIGN_CONTEXT('',#1,'design');
#6=PRODUCT_DEFINITION('','',#4,#5);
#7=PRODUCT_DEFINITION_SHAPE('','',#6);
#8=SHAPE_DEFINITION_REPRESENTATION(#7,#80);
#10=CARTESIAN_POINT('',(0.,0.,0.));
#11=CARTESIAN_POINT('',(0.,0.,{height!r}));
#12=CARTESIAN_POINT('',({radius!r},0.,0.));
#13=CARTESIAN_POINT('',({radius!r},0.,{height!r}));
#14=DIRECTION('',(0.,0.,1.));
#15=DIRECTION('',(1.,0.,0.));
#16=DIRECTION('',(0.,0.,-1.));
#20=AXIS2_PLACEMENT_3D('',#10,#14,#15);
#21=AXIS2_PLACEMENT_3D('',#11,#14,#15);
#22=AXIS2_PLACEMENT_3D('',#10,#16,#15);
#30=VERTEX_POINT('',#12);
#31=VERTEX_POINT('',#13);
#32=CIRCLE('',#20,{radius!r});
#33=CIRCLE('',#21,{radius!r});
#34=VECTOR('',#14,1.);
#35=LINE('',#12,#34);
#40=EDGE_CURVE('',#30,#30,#32,.T.);
#41=EDGE_CURVE('',#31,#31,#33,.T.);
#42=EDGE_CURVE('',#30,#31,#35,.T.);
#50=ORIENTED_EDGE('',*,*,#40,.T.);
#51=ORIENTED_EDGE('',*,*,#42,.T.);
#52=ORIENTED_EDGE('',*,*,#41,.F.);
#53=ORIENTED_EDGE('',*,*,#42,.F.);
#54=ORIENTED_EDGE('',*,*,#41,.T.);
#55=ORIENTED_EDGE('',*,*,#40,.F.);
#60=EDGE_LOOP('',(#50,#51,#52,#53));
#61=EDGE_LOOP('',(#54));
#62=EDGE_LOOP('',(#55));
#63=FACE_OUTER_BOUND('',#60,.T.);
#64=FACE_OUTER_BOUND('',#61,.T.);
#65=FACE_OUTER_BOUND('',#62,.T.);
#66=CYLINDRICAL_SURFACE('',#20,{radius!r});
#67=PLANE('',#21);
#68=PLANE('',#22);
#70=ADVANCED_FACE('',(#63),#66,.T.);
#71=ADVANCED_FACE('',(#64),#67,.T.);
#72=ADVANCED_FACE('',(#65),#68,.T.);
#73=CLOSED_SHELL('',(#70,#71,#72));
#74=MANIFOLD_SOLID_BREP('',#73);
#80=ADVANCED_BREP_SHAPE_REPRESENTATION('',(#20,#74),#90);
#90=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT((#96))
GLOBAL_UNIT_ASSIGNED_CONTEXT((#93,#94,#95))REPRESENTATION_CONTEXT('',''));
#91=DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.);
#92=LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),#97);
#93={UNITS[unit]};
#94=(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.));
#95=(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT());
#96=UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.E-6),#93,'','');
#97=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));
"""
    return step(lines)


def step(data: str) -> bytes:
    """A STEP file with these data lines."""
    return (
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\n"
        "FILE_NAME('pin','2030-05-06T12:00:00',(''),(''),'','','');\n"
        "FILE_SCHEMA(('CONFIG_CONTROL_DESIGN'));\nENDSEC;\nDATA;"
        f"{data}ENDSEC;\nEND-ISO-10303-21;\n"
    ).encode()


def box_facets(
    low: Point, high: Point, *, inside_out: bool = False
) -> list[tuple[Point, Point, Point]]:
    """The twelve facets of a box, wound so that their normals point out."""
    corners = [
        (x, y, z)
        for x in (low[0], high[0])
        for y in (low[1], high[1])
        for z in (low[2], high[2])
    ]
    quads = [
        (0, 1, 3, 2),
        (4, 6, 7, 5),
        (0, 4, 5, 1),
        (2, 3, 7, 6),
        (0, 2, 6, 4),
        (1, 5, 7, 3),
    ]
    facets = []
    for a, b, c, d in quads:
        for triangle in ((a, b, c), (a, c, d)):
            ways = triangle[::-1] if inside_out else triangle
            one, two, three = (corners[index] for index in ways)
            facets.append((one, two, three))
    return facets


def binary_stl(
    facets: Sequence[tuple[Point, Point, Point]], *, announced: int | None = None
) -> bytes:
    """A binary STL file; it may announce another number of facets than it has."""
    count = len(facets) if announced is None else announced
    body = b"".join(
        struct.pack("<12fH", 0, 0, 0, *one, *two, *three, 0)
        for one, two, three in facets
    )
    return b"made by a test".ljust(80, b"\0") + struct.pack("<I", count) + body


def text_stl(facets: Sequence[tuple[Point, Point, Point]]) -> bytes:
    """A text STL file."""
    lines = ["solid box"]
    for facet in facets:
        lines.append("facet normal 0 0 0\nouter loop")
        lines += [f"vertex {x!r} {y!r} {z!r}" for x, y, z in facet]
        lines.append("endloop\nendfacet")
    return ("\n".join(lines) + "\nendsolid box\n").encode()
