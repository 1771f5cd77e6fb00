import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from assistant.errors import TrainingError
from assistant.evaluate.squad import SquadParagraph, SquadQuestion
from assistant.read.span import MOST_PIECES, QUESTION_PIECES
from assistant.train import examples as examples_module
from assistant.train import loop
from assistant.train.examples import (
    BATCH_PIECES,
    Batch,
    Examples,
    is_held_out,
)
from assistant.train.loop import (
    CHECKPOINT,
    Plan,
    attend,
    find_loss,
    find_rate,
    hash_inputs,
    load_base,
    shared_loss,
    train,
)
from assistant.train.negatives import Names, Negative, make_negatives
from tests.conftest import make_tiny_tokenizer, write_tiny_model


def make_paragraph(
    text: str, *asked: tuple[str, str | None], title: str = "Meta", id_: str = "q"
) -> SquadParagraph:
    """A paragraph with its questions; each answer stands where it is first found."""
    questions = tuple(
        SquadQuestion(
            f"{id_}{n}", question, () if answer is None else ((answer, text.index(answer)),)
        )
        for n, (question, answer) in enumerate(asked)
    )
    return SquadParagraph(title, text, questions)


# Negatives, rule by rule

PEOPLE = make_paragraph(
    "Ann Lee, Bob Roy, Song Gang and Bob Fox met in Rome.",
    ("Who came?", "Ann Lee"), ("Who came too?", "Bob Roy"), ("Whom did he meet?", "Song Gang"),
    ("Who else?", "Bob Fox"), ("Which city did they meet in?", "Rome"),
    id_="people",
)  # fmt: skip


def list_negatives(question: str, text: str, answer: str, *, seed: int = 0) -> dict[str, Negative]:
    """The negatives of one question, by rule; the names of PEOPLE are known."""
    paragraph = make_paragraph(text, (question, answer))
    names = Names([PEOPLE, paragraph])
    made = make_negatives(paragraph.questions[0], paragraph, names, Random(seed))
    assert len({one.rule for one in made}) == len(made)
    return {one.rule: one for one in made}


def list_changes(rule: str, question: str, text: str, answer: str) -> set[str | None]:
    """All questions that a rule makes of one."""
    found: set[str | None] = set()
    for seed in range(150):
        made = list_negatives(question, text, answer, seed=seed).get(rule)
        assert made is None or made.text == text
        found.add(made.question if made else None)
    return found


@pytest.mark.parametrize(
    ("rule", "question", "text", "changed"),
    [
        (
            "year",
            "Who ran it in 2015?",
            "Ann ran it in 2015. In 2016, 2017 and 2018 nobody did.",
            {f"Who ran it in {y}?" for y in (*range(2006, 2015), *range(2019, 2025))},
        ),
        (
            "year",
            "Who ran it in 2025?",
            "Ann ran it in 2025.",
            {f"Who ran it in {y}?" for y in (*range(2016, 2025), 2026, 2027, 2028, 2029)},
        ),
        (
            "number",
            "Who sold 40 glasses?",
            "Ann sold 40 glasses, Bob 41 and 80.",
            {f"Who sold {n} glasses?" for n in (42, 43, 45, 120, 160)},
        ),
        (
            "number",
            "Who sold 1,500 glasses?",
            "Ann sold 1,500 glasses.",
            {f"Who sold {n} glasses?" for n in ("3,000", "4,500", "6,000")},
        ),
        (
            "number",
            "Who sold 250 glasses?",
            "Ann sold 250 glasses and 500 lenses.",
            {"Who sold 750 glasses?", "Who sold 1000 glasses?"},
        ),
        (
            "number",
            "Who paid 7.5 percent?",
            "Ann paid 7.5 percent.",
            {f"Who paid {n} percent?" for n in ("3.8", "11.2", "15.0", "22.5")},
        ),
        ("word", "Who won the war?", "Ann won it.", {"Who lost the war?"}),
        (
            "word",
            "Who lives in the northern part?",
            "Ann lives in the northern part, not in the western.",
            {"Who lives in the southern part?", "Who lives in the eastern part?"},
        ),
        (
            "word",
            "Who met the vice president?",
            "Ann met the vice president.",
            # "president" itself stands in the paragraph
            {f"Who met the {w}?" for w in ("prime minister", "governor", "mayor")},
        ),
        (
            "word",
            "Who came on Sunday?",
            "Ann came on Sunday, Bob on Monday and Tuesday.",
            {f"Who came on {d}?" for d in ("Wednesday", "Thursday", "Friday", "Saturday")},
        ),
        (
            "word",
            "Who left Europe?",
            "Ann left Europe.",
            {f"Who left {d}?" for d in ("Asia", "Africa", "South America", "Australia")},
        ),
        (
            "name",
            "When did Ann Lee arrive?",
            "Ann Lee came in May.",
            {f"When did {name} arrive?" for name in ("Bob Roy", "Song Gang", "Bob Fox")},
        ),
        (
            "name",
            "What was said about Bob Roy?",
            "Bob Roy was said to come in May. Gang means go.",
            {"What was said about Ann Lee?"},
        ),
        (
            "near name",
            "When did Ann Lee arrive?",
            "Ann Lee arrived late. Song Gang slept. Bob Fox arrived.",
            {"When did Song Gang arrive?"},
        ),
    ],
)  # fmt: skip
def test_a_rule_changes_one_thing_to_what_the_paragraph_does_not_hold(
    rule: str, question: str, text: str, changed: set[str]
) -> None:
    assert list_changes(rule, question, text, text.split()[0]) == changed


