"""Slides, made with python-pptx."""

import io

from pptx import Presentation
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Inches

TITLE, COMPARISON, ONLY_TITLE, BLANK = 0, 4, 5, 6  # layouts of the default template
PLACE = (Inches(1), Inches(2), Inches(5), Inches(3))


def add_slide(deck: Deck, title: str = "", *, layout: int = ONLY_TITLE) -> Slide:
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[layout])
    if slide.shapes.title is not None:
        slide.shapes.title.text = title
    return slide


def add_box(slide: Slide, text: str, left: float = 1, top: float = 2, width: float = 4) -> None:
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(0.5))
    box.text_frame.text = text


def save(deck: Deck) -> bytes:
    content = io.BytesIO()
    deck.save(content)
    return content.getvalue()


def make_pptx(title: str, text: str) -> bytes:
    """A PPTX with one slide."""
    deck = Presentation()
    add_box(add_slide(deck, title), text)
    return save(deck)
