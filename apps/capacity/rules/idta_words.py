"""The words of IDTA 02067, Production Calendar 1.0.

Names and semantic ids are those of the published template (admin-shell-io,
submodel-templates, Production Calendar 1/1). It stores one calendar as a file of RFC
5545 and names what extends that format.
"""

IDTA = "https://admin-shell.io/idta"
SUBMODEL = f"{IDTA}/SubmodelTemplate/ProductionCalendar/1/0"
CALENDAR = f"{IDTA}/ProductionCalendar/calendar/1/0"
INHERITED_FROM = f"{IDTA}/ProductionCalendar/inheritedFrom/1/0"
VARIABLES = f"{IDTA}/ProductionCalendar/specificationExtensionVariables/1/0"
VARIABLE_NAME = f"{IDTA}/ProductionCalendar/variableName/1/0"
VARIABLE_SPECIFICATION = f"{IDTA}/ProductionCalendar/variableSpecification/1/0"
NAME = "ProductionCalendar"
FOLDER = "/aasx/files"
MEDIA_TYPE = "application/asset-administration-shell-package"

# What extends RFC 5545 in a calendar of ours; the first is the template's own.
VARIABLES_USED = {
    "X-BREAK": (
        "Breaks inside a shift, as comma separated periods of RFC 5545 for its first"
        " occurrence; the same time after the start of every other."
    ),
    "X-SPINDLE-EXCEPTION": (
        "OPEN or CLOSED: a period in which the weekly shifts do not hold. Of two that"
        " overlap the later one in the file holds."
    ),
    "X-SPINDLE-REASON": "Why a period is open or closed.",
    "X-SPINDLE-HAS-WEEK": "FALSE: the week of the calendar above holds.",
    "X-SPINDLE-KEEPS-EXCEPTIONS": "FALSE: exceptions of calendars above do not hold.",
    "X-SPINDLE-EFFICIENCY": "Share of working time that makes progress, in percent.",
    "X-SPINDLE-HOLIDAYS": "ISO 3166 code of the country whose holidays are kept.",
    "X-SPINDLE-UNTIL": "The last day for which holidays are written down.",
}