@pytest.mark.parametrize(
    ("rule", "question", "text"),
    [
        *(
            ("year", f"Who ran it {bound}?", "Ann ran it in 2015.")
            for bound in ("after 2015", "before 2015", "since 2015", "until  2015", "by 2015",
                          "from 2015 on", "between 2015 and 2020", "in section 2015",
                          "in 2015-2016", "in 2015–16", "in 2015's end", "at 1999/2000", "at 20150",
                          "in 1130", "in 2030", "in may")
        ),
        (  # every year near it is there
            "year",
            "Who ran it in 2015?",
            "Ann: " + " ".join(map(str, range(2006, 2025))),
        ),
        *(
            ("number", question, "Ann sold 40 glasses.")
            for question in ("Who came on May 5?", "Who came on March 12, 2015?", "Who won 1 time?",
                             "Who won 0 times?", "What 3 features has it?", "Which 3 came?",
                             "Who are the 3 heirs?", "Who was 3rd?", "Who came in the 90s?",
                             "Who paid $5?", "Who paid 5,5 yuan?", "Who won 5-4 there?",
                             "Who took the 7/8 share?", "Who sold between 30 and 40 glasses?",
                             "Who uses mp3 or H.264?", "Who came at 5:30?", "Who sold 2015 pieces?",
                             "40 glasses were sold by whom?")
        ),
        ("number", "Who sold 250 glasses?", "Ann sold 250 of 500, 750 and 1000."),
        *(
            ("word", question, "Ann won it.")
            for question in ("Who left North Carolina?", "Who ran the First Bank?", "Who may come?",
                             "Who is in the Green Party?",
                             "Who leads the Northern line?", "Whose kingdom is it?",
                             "Who will march on?")
        ),
        ("word", "Who won the war?", "Ann won the war that Bob lost."),
        ("word", "Who came on Sunday?", "Ann: Monday Tuesday Wednesday Thursday Fridays Saturday"),
        *(
            (rule, question, "Ann Lee came in May. Song Gang slept.")
            for rule in ("name", "near name")
            for question in (
                "When did Lee Ann arrive?",  # is known by no question
                "When did Ann Lee's brother arrive?",  # is no person by himself
                "When did General Ann Lee arrive?",
                "Which of Ann Lee Park's gates is it?",
                "When did the Ann Lee arrive?",
                "When did it arrive?",
                "What is Rome called?",  # the only city
            )
        ),
        (  # they stand in the paragraph, by any word of theirs
            "name",
            "When did Bob Roy arrive?",
            "Ann and Gang came with Bob Roy.",
        ),
        (  # what is said of the other is what is asked
            "near name",
            "When did Ann Lee arrive?",
            "Ann Lee came in May. Song Gang arrives in June.",
        ),
        ("near name", "When did Ann Lee arrive?", "Ann Lee arrived in May. He slept."),
        ("near name", "When did Ann Lee meet Song Gang?", "Ann Lee left. Song Gang slept."),
    ],
)  # fmt: skip
def test_a_rule_leaves_a_question_alone(rule: str, question: str, text: str) -> None:
    assert list_changes(rule, question, text, text.split()[0]) == {None}


def test_a_word_with_an_apostrophe_is_another_word() -> None:
    assert list_changes("word", "Who won't come?", "Ann won't.", "Ann") == {None}
    assert list_changes("word", "Who won’t come?", "Ann won’t.", "Ann") == {None}


