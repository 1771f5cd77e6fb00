"""What all errors have in common, and the exit statuses of commands."""

# Exit statuses of commands; `assistant.cli` describes them all.
MISTAKE = 1
USAGE = 2
GATE_FAILED = 3
NO_INDEX = 4
NO_CORPUS = 5
NOT_WRITTEN = 6
SHORT = 71  # EX_OSERR: a system error
BUSY = 75  # EX_TEMPFAIL: try again later


class AssistantError(Exception):
    """`message` names the thing and its value, `hint` says what to do, `code` is for programs.

    `exit_status` is that of a command that ends with the error.
    """

    code = "error"
    exit_status = MISTAKE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


def find_reason(error: BaseException) -> str:
    """The first line of an error's message, or its type if it has none."""
    message = str(error).strip()
    return message.splitlines()[0] if message else type(error).__name__
