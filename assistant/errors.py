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
│   ├── IndexOpeningError the index is being opened
│   ├── StoppingError     the server is being stopped
│   └── DeadlineError     an answer takes too long
├── AbandonedError        the client did not wait for its answer
├── FeedbackWriteError    feedback can't be stored now: a full disk or file
├── FeedbackAbsentError   there is no file of feedback
├── ExtraAbsentError      an optional part is not installed
└── AccessError           an address, host or token is not allowed
"""


class AssistantError(Exception):
    """`message` names the thing and its value, `hint` says what to do, `code` is for programs.

    `exit_status` is that of a command that ends with the error.
    """

    code = "error"
    exit_status = 1

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


class IndexDamagedError(AssistantError):
    code = "damaged_index"


class IndexMismatchError(AssistantError):
    code = "index_mismatch"


class IndexBusyError(AssistantError):
    code = "index_busy"
    exit_status = 75  # EX_TEMPFAIL: try again later


class IndexWriteError(AssistantError):
    code = "index_not_written"


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


class IndexOpeningError(RetryError):
    code = "opening_index"

    def __init__(self, index: str) -> None:
        hint = "ask again in a second"
        super().__init__(f"the index {index!r} is being opened", hint=hint, seconds=1)


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


class FeedbackAbsentError(AssistantError):
    code = "no_feedback"


# What each extra installs, as in pyproject.toml. A hint can't say `assistant[mcp]`: on PyPI,
# `assistant` is another project.
REQUIREMENTS = {
    "llm": "'httpx2>=2.0'",
    "mcp": "'mcp>=2.3'",
    "otel": "'opentelemetry-sdk>=1.36' 'opentelemetry-exporter-otlp-proto-http>=1.36'",
}


class ExtraAbsentError(AssistantError):
    """`extra` is the optional part: a name of `optional-dependencies` in pyproject.toml."""

    code = "extra_absent"

    def __init__(self, extra: str) -> None:
        super().__init__(
            f"the optional part {extra} is not installed",
            hint=f"run `pip install {REQUIREMENTS[extra]}` in the environment of the assistant,"
            " and start it again",
        )
        self.extra = extra