def test_an_answer_is_not_put_in_its_question() -> None:
    text = "Ann Lee came. Song Gang slept."
    question = "Whom did Ann Lee meet?"
    assert list_changes("near name", question, text, "Song Gang") == {None}
    assert list_changes("name", question, text, "Song Gang") == {
        "Whom did Bob Roy meet?",
        "Whom did Bob Fox meet?",
    }


@pytest.mark.parametrize(
    ("text", "answer", "left"),
    [
        ("Ann came. It cost 9 yuan. Bob left.", "9 yuan", "Ann came. Bob left."),
        ("Ann came. It cost 9 yuan! Bob left. He sang.", "9", "Ann came. Bob left. He sang."),
        ("It cost 9 yuan. Ann came. Bob left.", "It", "Ann came. Bob left."),
        ("Ann came. It cost. Yes 9. Bob left. Sing!", "cost. Yes", "Ann came. Bob left. Sing!"),
        # the answer, or a word of it, stands elsewhere
        ("Ann had 9. It cost 9 yuan. Bob left.", "9 yuan", None),
        ("Ann came. It cost 9 yuan. Bob had yuans.", "9 yuan", None),
        # one sentence is no paragraph
        ("Ann came. It cost 9 yuan.", "9 yuan", None),
        ("It cost 9 yuan.", "9 yuan", None),
    ],
)  # fmt: skip
def test_the_sentence_that_answers_is_taken_out_where_no_other_does(
    text: str, answer: str, left: str | None
) -> None:
    made = list_negatives("How much?", text, answer)
    assert made == ({} if left is None else {"removed": Negative("removed", "How much?", left)})


QUESTIONS = [
    "When did Ann Lee first sell 40 glasses in 2015?",
    "What was the largest city that Song Gang saw in May 1999?",
    "How many German kings did Bob Roy meet in 1,200 days of 1814?",
    "Why was the president of Italy elected with 7.5 percent?",
]
TEXTS = [
    "Ann Lee first sold 40 glasses in 2015. Song Gang slept in June. The smallest cost 41 yuan.",
    "Yes. The Germans of 1999 elected Bob Roy. In 1815 they lost 2,400 men. France has no queen.",
]


@given(question=st.sampled_from(QUESTIONS), text=st.sampled_from(TEXTS), seed=st.integers(0, 10**6))
def test_a_changed_question_holds_what_its_paragraph_does_not(
    question: str, text: str, seed: int
) -> None:
    made = list_negatives(question, text, text.split()[0], seed=seed)
    assert made == list_negatives(question, text, text.split()[0], seed=seed)
    assert made
    for rule, negative in made.items():
        if rule == "removed":
            assert (negative.question, negative.text != text) == (question, True)
            continue
        assert negative.question != question
        assert negative.text == text
        put = set(negative.question.strip("?").split()) - set(question.strip("?").split())
        assert put
        if rule == "near name":
            assert all(word in text for word in put)
        else:
            assert all(word.lower() not in text.lower() for word in put)


def test_a_name_is_of_the_kind_that_its_questions_ask_for() -> None:
    paragraph = make_paragraph(
        "Ann Lee, Oxford, Paris, IBM, Yale University, Peru, Georgia, John, the Duke, Texas.",
        ("Who came?", "Ann Lee"), ("who is it?", "John"), ("Whose is it?", "the Duke"),
        ("Which city is it?", "Oxford"), ("What university is it?", "Oxford"),
        ("In which city is it?", "Paris"), ("What company is it?", "IBM"),
        ("Which college is it?", "Yale University"), ("From what country is it?", "Peru"),
        ("Which country?", "Georgia"), ("In what US state?", "Georgia"), ("Which state?", "Texas"),
        ("Who owns it?", "Yale University"),
    )  # fmt: skip
    assert Names([paragraph]).kind == {
        "Ann Lee": "person", "Paris": "city", "IBM": "company", "Yale University": "university",
        "Peru": "country", "Texas": "state",
    }  # fmt: skip


def test_other_names_are_of_the_same_kind_and_article_and_share_no_word() -> None:
    elsewhere = make_paragraph("Tom Day.", ("Who?", "Tom Day"), title="Other")
    names = Names([PEOPLE, elsewhere])
    assert names.others("Ann Lee", "Meta") == ["Bob Roy", "Song Gang", "Bob Fox"]
    assert names.others("Bob Fox", "Meta") == ["Ann Lee", "Song Gang"]
    assert names.others("Rome", "Meta") == []
    assert names.others("Ann Lee", "Other") == ["Tom Day"]


