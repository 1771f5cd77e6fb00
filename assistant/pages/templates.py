"""The templates of the pages, and their global names."""

from http import HTTPStatus

from fastapi import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from assistant import __version__
from assistant.answer.question import LONGEST_QUESTION
from assistant.api import segments, wording
from assistant.api.explanation_wording import describe_explanation
from assistant.settings import web_folder

TEMPLATES = Jinja2Templates(directory=web_folder() / "templates")
TEMPLATES.env.globals.update(
    version=__version__,
    longest_question=LONGEST_QUESTION,
    words=wording,
    segments=segments,
    describe_explanation=describe_explanation,
)


def render_page(
    request: Request, template: str, page: dict[str, object], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    return TEMPLATES.TemplateResponse(request, template, page, status_code=status)
