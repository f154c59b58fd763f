import pytest
from django.utils.translation import trans_real

from spindle.local import messages


@pytest.fixture(scope="session", autouse=True)
def compiled_messages() -> None:
    """Chinese and Russian are compiled by `make up`; a fresh clone has not run it."""
    if messages.compile_all():
        trans_real._translations.clear()