# Batches


def make_paragraphs(count: int, *, title: str = "T", long: int = 0) -> list[SquadParagraph]:
    """Paragraphs of three questions each, the last of which has no answer."""
    made = []
    for n in range(count):
        more = " ".join(["glasses made money"] * (n % 7 + long))
        text = f"The company c{n} sold {n + 100} lenses. {more} The price of c{n} was {n}5 yuan."
        made.append(
            make_paragraph(
                text,
                (f"how many did c{n} sell?", f"{n + 100} lenses"),
                (f"what was the price of c{n}?", f"{n}5 yuan"),
                (f"who is c{n}?", None),
                title=f"{title}{n % 3}",
                id_=f"{title}{n}-",
            )
        )
    return made


@pytest.fixture
def tokenizer() -> Tokenizer:
    return make_tiny_tokenizer()


MakeExamples = Callable[..., Examples]


@pytest.fixture
def make_examples(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MakeExamples:
    """Makes examples with blocks of 16 questions."""
    monkeypatch.setattr(examples_module, "BLOCK", 16)
    numbers = iter(range(99))

    def make(*files: tuple[Sequence[SquadParagraph], float], seed: int = 0) -> Examples:
        folder = tmp_path / f"lexical {next(numbers)}"
        folder.mkdir()
        return Examples(files, tokenizer, folder, seed=seed)

    return make


def list_blocks(examples: Examples, count: int, first: int = 0) -> list[list[bytes]]:
    """The bytes of the batches of some blocks."""
    found = []
    for asked, batches in islice(examples.blocks(first), count):
        assert asked == 16
        assert sum(int(batch.group.max()) + 1 for batch in batches) == asked
        found.append(
            [getattr(batch, name).tobytes() for batch in batches for name in Batch.__slots__]
        )
    return found


def test_the_same_seed_makes_the_same_batches_and_another_others(
    make_examples: MakeExamples,
) -> None:
    files = ((make_paragraphs(20), 1.0), (make_paragraphs(9, title="O"), 1.5))
    blocks = list_blocks(make_examples(*files), 8)  # more than one round of all questions
    assert len({b"".join(block) for block in blocks}) == 8
    assert list_blocks(make_examples(*files), 8) == blocks
    others = list_blocks(make_examples(*files, seed=1), 8)
    assert not {b"".join(block) for block in blocks} & {b"".join(block) for block in others}


@pytest.mark.parametrize("first", [1, 3, 4, 7])
def test_going_on_at_a_block_gives_what_was_to_come(
    make_examples: MakeExamples, first: int
) -> None:
    examples = make_examples((make_paragraphs(20), 1.0))
    assert list_blocks(examples, 3, first) == list_blocks(examples, first + 3)[first:]


def list_rows(examples: Examples, blocks: int) -> Iterator[tuple[int, Batch, int]]:
    """The rows of some blocks: a number for each question, the batch, the row."""
    number = 0
    for _, batches in islice(examples.blocks(), blocks):
        for batch in batches:
            for row in range(len(batch.ids)):
                yield number + int(batch.group[row]), batch, row
            number += int(batch.group.max()) + 1


def read_row(tokenizer: Tokenizer, batch: Batch, row: int) -> tuple[str, str, str]:
    """The question, passage and answer of a row; "" where it has no answer."""
    ids, places = batch.ids[row].tolist(), batch.passage[row].nonzero()[0]
    start, end = int(batch.start[row]), int(batch.end[row])
    answer = tokenizer.decode(ids[start : end + 1]) if start else ""
    question = tokenizer.decode(ids[1 : places[0] - 1])
    return question, tokenizer.decode(ids[places[0] : places[-1] + 1]), answer


def test_the_pieces_of_an_answer_are_the_answer(
    make_examples: MakeExamples, tokenizer: Tokenizer
) -> None:
    paragraphs = make_paragraphs(20)

    def clean(text: str) -> str:
        return tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids)

    answers = {
        clean(question.question): (clean(paragraph.text), [clean(a) for a in question.texts])
        for paragraph in paragraphs
        for question in paragraph.questions
    }
    kinds: Counter[str] = Counter()
    rows: dict[int, list[str]] = {}
    for number, batch, row in list_rows(make_examples((paragraphs, 1.0)), 12):
        question, text, answer = read_row(tokenizer, batch, row)
        rows.setdefault(number, []).append(answer)
        own, golds = answers.get(question, ("", []))
        if answer:
            assert (text, [answer]) == (own, golds)
            kinds["answered"] += 1
        elif text == own:
            assert golds == []
            kinds["impossible"] += 1
        else:
            assert not any(gold in text for gold in golds)
            kinds["removed or beside"] += 1
    assert set(kinds) == {"answered", "impossible", "removed or beside"}
    assert min(kinds.values()) > 5
    # The second passage of a question is never one that answers it.
    assert {tuple(map(bool, one)) for one in rows.values()} == {(True,), (False,), (True, False)}


