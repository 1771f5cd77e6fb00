"""JSON Schemas of bodies, without references and generated titles."""

from typing import Literal

from pydantic import JsonValue

from assistant.api.schema import Body

Json = dict[str, JsonValue]
_DEFINITIONS = "#/$defs/"


def write_schema(body: type[Body], mode: Literal["validation", "serialization"]) -> Json:
    """The schema of a body that holds no body of its own kind.

    Definitions are written out where they are used: many clients can't follow references, and then
    show none of the tools (https://github.com/google-gemini/gemini-cli/issues/13326,
    https://github.com/github/copilot-cli/issues/1876).
    """
    schema: Json = body.model_json_schema(mode=mode)
    definitions = schema.pop("$defs", {})
    assert isinstance(definitions, dict)
    return _write_out(schema, definitions)


def _write_out(schema: Json, definitions: Json) -> Json:
    written: Json = {}
    for key, value in schema.items():
        if key == "$ref":
            defined = definitions[str(value).removeprefix(_DEFINITIONS)]
            assert isinstance(defined, dict)
            written = {**_write_out(defined, definitions), **written}
        elif key != "title" or isinstance(value, dict):  # a field of this name
            written[key] = _write_out_value(value, definitions)
    return written


def _write_out_value(value: JsonValue, definitions: Json) -> JsonValue:
    if isinstance(value, dict):
        return _write_out(value, definitions)
    if isinstance(value, list):
        return [_write_out_value(one, definitions) for one in value]
    return value
