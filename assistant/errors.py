"""Everything the assistant can refuse to do.

AssistantError
├── SettingError        a setting has a value that can't be used
├── QuestionError       a question can't be asked as it stands
├── CorpusError         the corpus folder can't be read
│   └── LoadError       one file or line of it can't be read
├── PlayersError        the file of players says what can't be
├── EmbedderError       a model can't be used for embedding
├── ReaderError         a model can't be used for reading
├── IndexAbsentError    there is no index yet
├── IndexDamagedError   a file of the index is not what was published
├── IndexMismatchError  the index was made by something else than is asking
├── IndexBusyError      another process is building this index
├── IndexWriteError     the index can't be written: a full disk, no permission
├── DocumentUnknownError
├── PlayerUnknownError
├── ChartUnknownError
├── FilterError         figures can't be chosen by a value as it stands
├── EvaluationError     a question file or BEIR folder can't be used
├── TrainingError       a reader can't be trained as asked
└── AccessError         an address, host or token is not allowed
"""


class AssistantError(Exception):
    """A person's mistake, told so that it can be mended.

    `message` names the thing and its value, `hint` the way out; `code` is stable, for programs.
    """

    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


def find_reason(error: BaseException) -> str:
    """The first line of what a library says, or the kind of its error where it says nothing."""
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__


class SettingError(AssistantError):
    code = "bad_setting"


class QuestionError(AssistantError):
    code = "bad_question"


class CorpusError(AssistantError):
    code = "bad_corpus"


class LoadError(CorpusError):
    code = "unreadable_document"


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


class IndexWriteError(AssistantError):
    code = "index_not_written"


class DocumentUnknownError(AssistantError):
    code = "unknown_document"


class PlayerUnknownError(AssistantError):
    code = "unknown_player"


class ChartUnknownError(AssistantError):
    code = "unknown_chart"


class FilterError(AssistantError):
    code = "bad_filter"


class EvaluationError(AssistantError):
    code = "bad_evaluation"


class TrainingError(AssistantError):
    code = "bad_training"


class AccessError(AssistantError):
    code = "not_allowed"