def test_a_batch_has_few_enough_pieces_and_marks_what_is_what(
    make_examples: MakeExamples, tokenizer: Tokenizer
) -> None:
    examples = make_examples((make_paragraphs(30, long=20), 1.0))
    end = tokenizer.token_to_id("[SEP]")
    padded = 0
    sizes = []
    for _, batches in islice(examples.blocks(), 4):
        for batch in batches:
            rows, width = batch.ids.shape
            sizes.append(rows * width)
            assert rows * width <= BATCH_PIECES
            assert width <= MOST_PIECES
            assert batch.group.tolist() == sorted(batch.group.tolist())
            assert set(batch.group.tolist()) == set(range(int(batch.group.max()) + 1))
            for row in range(rows):
                length = int(batch.mask[row].sum())
                padded += width - length
                ids = batch.ids[row].tolist()
                assert batch.mask[row].tolist() == [1] * length + [0] * (width - length)
                assert ids[length:] == [0] * (width - length)
                assert ids[0] == tokenizer.token_to_id("[CLS]")
                first, last = (n for n, piece in enumerate(ids) if piece == end)
                assert last == length - 1
                inside = [first < place < last for place in range(width)]
                assert batch.passage[row].tolist() == inside
                assert batch.segments[row].tolist() == [
                    int(first < place <= last) for place in range(width)
                ]
                gold = (int(batch.start[row]), int(batch.end[row]))
                assert gold == (0, 0) or first < gold[0] <= gold[1] < last
    assert padded > 0
    assert max(sizes) > BATCH_PIECES / 2


def encode(tokenizer: Tokenizer, folder: Path, text: str, answer: str) -> tuple[str, str, str]:
    """The one row that a question with an answer becomes, where nothing is changed."""
    paragraph = make_paragraph(text, ("who is it?", answer))
    examples = Examples([([paragraph], 1.0)], tokenizer, folder, seed=0)
    ((_, batch, row),) = islice(list_rows(examples, 1), 1)
    return read_row(tokenizer, batch, row)


@pytest.mark.parametrize("before", [0, 100, 250, 368, 370, 372, 375, 400, 900])
def test_the_window_of_a_long_passage_holds_its_answer(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "BLOCK", 1)
    text = "money " * before + "Song Gang, Quark, Xiaomi and Meta of 2025 " + "yuan " * 500
    question, passage, answer = encode(
        tokenizer, tmp_path, text, "Song Gang, Quark, Xiaomi and Meta of 2025"
    )
    assert question == "who is it?"
    assert answer == "song gang, quark, xiaomi and meta of 2025"
    assert answer in passage


def test_an_answer_longer_than_a_window_is_none(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "BLOCK", 1)
    text = "money " + "yuan " * 400 + "glasses"
    _, passage, answer = encode(tokenizer, tmp_path, text, "yuan " * 399 + "yuan")
    assert (passage[:10], answer) == ("money yuan", "")


@pytest.mark.parametrize("question", ["x y " * 100, "x y " * 500, "x" * 2000])
def test_a_long_question_is_cut_to_its_first_pieces(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "BLOCK", 1)
    paragraph = make_paragraph("It cost 9 yuan.", (question, "9 yuan"))
    examples = Examples([([paragraph], 1.0)], tokenizer, tmp_path, seed=0)
    ((_, batch, row),) = islice(list_rows(examples, 1), 1)
    asked = batch.passage[row].nonzero()[0][0] - 2
    assert 1 <= asked <= QUESTION_PIECES
    assert read_row(tokenizer, batch, row)[1:] == ("it cost 9 yuan.", "9 yuan")


