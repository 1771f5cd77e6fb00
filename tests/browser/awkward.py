"""Documents and answers with awkward content: right to left, long, many, without spaces."""

from dataclasses import replace
from datetime import date

from assistant.load.csv import load_csv
from assistant.records import Answer, Carried, Document, Part, Passage, Player
from tests.answers import (
    ANSWERED,
    LISTED,
    UNSURE,
    answer_from,
    cite_words,
    hits_of,
    mark_words,
    passage_of,
)

ROWS = 5000
ARABIC_SENTENCE = "يبلغ سعر نظارات كوارك 2,999 يوان (الطراز القياسي)، أي ما يقارب التكلفة!"
ARABIC_WORDS = "2,999 يوان (الطراز القياسي)"
HEBREW_SENTENCE = "המשקפיים של Xiaomi עולים 1,999 יואן, והסוללה מחזיקה 8.6 שעות."
ARABIC = Document(
    "rtl/نظارات.txt",
    "نظارات ذكية: الأسعار (2025)",
    f"الأسعار\n\n{ARABIC_SENTENCE} لا أحد يربح المال.\n\n{HEBREW_SENTENCE}\n\nQuark costs 9 yuan.",
    published=date(2025, 9, 9),
)
FAMILY = "The family 👨‍👩‍👧‍👦 paid 1,999 yuan 🕶️ for the glasses."
WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 6
LONG = Document(
    f"{'folder-without-end/' * 6}{WORD.lower()}.txt",
    f"{WORD} and what else stands in a title of many words " * 2,
    f"{FAMILY} It was {WORD} who said so. http://example.com/{'path/' * 60}\n\n"
    + " ".join(f"Sentence {n} of a long answer tells what the glasses cost." for n in range(30)),
    source=f"https://example.com/{'a' * 300}",
)
TABLE = load_csv(
    "Code,Price,Remark\n" + "".join(f"K{n},{n},row {n}\n" for n in range(ROWS)), "prices.csv"
)
TABLE = replace(TABLE, id="prices.csv")
MANY = Document(
    "many.txt", "Sixty prices", "\n".join(f"Model {n} costs {n + 100} yuan." for n in range(60))
)
TO_DELETE = f"{WORD.lower()[:200]} & “نظارات” <b>.txt"
DOCUMENTS = (ARABIC, LONG, TABLE, MANY)
PLAYERS = (Player("long", WORD, "company"), Player("arabic", "كوارك", "product"))


def answer_long() -> Answer:
    """An answer of 300 words, its whole text cited."""
    start = LONG.text.index("Sentence 0")
    quote = LONG.text[start:]
    answer = replace(answer_from(LONG, quote, None), kind="passage", question="long answer")
    assert len(answer.parts[0].text.split()) >= 300
    return answer


def answer_many() -> Answer:
    """A list of 60 entries, each with a citation of its own."""
    lines = MANY.text.splitlines()
    passages = [
        Passage(MANY, n, MANY.text.index(line), MANY.text.index(line) + len(line), "", ())
        for n, line in enumerate(lines)
    ]
    return replace(
        LISTED,
        question="sixty citations",
        parts=tuple(Part(f"Model {n}", (n + 1,), 4.0) for n in range(60)),
        citations=tuple(
            cite_words(passage, line, line.split(" costs ")[0])
            for passage, line in zip(passages, lines, strict=True)
        ),
        hits=hits_of(*passages[:8]),
        marks=tuple(
            mark_words(passage, (line, 0.5))
            for passage, line in zip(passages[:8], lines, strict=False)
        ),
    )


ARABIC_ANSWER = replace(
    answer_from(ARABIC, ARABIC_SENTENCE, ARABIC_WORDS), question="كم سعر نظارات كوارك؟"
)
HEBREW_ANSWER = replace(
    answer_from(ARABIC, HEBREW_SENTENCE, "8.6 שעות"), question="כמה זמן מחזיקה הסוללה?"
)
WORD_ANSWER = replace(answer_from(LONG, LONG.text.split("\n")[0], WORD), question=WORD)
EMOJI_ANSWER = replace(answer_from(LONG, FAMILY, "1,999 yuan 🕶️"), question="What did 👨‍👩‍👧‍👦 pay?")
UNSURE_ARABIC = replace(
    UNSURE,
    question="من صمم كوارك؟",
    citations=ARABIC_ANSWER.citations,
    hits=hits_of(passage_of(ARABIC)),
    marks=(mark_words(passage_of(ARABIC), (ARABIC_SENTENCE, 0.4)),),
    abstention=replace(UNSURE.abstention, closest=(1,)) if UNSURE.abstention else None,
    players=(),
)
SHORT_ANSWER = replace(ANSWERED, question="short answer")
ANSWERS = (
    ARABIC_ANSWER,
    HEBREW_ANSWER,
    WORD_ANSWER,
    EMOJI_ANSWER,
    UNSURE_ARABIC,
    SHORT_ANSWER,
    answer_long(),
    answer_many(),
)
HOSTILE = "<script>alert(1)</script>&\"' نظارات {{ 7 * 7 }}"
BEFORE = "Which companies sell smart glasses in China, and what do they cost?"
FOLLOW_UP = replace(
    ARABIC_ANSWER,
    question="and Quark's?",
    carried=Carried(HOSTILE, ("نظارات", "<b>smart</b>"), f"{HOSTILE} / and Quark's?"),
    suggestions=("How long does a battery last?", f"Who said {HOSTILE}?", f"What is {WORD}?"),
)
