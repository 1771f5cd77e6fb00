"""Every error that a user can cause or fix, each with a hint.

AssistantError
├── SettingError          a setting has a value that can't be used
├── QuestionError         a question is empty, too long, or asked with a bad option
│   └── BatchError        a batch of questions, or a line of it, can't be read
├── CorpusError           the corpus folder can't be read
│   ├── LoadError         a file, or a line of a file, can't be read
│   └── NoDocumentError   the corpus folder has no document
├── UploadError           a file can't be added, or deleted
│   ├── FileFormatError   the ending of its name is none that is read
│   ├── FileTakenError    another file has its name
│   ├── FileChangedError  it is no longer the file that was to be replaced or deleted
│   ├── FileUnknownError  no file of the corpus folder has this name
│   ├── FileTooLargeError it is larger than a file that is added may be
│   └── FileWriteError    the corpus folder can't be written: a full disk, no permission
├── WriteError            a request may not add or delete documents
│   └── WriteTokenError   it has no write token, or a wrong one
├── ForeignSiteError      a page of another site sent a request that changes something
├── PlayersError          the file of players can't be read, or contradicts itself
├── EmbedderError         a model can't be used as embedder
├── ReaderError           a model can't be used as reader
├── IndexAbsentError      there is no index yet
├── IndexDamagedError     a file of the index is missing or was changed
├── IndexMismatchError    the index was made with another embedder, reader or version
├── IndexBusyError        another process is building this index
├── IndexWriteError       the index can't be written: a full disk, no permission
├── ShortageError         the system has no memory or open files left
├── DocumentUnknownError  no document has this id
├── PlayerUnknownError    no player has this id
├── ChartUnknownError     an answer has no chart
├── PageImageError        a page of a document can't be shown as an image
├── ModelUnknownError     a chat asks for a model that is not the assistant
├── FilterError           figures or documents can't be filtered by this value
├── EvaluationError       a question file or BEIR folder can't be used
├── TrainingError         a reader can't be trained from these questions
├── FeedbackError         feedback does not fit its answer or document
├── FeedbackOffError      feedback can't be stored here
├── RetryError            a request can be sent again after some seconds
│   ├── FeedbackLimitError   a sender sends feedback too often
│   ├── RateLimitError    a client sends too many requests
│   ├── OverloadError     too many questions wait for an answer
│   ├── StoppingError     the server is being stopped
│   └── DeadlineError     an answer takes too long
├── AbandonedError        the client did not wait for its answer
├── RequestError          the head of a request is malformed or contradicts itself
│   └── ForwardedError    it names a client, and does not come from a trusted proxy
├── FeedbackWriteError    feedback can't be stored now: a full disk or file
├── FeedbackAbsentError   there is no file of feedback
├── ExtraAbsentError      an optional part is not installed
├── UsageError            a command has a wrong or missing option
├── OutputError           what a command prints can't be written: a full disk
└── AccessError           an address, host or token is not allowed
    └── HostError         a request asks for a host that is not this server
"""

import errno
import os
import sqlite3

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


class SettingError(AssistantError):
    code = "bad_setting"


class QuestionError(AssistantError):
    code = "bad_question"


class BatchError(QuestionError):
    code = "bad_request"


class CorpusError(AssistantError):
    code = "bad_corpus"
    exit_status = NO_CORPUS


class LoadError(CorpusError):
    code = "unreadable_document"


class NoDocumentError(CorpusError):
    code = "no_document"


class UploadError(AssistantError):
    code = "bad_file"


class FileFormatError(UploadError):
    code = "unsupported_format"


class FileTakenError(UploadError):
    """`digest` is the SHA-256 of the file that has the name; "" if it can't be replaced."""

    code = "file_exists"

    def __init__(self, message: str, *, hint: str = "", digest: str = "") -> None:
        super().__init__(message, hint=hint)
        self.digest = digest


class FileChangedError(UploadError):
    code = "file_changed"


class FileUnknownError(UploadError):
    code = "unknown_file"


class FileTooLargeError(UploadError):
    code = "too_large"


class FileWriteError(UploadError):
    code = "file_not_written"
    exit_status = NOT_WRITTEN


class WriteError(AssistantError):
    code = "writing_off"


class WriteTokenError(WriteError):
    code = "no_write_token"


class ForeignSiteError(AssistantError):
    code = "foreign_site"


class PlayersError(AssistantError):
    code = "bad_players"


class EmbedderError(AssistantError):
    code = "bad_embedder"


class ReaderError(AssistantError):
    code = "bad_reader"


class IndexAbsentError(AssistantError):
    code = "no_index"
    exit_status = NO_INDEX


class IndexDamagedError(AssistantError):
    code = "damaged_index"
    exit_status = NO_INDEX


class IndexMismatchError(AssistantError):
    code = "index_mismatch"
    exit_status = NO_INDEX


class IndexBusyError(AssistantError):
    code = "index_busy"
    exit_status = BUSY


class IndexWriteError(AssistantError):
    code = "index_not_written"
    exit_status = NOT_WRITTEN