def test_a_file_is_asked_as_often_as_its_weight_says(
    make_examples: MakeExamples, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "PAIRED_SHARE", 0)
    files = [
        ([make_paragraph("x 9", *((f"{name}{n}?", "9") for n in range(40)), id_=name)], weight)
        for name, weight in (("once", 1.0), ("half", 0.5), ("more", 2.25), ("none", 0.0))
    ]
    random = Random("5 epoch 0")
    expected = [
        question.question
        for (paragraph,), weight in files
        for question in paragraph.questions
        for _ in range(int(weight + random.random()))
    ]
    monkeypatch.setattr(examples_module, "BLOCK", len(expected))
    counts: Counter[str] = Counter()
    for _, batch, row in list_rows(make_examples(*files, seed=5), 1):
        counts[read_row(tokenizer, batch, row)[0].replace(" ", "")] += 1
    assert counts == Counter(expected)
    shares = Counter(question[:4] for question in expected)
    assert (shares["once"], shares["none"]) == (40, 0)
    assert 12 <= shares["half"] <= 28
    assert 82 <= shares["more"] <= 98


def test_1_article_in_20_is_held_out_whole() -> None:
    paragraphs = [SquadParagraph(f"Title {n}", "x", ()) for n in range(4000)]
    held = [paragraph for paragraph in paragraphs if is_held_out(paragraph)]
    assert held == [
        paragraph
        for paragraph in paragraphs
        if int(hashlib.sha256(paragraph.title.encode()).hexdigest()[:2], 16) < 13
    ]
    assert 0.04 < len(held) / len(paragraphs) < 0.06
    title = held[0].title
    assert is_held_out(SquadParagraph(title, "y", ()))


# Loss and rate


def lose_slowly(
    logits: list[list[float]], gold: list[int], passage: list[list[bool]], group: list[int]
) -> float:
    """What the loss is to be: minus the log of the gold place's share, question by question."""
    losses = []
    for question in sorted(set(group)):
        rows = [row for row, number in enumerate(group) if number == question]
        whole = 1.0 + sum(
            math.exp(logit - logits[row][0])
            for row in rows
            for logit, inside in zip(logits[row], passage[row], strict=True)
            if inside
        )
        golds = [logits[row][gold[row]] - logits[row][0] for row in rows if gold[row]]
        losses.append(math.log(whole) - sum(golds))
    return sum(losses) / len(losses)


@given(st.integers(0, 10**9))
def test_the_loss_is_the_mean_of_each_question_s_own(seed: int) -> None:
    random = Random(seed)
    groups, width = random.randint(1, 4), random.randint(4, 9)
    group = [number for number in range(groups) for _ in range(random.randint(1, 3))]
    answered = [random.random() < 0.6 for _ in range(groups)]
    logits, gold, passage = [], [], []
    for row, number in enumerate(group):
        begin = random.randint(1, width - 2)
        end = random.randint(begin + 1, width)
        passage.append([begin <= place < end for place in range(width)])
        logits.append([random.uniform(-30, 30) for _ in range(width)])
        first = row == 0 or group[row - 1] != number
        gold.append(random.randrange(begin, end) if answered[number] and first else 0)
    loss = shared_loss(
        torch.tensor(logits, dtype=torch.float64).float(), torch.tensor(gold),
        torch.tensor(passage), torch.tensor(group), groups,
    )  # fmt: skip
    rounded = torch.tensor(logits).double().tolist()
    expected = lose_slowly(rounded, gold, passage, group)
    assert float(loss) == pytest.approx(expected, rel=1e-4, abs=2e-5)


def test_the_loss_of_what_is_sure_is_0_and_it_does_not_overflow() -> None:
    passage = torch.tensor([[False, True, True]] * 2)
    group = torch.tensor([0, 0])
    none = torch.tensor([[300.0, -300.0, -300.0]] * 2)
    assert float(shared_loss(none, torch.tensor([0, 0]), passage, group, 1)) == 0
    found = torch.tensor([[-300.0, 300.0, -300.0], [300.0, -300.0, -300.0]])
    assert float(shared_loss(found, torch.tensor([1, 0]), passage, group, 1)) == 0
    assert float(shared_loss(found, torch.tensor([0, 0]), passage, group, 1)) == 600
    even = torch.zeros(2, 3)
    assert float(shared_loss(even, torch.tensor([1, 0]), passage, group, 1)) == pytest.approx(
        math.log(5)
    )


