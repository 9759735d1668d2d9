"""Checks requests against what the platforms' publishers wrote down; may not know our own code.

The documents are not part of this repository: the setting SPECS_DIR names the folder that holds
`line/*.yml` (LINE's OpenAPI) and `telegram/bot-api-*.json` (the Bot API as data). Both `check_…` functions
return the list of errors, empty when the request is as published.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

Json = dict[str, Any]
needs_specifications = pytest.mark.skipif(
    not os.environ.get("SPECS_DIR"),
    reason="SPECS_DIR is not set: it names the folder with the platforms' published specifications",
)


def _folder() -> Path:
    return Path(os.environ["SPECS_DIR"])


def check_line(path: str, method: str, body: object) -> list[str]:
    """Check the JSON body of a call (`/v2/bot/message/push`, `POST`) or of a webhook (`/callback`, `POST`)."""
    for name, (document, _) in _line_documents().items():
        operation = _operation(document, path, method)
        if operation is not None:
            return _errors(name, operation.get("requestBody"), body)
    return [f"{method} {path} is in no published document"]


def _errors(name: str, request: Json | None, body: object) -> list[str]:
    if request is None:
        return [] if body is None else ["a body where the document has none"]
    content = request["content"].get("application/json")
    if content is None:
        return ["the document wants no JSON here"]
    reference = content["schema"]["$ref"]
    validator = OAS30Validator({"$ref": f"urn:{name}{reference}"}, registry=_line_documents()[name][1])
    return [_told(error) for error in validator.iter_errors(body)]


def _told(error: Any) -> str:
    deepest = max(error.context, key=lambda one: len(list(one.absolute_path)), default=None)
    because = "" if deepest is None else f" ({deepest.json_path}: {deepest.message[:200]})"
    return f"{error.json_path}: {error.message[:300]}{because}"


def _operation(document: Json, path: str, method: str) -> Json | None:
    """Find an operation; a documented path without variables goes before one with them."""
    found = [known for known in document["paths"] if _shape(known).fullmatch(path)]
    found.sort(key=lambda known: known.count("{"))
    for known in found:
        operation: Json | None = document["paths"][known].get(method.lower())
        if operation is not None:
            return operation
    return None


@cache
def _shape(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


@cache
def _line_documents() -> dict[str, tuple[Json, Any]]:
    """Load LINE's documents, each with a registry in which discriminators have become `oneOf`."""
    documents = {}
    for file in sorted((_folder() / "line").glob("*.yml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        _expand(document["components"]["schemas"])
        resource = Resource.from_contents(document, default_specification=DRAFT4)
        documents[file.stem] = (document, Registry().with_resource(f"urn:{file.stem}", resource))
    return documents


def _expand(schemas: Json) -> None:
    """Help a validator past `discriminator`, on which alone LINE's documents hang their subtypes.

    Each base is renamed, each subtype refers to the new name and pins the value of the property, and the old
    name becomes the choice of its subtypes.
    """
    for name in [name for name, schema in schemas.items() if schema.get("discriminator", {}).get("mapping")]:
        base = schemas.pop(name)
        discriminator = base.pop("discriminator")
        schemas[f"{name}__base"] = base
        for value, reference in discriminator["mapping"].items():
            subtype = schemas[reference.rsplit("/", 1)[1]]
            for part in subtype.get("allOf", []):
                if part.get("$ref") == f"#/components/schemas/{name}":
                    part["$ref"] += "__base"
            key = discriminator["propertyName"]
            subtype.setdefault("allOf", []).append({"required": [key], "properties": {key: {"enum": [value]}}})
        schemas[name] = {"oneOf": [{"$ref": reference} for reference in discriminator["mapping"].values()]}


def check_telegram(method: str, params: Json) -> list[str]:
    """Check a Bot API call: known method, no unknown parameter, none missing, each of a documented type.

    Values may be JSON values or, as forms carry them, strings of JSON.
    """
    known = _telegram()["methods"].get(method)
    if known is None:
        return [f"{method} is no method of the Bot API"]
    return _check_fields(method, known.get("fields", []), params)


def check_telegram_answer(method: str, result: Any) -> list[str]:
    """Check the `result` of a Bot API call: one of the documented types, nothing missing, nothing unknown."""
    kinds = _telegram()["methods"][method]["returns"]
    return min((_check_type(f"{method}()", kind, result) for kind in kinds), key=len)


@cache
def _telegram() -> Json:
    file = sorted((_folder() / "telegram").glob("bot-api-*.json"))[-1]
    document: Json = json.loads(file.read_text(encoding="utf-8"))
    return document


def _check_fields(where: str, fields: list[Json], values: Json) -> list[str]:
    known = {field["name"]: field for field in fields}
    errors = [f"{where}.{key}: not documented" for key in values if key not in known]
    for name, field in known.items():
        if values.get(name) is None:
            if field["required"]:
                errors.append(f"{where}.{name}: missing")
            continue
        tried = [_check_type(f"{where}.{name}", kind, values[name]) for kind in field["types"]]
        if not any(problems == [] for problems in tried):
            errors.extend(min(tried, key=len))
    return errors


def _check_type(where: str, kind: str, value: Any) -> list[str]:
    if kind == "InputFile":
        return []  # bytes of a multipart form, or its attach:// name
    if kind == "String":
        return [] if isinstance(value, str) else [f"{where}: must be a string"]
    read = _from_form(value)
    if kind in _PLAIN:
        fits = isinstance(read, _PLAIN[kind]) and (kind == "Boolean" or not isinstance(read, bool))
        return [] if fits else [f"{where}: must be {kind}"]
    if kind.startswith("Array of "):
        if not isinstance(read, list):
            return [f"{where}: must be an array"]
        inner = kind.removeprefix("Array of ")
        return [error for n, one in enumerate(read) for error in _check_type(f"{where}[{n}]", inner, one)]
    return _check_object(where, kind, read)


_PLAIN: dict[str, tuple[type, ...]] = {"Integer": (int,), "Float": (int, float), "Boolean": (bool,)}


def _check_object(where: str, kind: str, value: Any) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: must be {kind}"]
    described = _telegram()["types"][kind]
    subtypes = described.get("subtypes")
    if not subtypes:
        return _check_fields(where, described.get("fields", []), value)
    return min((_check_object(where, subtype, value) for subtype in subtypes), key=len)


def _from_form(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
