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
│   ├── ShortageError     the system has no memory or open files left
│   ├── StoppingError     the server is being stopped
│   ├── StoreError        the store of an index can't be reached
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

from assistant.errors.base import (
    BUSY as BUSY,
    GATE_FAILED as GATE_FAILED,
    MISTAKE as MISTAKE,
    NO_CORPUS as NO_CORPUS,
    NO_INDEX as NO_INDEX,
    NOT_WRITTEN as NOT_WRITTEN,
    SHORT as SHORT,
    USAGE as USAGE,
    AssistantError as AssistantError,
    find_reason as find_reason,
)
from assistant.errors.retry import (
    DeadlineError as DeadlineError,
    FeedbackLimitError as FeedbackLimitError,
    IndexOpeningError as IndexOpeningError,
    OverloadError as OverloadError,
    RateLimitError as RateLimitError,
    RetryError as RetryError,
    StoppingError as StoppingError,
    StoreError as StoreError,
)
from assistant.errors.shortage import (
    ShortageError as ShortageError,
    check_shortage as check_shortage,
    find_shortage as find_shortage,
)


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
REQUIREMENTS = {
    "llm": "'httpx2>=2.0'",
    "mcp": "'mcp>=2.3'",
    "milvus": "'pymilvus>=3.0' 'milvus-lite>=3.2' 'apsw>=3.46'",
    "ray": "'ray[data]>=2.50,<2.64' 'fsspec>=2025.1'",
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
