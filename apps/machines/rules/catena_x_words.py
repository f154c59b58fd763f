"""The words by which machines come from and go into the aspect ManufacturingCapability.

Catena-X `urn:samm:io.catenax.manufacturing_capability:3.1.0`, and 3.0.0 before it. The
model leaves the meaning of properties to references: where nobody has named it before,
they are identifiers of Spindle's own. It has no units, so values carry theirs, by UCUM.
"""

from apps.machines.rules.aas_words import (
    CODE_NAMES,
    FIGURE,
    MACHINE_FIGURES,
    OWN,
    PROCESS,
    QUALITIES,
    SIZES,
    TOLERANCES,
    TOO_GENERAL,
    Figure,
)

MATERIAL = f"{OWN}:material:"
GROUP = f"{OWN}:material-group:"
# The first edition misspelled the name of its references.
REFERENCE_KEYS = ("semanticReferenceId", "sementicReferenceId")
# The machine itself beside its figures; its name is the label.
PLATE = (
    Figure("code", "Machine code", str),
    Figure("maker", "Maker", str),
    Figure("model", "Model", str),
    Figure("serial_number", "Serial number", str),
    Figure("description", "Description", str),
)
OF_MACHINES = (*PLATE, *MACHINE_FIGURES)
BATCH = (
    Figure("batch_min", "SmallestBatch", int),
    Figure("batch_max", "LargestBatch", int),
)
# How well a process is done belongs to it, and what it can be done to limits it.
INHERENT = (*QUALITIES, TOLERANCES)
LIMITING = (*SIZES, *BATCH)
OF_PROCESSES = (*INHERENT, *LIMITING)
PLATE_KEYS = {figure.key for figure in PLATE}
MACHINE_KEYS = {figure.key for figure in OF_MACHINES}
PROCESS_KEYS = {figure.key for figure in OF_PROCESSES}
BY_MEANING = {figure.meaning: figure.key for figure in (*OF_MACHINES, *OF_PROCESSES)}

__all__ = (
    "BATCH",
    "BY_MEANING",
    "CODE_NAMES",
    "FIGURE",
    "GROUP",
    "INHERENT",
    "LIMITING",
    "MACHINE_KEYS",
    "MATERIAL",
    "OF_MACHINES",
    "OF_PROCESSES",
    "OWN",
    "PLATE_KEYS",
    "PROCESS",
    "PROCESS_KEYS",
    "REFERENCE_KEYS",
    "TOO_GENERAL",
    "Figure",
)