class ShortageError(AssistantError):
    code = "shortage"
    exit_status = SHORT


def find_shortage(error: BaseException) -> ShortageError | None:
    """What the system is short of, if that is why something failed; by the error's text, for each
    library has a type of its own for it.
    """
    cause: BaseException | None = error
    while cause is not None:
        text = str(cause).casefold()
        is_closed = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_CANTOPEN
        if is_closed or any(sign in text for sign in _NO_FILES):
            return ShortageError(
                "too many files and connections are open",
                hint="try again; if it happens often, raise the limit (`ulimit -n`)",
            )
        if isinstance(cause, MemoryError) or any(sign in text for sign in _NO_MEMORY):
            return ShortageError(
                "there is not enough memory",
                hint="try again; if it happens often, give the process more memory",
            )
        cause = cause.__cause__
    return None


def check_shortage(error: BaseException) -> None:
    """Raises ShortageError if the system's shortage of something is why something failed."""
    shortage = find_shortage(error)
    if shortage is not None:
        raise shortage from error


_NO_FILES = tuple(os.strerror(number).casefold() for number in (errno.EMFILE, errno.ENFILE))
# As the system, onnxruntime and C++ say it.
_NO_MEMORY = (os.strerror(errno.ENOMEM).casefold(), "failed to allocate memory", "bad_alloc",
              "bad allocation")  # fmt: skip


class DocumentUnknownError(AssistantError):
    code = "unknown_document"


class PlayerUnknownError(AssistantError):
    code = "unknown_player"


class ChartUnknownError(AssistantError):
    code = "unknown_chart"


class PageImageError(AssistantError):
    code = "no_page_image"


class ModelUnknownError(AssistantError):
    code = "model_not_found"


class FilterError(AssistantError):
    code = "bad_filter"


class EvaluationError(AssistantError):
    code = "bad_evaluation"


class TrainingError(AssistantError):
    code = "bad_training"


class AccessError(AssistantError):
    code = "not_allowed"


class UsageError(AssistantError):
    code = "bad_usage"
    exit_status = USAGE


class OutputError(AssistantError):
    code = "output_not_written"
    exit_status = NOT_WRITTEN


class HostError(AccessError):
    code = "unknown_host"


class RequestError(AssistantError):
    code = "bad_request"


class ForwardedError(RequestError):
    code = "bad_forwarded"


class FeedbackError(AssistantError):
    code = "bad_feedback"


class FeedbackOffError(AssistantError):
    code = "feedback_off"


class RetryError(AssistantError):
    """`seconds` is how long to wait before sending the request again, 1 or more."""

    def __init__(self, message: str, *, hint: str, seconds: int) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class FeedbackLimitError(RetryError):
    code = "too_much_feedback"

    def __init__(self, seconds: int) -> None:
        hint = f"send it again in {seconds} seconds"
        super().__init__("too much feedback from this address", hint=hint, seconds=seconds)


class RateLimitError(RetryError):
    code = "too_many_requests"

    def __init__(self, limit: str, seconds: int) -> None:
        hint = f"send it again in {seconds} seconds; ASSISTANT_RATE_LIMIT is {limit}"
        super().__init__("too many requests from this address", hint=hint, seconds=seconds)


class OverloadError(RetryError):
    code = "overloaded"

    def __init__(self, seconds: int) -> None:
        hint = f"ask again in {seconds} seconds"
        super().__init__("too many questions wait for an answer", hint=hint, seconds=seconds)


class StoppingError(RetryError):
    code = "stopping"

    def __init__(self) -> None:
        super().__init__("the server is being stopped", hint="ask again in a while", seconds=5)


class DeadlineError(RetryError):
    """`allowed` is how many seconds a request may take."""

    code = "deadline"

    def __init__(self, allowed: float) -> None:
        super().__init__(
            f"no answer within {allowed:g} s",
            hint="ask again later, or raise ASSISTANT_DEADLINE_SECONDS",
            seconds=5,
        )


class AbandonedError(AssistantError):
    code = "abandoned"

    def __init__(self) -> None:
        super().__init__("the client did not wait for the answer")


class FeedbackWriteError(AssistantError):
    code = "feedback_not_stored"
    exit_status = NOT_WRITTEN


class FeedbackAbsentError(AssistantError):
    code = "no_feedback"


# What each extra installs, as in pyproject.toml. A hint can't say `assistant[mcp]`: on PyPI,
# `assistant` is another project.
REQUIREMENTS = {"llm": "httpx2>=2.0", "mcp": "mcp>=2.3"}


class ExtraAbsentError(AssistantError):
    """`extra` is the optional part: a name of `optional-dependencies` in pyproject.toml."""

    code = "extra_absent"

    def __init__(self, extra: str) -> None:
        super().__init__(
            f"the optional part {extra} is not installed",
            hint=f"run `pip install '{REQUIREMENTS[extra]}'` in the environment of the assistant,"
            " and start it again",
        )
        self.extra = extra
