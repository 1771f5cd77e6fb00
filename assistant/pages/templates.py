"""The templates, with what each may use, in the language of the request."""

from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from assistant import __version__
from assistant.answer.confidence import VERY_LIKELY
from assistant.answer.question import LONGEST_QUESTION
from assistant.api import segments
from assistant.api.explanation_wording import describe_explanation
from assistant.api.rendering import delete_href
from assistant.api.showing import (
    LONG_ANSWER,
    consists_of_versions,
    gather_quotes,
    list_quotes,
    list_versions,
)
from assistant.api.wording import count_percent, list_shown_citations, read_wording
from assistant.pages.language import find_base, find_language, find_path
from assistant.settings import web_folder
from assistant.words import LANGUAGES, read_words


def render_page(
    request: Request, template: str, page: dict[str, Any], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """A page in the request's language; `path` is its address without the language."""
    templates = _read_templates(find_language(request), find_base(request))
    context = {"path": find_path(request), **page}
    headers = {"Vary": "Accept-Language", "Content-Language": find_language(request)}
    return templates.TemplateResponse(
        request, template, context, status_code=status, headers=headers
    )


@cache
def _read_templates(language: str, base: str) -> Jinja2Templates:
    """The templates of a language; links to pages begin with `base`."""
    environment = Environment(
        loader=FileSystemLoader(web_folder() / "templates"), autoescape=True, lstrip_blocks=True
    )
    environment.globals.update(
        base=base,
        words=read_words(language),
        wording=read_wording(language),
        languages=[read_words(other) for other in LANGUAGES],
        version=__version__,
        longest_question=LONGEST_QUESTION,
        segments=segments,
        delete_href=delete_href,
        very_likely=VERY_LIKELY,
        count_percent=count_percent,
        long_answer=LONG_ANSWER,
        list_shown_citations=list_shown_citations,
        list_quotes=list_quotes,
        gather_quotes=gather_quotes,
        list_versions=list_versions,
        consists_of_versions=consists_of_versions,
        describe_explanation=describe_explanation,
    )
    return Jinja2Templates(env=environment)
