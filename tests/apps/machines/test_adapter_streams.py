"""Streams of MTConnect adapters are no tables of machines, whatever their bars."""

import pytest

from apps.machines import services
from apps.machines.models import TableImport
from apps.machines.rules.table_file import TableUnreadable
from tests.factories.machines import NOON
from tests.support.data import shared_data

FOLDERS = {"nist/raw": 1, "nist/split": 8}


@pytest.mark.usefixtures("in_north")
class TestAdapterStreams:
    def test_are_refused_with_what_to_send_instead(self, planner):
        files = [shared_data("mtconnect/okuma.txt")]
        for folder, count in FOLDERS.items():
            found = sorted(shared_data(folder).iterdir())
            assert len(found) == count
            files += found
        for file in files:
            with pytest.raises(TableUnreadable) as caught:
                services.upload_table(
                    raw=file.read_bytes(), file_name=file.name, by=planner, at=NOON
                )
            assert caught.value.facts["fault"] == "adapter_stream"
            assert caught.value.detail == (
                f"{file.name} is the data stream of an MTConnect adapter, not a table."
            )
            assert caught.value.remedy == (
                "Import the answer of the agent to /probe as an MTConnect document."
            )
        assert TableImport.objects.count() == 0
