"""An answer as plain text for a terminal, and as Markdown to paste elsewhere."""

import re
from collections.abc import Iterator, Sequence

from assistant.answer.write import name_sources
from assistant.api.explanation import ExplanationBody
from assistant.api.explanation_wording import describe_explanation
from assistant.api.schema import AnswerBody, CitationBody, PassageBody
from assistant.api.showing import (
    Quote,
    Version,
    consists_of_versions,
    gather_quotes,
    list_quotes,
    list_versions,
)
from assistant.api.wording import Wording, read_wording, write_date
from assistant.records import Likelihood
from assistant.terminal import escape, escape_lines
from assistant.words import ENGLISH, read_words

# Of brackets only the closing one: for many chat clients "\[" begins a formula, as "$" does.
# "{{" begins a variable of Open WebUI, and GitHub's Markdown makes links of addresses.
_MARKUP = re.compile(
    r"[\\`*\]<>|$~@]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=\bwww)\.|(?<=\{)\{",
    re.IGNORECASE,
)
# What a line must not begin with: the number of a list, or the sign of a list, heading or fence.
_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=#:](?!\d)))")


def render_text(body: AnswerBody) -> str:
    """An answer with its citations below, or the closest passages; then what to ask next."""
    writer = TextWriter()
    wording = writer.wording
    blocks = [_describe_carried(body, writer), *_list_blocks(body, writer)]
    closest = body.abstention.closest if body.abstention else []
    if closest:
        blocks.append(f"{wording.words('answer.closest')}:")
    blocks += [write_passage(body.passages[number - 1]) for number in closest]
    if body.abstention:
        described = {about.player_id for about in body.about}
        blocks += [
            f"{wording.words('answer.about', name=escape(player.name))}: {player.href}"
            for player in body.players
            if player.id not in described
        ]
    asked_next = [
        wording.words("suggestion.also", question=suggestion) for suggestion in body.suggestions
    ]
    coverage = wording.describe_coverage(body.coverage)
    return "\n\n".join(filter(None, [*blocks, coverage, "\n".join(asked_next)]))


def render_markdown(body: AnswerBody, language: str = ENGLISH) -> str:
    """An answer with its citations as footnotes."""
    writer = MarkdownWriter(language)
    asked = f"**{writer.escape(body.question)}**"
    blocks = [asked, _describe_carried(body, writer), *_list_blocks(body, writer)]
    if body.filter is not None:  # elsewhere nothing would say that not all documents were asked
        blocks.append(writer.escape(writer.wording.describe_coverage(body.coverage)))
    return "\n\n".join(filter(None, blocks))


def render_chat(body: AnswerBody, base: str) -> str:
    """An answer as the Markdown of a chat, with links to its quotes.

    `base` is the address of the server, without a slash at its end.
    """
    writer = ChatWriter(base)
    coverage = body.coverage
    is_partial = body.filter is not None or coverage.unread or coverage.skipped
    covered = writer.wording.describe_coverage(coverage) if is_partial else ""
    blocks = [_describe_carried(body, writer), *_list_blocks(body, writer), writer.escape(covered)]
    return "\n\n".join(filter(None, blocks))


def write_explanation(body: ExplanationBody) -> str:
    """How an answer was found, as plain text."""
    words = read_words(ENGLISH)
    lines = [words("answer.found")]
    for title, found in describe_explanation(body, words):
        lines += ["", title, *(f"  {line}" for line in found)]
    return "\n".join(lines)


