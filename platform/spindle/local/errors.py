"""Problems that a person can mend."""


class LocalError(Exception):
    """Raised when the local cloud cannot go on.

    It says what is wrong and how to mend it: both are shown to the person who
    typed the command, without a traceback.
    """

    def __init__(self, what: str, *, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what}\n{self.mend}" if self.mend else self.what
