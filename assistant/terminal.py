r"""Text for a terminal, a log or a report: characters that could deceive are shown as escapes.

A file name, a title or a document may contain characters that clear the screen, set the clipboard,
reverse the direction of writing or begin a new line of a log. They are written as in JSON, such as
`\u001b`; so JSON remains valid, and its values the same, when its characters are escaped.
"""

import json
import logging
import re
import textwrap
from copy import copy
from types import TracebackType
from typing import Any, TextIO, TypeAlias

from assistant.errors import OutputError, find_reason

_Raised: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]"
)

# Controls (C0, DEL, C1), the separators of lines and paragraphs, halves of surrogate pairs (of file
# names that are not UTF-8), marks that change the direction of writing, and tags.
_HARMFUL = (
    r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f"
)
# Characters without width: two names that differ only in them look the same.
_INVISIBLE = r"\u00ad\u034f\u115f\u1160\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0"
# Joiners are part of emoji, and of words from Arabic to Mongolian; elsewhere they are invisible.
_JOINED = r"\u0600-\u18af\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_IN_VALUE = re.compile(rf"[{_HARMFUL}{_INVISIBLE}]|(?<![{_JOINED}])[\u200c\u200d]")
_IN_LINES = re.compile(rf"(?![\n\t])[{_HARMFUL}]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def escape(text: object) -> str:
    r"""A value such as a name or a title, on one line.

    >>> print(escape("\x1b[2J a\u202etxt.exe\n"))
    \u001b[2J a\u202etxt.exe\n
    """
    return _IN_VALUE.sub(_write_escape, str(text))


def escape_lines(text: str) -> str:
    r"""A text of several lines: its line feeds and tabs, and what is only invisible, are kept.

    >>> print(escape_lines("one\ntwo\r\x07"))
    one
    two\r\u0007
    """
    return _IN_LINES.sub(_write_escape, text)


def _write_escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


class EscapedStream:
    """A text stream in which `escape_lines` is applied to everything written.

    What its encoding lacks is escaped as well. Raises OutputError where the stream can't be
    written, but for a pipe that its reader has closed.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        escaped = escape_lines(text)
        try:
            self._stream.write(escaped)
        except UnicodeEncodeError:
            self._stream.write(_NOT_ASCII.sub(_write_escape, escaped))
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _make_error(error) from error
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _make_error(error) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _make_error(error: OSError) -> OutputError:
    reason = error.strerror or find_reason(error)
    return OutputError(f"the output can't be written ({reason})", hint="free some space for it")


class LineFormatter(logging.Formatter):
    """Writes a log record on one line; those of a traceback are indented.

    So no value that is logged, nor one in an error's message, can pass for another record.
    """

    def format(self, record: logging.LogRecord) -> str:
        record = copy(record)
        record.exc_text = None  # what another formatter made of the traceback
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in logging
        return escape(super().formatMessage(record))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802
        return textwrap.indent(escape_lines(super().formatException(ei)), "    ")

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return textwrap.indent(escape_lines(stack_info), "    ")