class TextWriter:
    """Lines for a terminal."""

    paragraphs = "\n"
    citations = "\n\n"
    shares_notes = False
    lists_passages = True
    between = ""  # two numbers

    def __init__(self, language: str = ENGLISH) -> None:
        self.wording = read_wording(language)

    def escape(self, text: str) -> str:
        return escape(text)

    def cite(self, text: str, numbers: Sequence[int], formula: str | None = None) -> str:
        """Words, the numbers of their citations, and how a number in them was derived."""
        references = self.between.join(f"[{number}]" for number in numbers)
        derived = f"({formula})" if formula is not None else ""
        return " ".join(filter(None, [text, references, derived]))

    def confidence(self, confidence: float | None, likelihood: Likelihood | None = None) -> str:
        if confidence is None:
            return ""
        number = self.wording.describe_confidence(confidence)
        return f"{self.wording.words(f'answer.{likelihood}')}. {number}" if likelihood else number

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in rows)

    def citation(self, quote: Quote, *, shown: bool) -> str:
        """The place of a quote; the quote too where it is not `shown` already."""
        citation = quote.first
        when = f", {write_date(citation)}" if citation.published else ""
        numbers = "".join(f"[{one.number}]" for one in quote.citations)
        return "\n".join(
            [
                f"{numbers} {escape(citation.document_title)}{when}",
                *([] if shown else indent(citation.quote)),
                f"    {_describe_place(citation, self.wording)}",
                *(
                    f"    {self.wording.words('text.also_in', document=escape(document_id))}"
                    for document_id in citation.also_in
                ),
            ]
        )


class MarkdownWriter:
    """Paragraphs and footnotes."""

    paragraphs = "\n\n"
    citations = "\n"
    shares_notes = True  # a footnote has one number: citations of one quote share the first
    lists_passages = False

    def __init__(self, language: str = ENGLISH) -> None:
        self.wording = read_wording(language)

    def escape(self, text: str) -> str:
        """A text on one line, with Markdown's special characters escaped."""
        return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", _join_lines(text))

    def cite(self, text: str, numbers: Sequence[int], formula: str | None = None) -> str:
        references = "".join(f"[^{number}]" for number in numbers)
        derived = f" ({self.escape(formula)})" if formula is not None else ""
        return f"{self.escape(text)}{references}{derived}"

    def confidence(self, _confidence: float | None, _likelihood: Likelihood | None = None) -> str:
        return ""

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        header, *others = rows
        lines = [header, ["---"] * len(header), *others]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def citation(self, quote: Quote, *, shown: bool) -> str:
        del shown  # a footnote is read by itself
        citation = quote.first
        when = f" ({write_date(citation)})" if citation.published else ""
        place = self.escape(_describe_place(citation, self.wording))
        return (
            f"[^{citation.number}]: “{self.escape(citation.quote)}” — "
            f"{self.escape(citation.document_title)}{when}, {place}"
        )


class ChatWriter(TextWriter):
    """Paragraphs with numbers in brackets, and a list of the quotes with links to them below.

    The numbers are no links themselves: Markdown shows a link without its brackets, and "2,999 [1]"
    would read "2,999 1".
    """

    paragraphs = "\n\n"
    citations = "\n"
    lists_passages = False
    between = " "  # "[1][2]" is a link where there is a definition of 2

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def escape(self, text: str) -> str:
        """A text on one line that no Markdown renders as anything but its characters.

        >>> ChatWriter("").escape("1. [a](http://b) costs $5_000 [7]")
        '1\\\\. [a\\\\](http\\\\://b) costs \\\\$5_000 [7\\\\]'
        """
        return _START.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", _join_lines(text)))

    def cite(self, text: str, numbers: Sequence[int], formula: str | None = None) -> str:
        derived = self.escape(formula) if formula is not None else None
        return super().cite(self.escape(text), numbers, derived)

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        return MarkdownWriter().table(rows)

    def citation(self, quote: Quote, *, shown: bool) -> str:
        citation = quote.first
        numbers = " ".join(f"[{one.number}]" for one in quote.citations)
        said = "" if shown else f" “{self.escape(citation.quote)}” —"
        when = f", {write_date(citation)}" if citation.published else ""
        place = _describe_place(citation, self.wording)
        # Half a pair of brackets would end the words of the link.
        title = self.escape(f"{citation.document_title}{when}, {place}").replace("[", "&#91;")
        # With "-", it would go on with a list of the answer.
        return f"* {numbers}{said} [{title}]({self._base}{citation.href})"


def _join_lines(text: str) -> str:
    return escape_lines(" ".join(text.split()))