def test_the_loss_teaches_each_place_its_share() -> None:
    logits = torch.tensor([[0.5, 1.0, -1.0, 7.0], [0.0, 2.0, 0.0, 0.25]], requires_grad=True)
    passage = torch.tensor([[False, True, True, False], [False, False, True, True]])
    loss = shared_loss(logits, torch.tensor([2, 0]), passage, torch.tensor([0, 0]), 1)
    loss.backward()  # type: ignore[no-untyped-call]
    weights = [math.exp(x) for x in (0.5, -1.5, 0.0, 0.25)]
    shares = [weight / (1 + sum(weights)) for weight in weights]
    expected = [
        [1 - shares[0] - shares[1], shares[0], shares[1] - 1, 0],
        [-shares[2] - shares[3], 0, shares[2], shares[3]],
    ]
    assert logits.grad is not None
    assert np.allclose(logits.grad.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("done", "rate"),
    [(0, 1 / 4000), (1999, 0.5), (3999, 1.0), (50_000, 1.0), (65_000, 1.0), (82_500, 0.5),
     (93_000, 0.2), (100_000, 0.0), (100_500, 0.0)],
)  # fmt: skip
def test_the_rate_goes_up_stays_and_goes_down_to_0(done: int, rate: float) -> None:
    assert find_rate(done, 100_000) == pytest.approx(rate, abs=1e-12)


def test_a_short_training_goes_down_before_it_is_all_up() -> None:
    assert find_rate(999, 2000) == 0.25
    assert find_rate(1900, 2000) == pytest.approx(100 / 700)


# Attention and bases


@pytest.mark.parametrize("scaling", [None, 0.3])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_torch_s(scaling: float | None, masked: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    query, key, value = (torch.randn(2, 3, 7, 5, generator=generator) for _ in range(3))
    mask = torch.zeros(2, 1, 7, 7)
    mask[0, :, :, 5:] = mask[1, :, :, 2:] = torch.finfo(torch.float32).min
    given_mask = mask if masked else None
    found, weights = attend(None, query, key, value, given_mask, scaling=scaling)
    wanted = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=given_mask, scale=scaling
    )
    assert weights is None
    assert found.shape == (2, 7, 3, 5)
    assert torch.allclose(found, wanted.transpose(1, 2), atol=1e-6)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    write_tiny_model(folder, dropout=0.1)
    return folder


def make_batch(lengths: Sequence[int]) -> Batch:
    """Rows of random pieces, padded; each is a question of its own, with its answer at 4 to 5."""
    random = np.random.default_rng(1)
    rows, width = len(lengths), max(lengths)
    places = np.arange(width)[None]
    mask = (places < np.array(lengths)[:, None]).astype(np.int64)
    return Batch(
        ids=random.integers(5, 200, (rows, width)) * mask,
        segments=((places >= 3) * mask).astype(np.int64),
        mask=mask,
        passage=((places >= 3) & (places < np.array(lengths)[:, None] - 1)),
        start=np.full(rows, 4),
        end=np.full(rows, 5),
        group=np.arange(rows),
    )


def test_a_passage_s_loss_does_not_depend_on_the_padding_behind_it(base: Path) -> None:
    model = load_base(base, device="cpu")
    together = make_batch([9, 20, 14])
    losses = []
    for row, length in enumerate([9, 20, 14]):
        cut = {
            name: getattr(together, name)[row : row + 1, :length]
            for name in ("ids", "segments", "mask", "passage")
        }
        alone = Batch(**cut, start=np.array([4]), end=np.array([5]), group=np.array([0]))
        losses.append(find_loss(model, alone, device="cpu", low=False).item())
    whole = find_loss(model, together, device="cpu", low=False).item()
    assert whole == pytest.approx(sum(losses) / 3, abs=1e-4)


def test_a_base_scores_as_it_does_elsewhere(base: Path) -> None:
    from transformers import BertForQuestionAnswering

    plain = BertForQuestionAnswering.from_pretrained(base).train(False)
    lean = load_base(base, device="cpu")  # in training: nothing may be left out at random
    batch = make_batch([12, 12])
    ids, segments = torch.from_numpy(batch.ids), torch.from_numpy(batch.segments)
    with torch.no_grad():
        wanted = plain(input_ids=ids, token_type_ids=segments)
        found = lean.train()(input_ids=ids, token_type_ids=segments)
    assert torch.allclose(found.start_logits, wanted.start_logits, atol=1e-4)
    assert torch.allclose(found.end_logits, wanted.end_logits, atol=1e-4)


def test_the_loss_of_a_batch_is_the_mean_of_starts_and_ends(base: Path) -> None:
    model = load_base(base, device="cpu")
    batch = make_batch([12, 12, 12])
    ids, segments = torch.from_numpy(batch.ids), torch.from_numpy(batch.segments)
    with torch.no_grad():
        scores = model(input_ids=ids, token_type_ids=segments)
        loss = float(find_loss(model, batch, device="cpu", low=False))
    both = [
        lose_slowly(logits.double().tolist(), gold.tolist(), batch.passage.tolist(), [0, 1, 2])
        for logits, gold in ((scores.start_logits, batch.start), (scores.end_logits, batch.end))
    ]
    assert loss == pytest.approx(sum(both) / 2, rel=1e-5)


