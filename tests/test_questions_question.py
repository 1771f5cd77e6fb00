"""What makes a question another one."""

from dataclasses import replace

from assistant.questions.question import Question, hash_gold
from assistant.records import Document


def test_other_gold_of_any_sort_is_another_question() -> None:
    asked = Question("a", "What?", ("x",), items=(("x",),))
    assert hash_gold(asked) == hash_gold(replace(asked))
    for other in (replace(asked, items=(("y",),)), replace(asked, answers=("y",)),
                  replace(asked, document=Document("d", "D", "x"))):  # fmt: skip
        assert hash_gold(other) != hash_gold(asked)
    given = replace(asked, document=Document("d", "D", "x"))
    assert hash_gold(given) != hash_gold(replace(asked, document=Document("d", "D", "y")))