def _describe_carried(body: AnswerBody, writer: TextWriter | MarkdownWriter) -> str:
    """What a follow-up took over from the question before; "" for nothing."""
    if body.carried is None:
        return ""
    words = ", ".join(body.carried.words)
    return writer.escape(
        writer.wording.words("followup.carried", question=body.carried.question, words=words)
    )


def _describe_place(citation: CitationBody, wording: Wording) -> str:
    """The document of a quote, its pages if it has any, its characters, and how it was read."""
    pages = wording.describe_pages(citation)
    characters = wording.describe_characters(citation)
    recognised = wording.words("answer.recognised") if citation.recognised else ""
    return ", ".join(filter(None, [escape(citation.document_id), pages, characters, recognised]))


def _name_sources(versions: Sequence[Version], wording: Wording) -> list[str]:
    """The date or title of each source that disagrees."""
    cited = [version.citation for version in versions]
    return name_sources(
        [(wording.describe_date(one) or one.document_title, one.document_id) for one in cited]
    )


def _list_blocks(body: AnswerBody, writer: TextWriter | MarkdownWriter) -> Iterator[str]:
    """The blocks of an answer, in order; some may be ""."""
    wording = writer.wording
    guess, parts = body.best_guess, body.answer.parts if body.answer else []
    quotes = list_quotes(body)
    first = {one.number: quote.first.number for quote in quotes for one in quote.citations}

    def cite(text: str, numbers: Sequence[int], formula: str | None = None) -> str:
        if writer.shares_notes:
            numbers = list(dict.fromkeys(first[number] for number in numbers))
        return writer.cite(text, numbers, formula)

    written = [cite(part.text, part.citations, wording.describe_formula(part)) for part in parts]
    if body.abstention is not None:
        yield wording.title_abstention(body)
        if guess is not None:
            cited = cite(guess.text, guess.citations)
            yield writer.paragraphs.join(filter(None, [cited, writer.confidence(guess.confidence)]))
        if writer.lists_passages or body.abstention.code != "closest":  # "these passages"
            yield writer.escape(wording.describe_abstention(body.abstention))
    else:
        if body.kind == "list" and body.extractive is None:
            yield "\n".join(f"- {part}" for part in written)
        else:
            verdict = [wording.words(f"verdict.{body.verdict}")] if body.verdict else []
            yield writer.paragraphs.join([*verdict, *written])
        if body.extractive is not None:
            yield writer.escape(wording.words("writer.rephrased", model=body.generator))
        if body.table is not None:
            yield writer.table(wording.list_rows(body.table, cite))
        missing = writer.escape(wording.describe_missing(body))
        confidence = writer.confidence(body.confidence, body.likelihood)
        yield writer.paragraphs.join(filter(None, [confidence, missing]))
    if body.conflict:
        versions = [] if consists_of_versions(body) else list_versions(body)
        yield f"{wording.words('answer.conflict')}{':' if versions else '.'}"
        yield "\n".join(
            f"- {writer.escape(source)}: {cite(version.words, [version.citation.number])}"
            for source, version in zip(_name_sources(versions, wording), versions, strict=True)
        )
    texts = {guess.text} if guess else {part.text for part in parts}
    yield writer.citations.join(
        writer.citation(quote, shown=quote.first.quote in texts) for quote in quotes
    )
    for about in body.about:
        yield f"{wording.words('abstained.about', name=writer.escape(about.name))}:"
        yield writer.citations.join(
            writer.citation(quote, shown=False) for quote in gather_quotes(about.citations)
        )


def write_passage(passage: PassageBody) -> str:
    """A passage's marked sentences, or all of it if there are none."""
    text, start = passage.text, passage.start
    marked = [text[mark.start - start : mark.end - start] for mark in passage.marked] or [text]
    return "\n".join(
        [
            f"({passage.number}) {escape(passage.document_title)}",
            f"    {escape(passage.document_id)}, {read_wording().describe_characters(passage)}",
            *(line for sentence in marked for line in indent(sentence)),
        ]
    )


def indent(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines() if line.strip()]