def test_a_folder_that_is_no_model_can_not_be_trained(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=f"base {tmp_path} can't be trained") as caught:
        load_base(tmp_path, device="cpu")
    assert "AutoModelForQuestionAnswering" in caught.value.hint


def test_inputs_have_one_name_whatever_their_order() -> None:
    assert hash_inputs(a=1, b=[2]) == hash_inputs(b=[2], a=1)
    assert len({hash_inputs(a=1), hash_inputs(a=2), hash_inputs(b=1), hash_inputs()}) == 4


# Training, stopped and gone on with


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn fast, and save after every block."""
    monkeypatch.setattr(loop, "WARM_QUESTIONS", 1)
    monkeypatch.setattr(loop, "PEAK_RATE", 3e-3)
    monkeypatch.setattr(loop, "SAVE_SECONDS", -1)


class KilledError(Exception):
    pass


def weights_of(model: torch.nn.Module) -> dict[str, bytes]:
    return {name: w.detach().numpy().tobytes() for name, w in model.state_dict().items()}


@pytest.mark.usefixtures("quick")
def test_training_lowers_the_loss_and_one_that_was_killed_ends_the_same(
    base: Path, make_examples: MakeExamples, tmp_path: Path
) -> None:
    files = ((make_paragraphs(6), 1.0),)
    plan = Plan(base, 128, 0, "these")
    told: list[tuple[int, float]] = []
    whole = train(
        plan, make_examples(*files), tmp_path / "whole", progress=lambda *one: told.append(one)
    )
    assert [done for done, _ in told] == list(range(16, 129, 16))
    assert told[-1][1] < 0.7 * told[0][1]

    again: list[tuple[int, float]] = []

    def die(done: int, loss: float) -> None:
        again.append((done, loss))
        if len(again) in (3, 6):
            raise KilledError

    for _ in range(2):
        with pytest.raises(KilledError):
            train(plan, make_examples(*files), tmp_path / "killed", progress=die)
    ended = train(plan, make_examples(*files), tmp_path / "killed", progress=die)
    # The third and the fifth block were done twice: they were not yet saved.
    assert again == [*told[:3], *told[2:5], *told[4:]]
    assert weights_of(ended) == weights_of(whole)
    names = [path.name for path in (tmp_path / "killed").iterdir()]
    assert names == [CHECKPOINT]


@pytest.mark.usefixtures("quick")
def test_a_training_that_ended_is_not_gone_on_with_unless_more_is_asked(
    base: Path, make_examples: MakeExamples, tmp_path: Path
) -> None:
    examples = make_examples((make_paragraphs(6), 1.0))
    first = weights_of(train(Plan(base, 32, 0, "these"), examples, tmp_path))
    told: list[int] = []

    def tell(done: int, _loss: float) -> None:
        told.append(done)

    same = train(Plan(base, 32, 0, "these"), examples, tmp_path, progress=tell)
    assert (weights_of(same), told) == (first, [])
    more = train(Plan(base, 48, 0, "these"), examples, tmp_path, progress=tell)
    assert told == [48]
    assert weights_of(more) != first


@pytest.mark.usefixtures("quick")
def test_a_checkpoint_of_other_inputs_or_a_cut_one_is_refused_and_kept(
    base: Path, make_examples: MakeExamples, tmp_path: Path
) -> None:
    examples = make_examples((make_paragraphs(6), 1.0))
    train(Plan(base, 16, 0, "these"), examples, tmp_path)
    path = tmp_path / CHECKPOINT
    stored = path.read_bytes()

    def refuse(inputs: str, message: str, hint: str) -> None:
        before = path.read_bytes()
        with pytest.raises(TrainingError) as caught:
            train(Plan(base, 32, 0, inputs), examples, tmp_path)
        assert caught.value.message.startswith(message)
        assert caught.value.hint == hint
        assert path.read_bytes() == before

    refuse(
        "others",
        f"checkpoint {path} is of other files, weights, base or seed",
        "remove it to begin anew, or give another --checkpoints",
    )
    for broken in (stored[: len(stored) // 2], stored[:20], b"", b"{}"):
        path.write_bytes(broken)
        refuse("these", f"checkpoint {path} can't be read (", "remove it to begin anew")
