"""Reading the YAML that people write, with mistakes reported where they stand.

Belongs here: YAML to plain data, checked against the JSON Schema of its kind, every fault with file, line, field and
what is allowed. Does not belong here: what any of the fields mean to a step.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas" / "config"

BOUNDS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "up to", "exclusiveMaximum": "below"}

Lines = dict[tuple[str | int, ...], int]


class ConfigError(Exception):
    """Something a person wrote cannot be used; ``problems`` has one sentence or more for each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class Config(dict[str, Any]):
    """The content of one YAML file; knows its ``path`` and the line of each field."""

    def __init__(self, content: dict[str, Any], path: Path, lines: Lines) -> None:
        super().__init__(content)
        self.path = path
        self.lines = lines

    def problem(self, field: Sequence[str | int], what: str) -> str:
        """A fault at a field, as a person reads it: file, line, field, what is wrong."""
        return _problem(self.path, self.lines, field, what)

    def line(self, field: Sequence[str | int]) -> int:
        """The line of a field, or of the nearest one around it."""
        return _line(self.lines, field)

    def expanded(self, *field: str) -> str:
        """The text at a field, with what it takes from the environment. Raises :class:`ConfigError` naming the field."""
        text: Any = self
        for name in field:
            text = text[name]
        try:
            return expand(text)
        except ConfigError as error:
            raise ConfigError([self.problem(field, what) for what in error.problems]) from None


class _Loader(yaml.CSafeLoader):
    """YAML as version 1.2 reads it: ``Yes``, ``007`` and ``12:30`` are text; dates stay text too, for JSON Schema."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in known if not tag.endswith((":timestamp", ":bool", ":int"))]
    for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))


def load_yaml(path: Path, schema: str) -> Config:
    """The content of a YAML file that satisfies ``schemas/config/<schema>.json``.

    Raises :class:`ConfigError` naming file, line, field and what is allowed for every fault.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError([f"{_shown(path)}: there is no such file."]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([f"{_shown(path)}: not UTF-8 text ({error.reason}); save it as UTF-8."]) from None
    except OSError as error:
        raise ConfigError([f"{_shown(path)}: cannot be read: {error.strerror}."]) from None
    lines: Lines = {}
    problems: list[str] = []
    content: Any = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            problems = list(_walk(path, node, (), lines))
            content = loader.construct_document(node) if not problems else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError([f"{_shown(path)}, line {line}: this is not valid YAML: {error.problem}."]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError([f"{_shown(path)}, line {line}: this is not valid YAML: {error.reason}."]) from None
    if not problems and not isinstance(content, dict):
        problems = [f"{_shown(path)}, line 1: the file must hold fields (`name: value`), not {_kind(content)}."]
    if not problems:
        problems = [what for error in _errors(_validator(schema), content) for what in _explain(path, lines, error)]
    if problems:
        raise ConfigError(sorted(set(problems), key=_by_line))
    return Config(content, path, lines)


def expand(text: str) -> str:
    """``${NAME}`` and ``${NAME:-default}`` replaced from the environment.

    Raises :class:`ConfigError` where a variable without a default is not set.
    """

    def value(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        found = os.environ.get(name) or default
        if found is None:
            raise ConfigError([f"`{text}` needs the environment variable {name}, which is not set."])
        return found

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}", value, text)


def _walk(path: Path, node: yaml.Node, at: tuple[str | int, ...], lines: Lines) -> Iterator[str]:
    """Remember the line of every field; yield a problem for each name that stands twice. Names are text as written."""
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield _problem(path, {at: key.start_mark.line + 1}, at, "a name must be text, not a list or fields.")
                continue
            if not key.tag.endswith(":merge"):
                key.tag = "tag:yaml.org,2002:str"
            field = (*at, key.value)
            if field in lines:
                first = lines[field]
                yield _problem(
                    path,
                    lines | {field: key.start_mark.line + 1},
                    field,
                    f"stands twice (first in line {first}).",
                )
            lines[field] = key.start_mark.line + 1
            yield from _walk(path, value, field, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(path, value, (*at, index), lines)


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    document = json.loads((SCHEMAS / f"{schema}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def _errors(validator: jsonschema.Draft202012Validator, content: Any) -> Iterator[jsonschema.ValidationError]:
    """Every fault; where alternatives are allowed, those of the alternative that was most likely meant."""
    for error in validator.iter_errors(content):
        yield from _innermost(error)


def _innermost(error: jsonschema.ValidationError) -> Iterator[jsonschema.ValidationError]:
    if error.validator not in ("oneOf", "anyOf") or not error.context:
        yield error
        return
    branches: dict[Any, list[jsonschema.ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)

    def unlikely(faults: list[jsonschema.ValidationError]) -> tuple[bool, bool, int]:
        return (
            any(fault.validator == "type" and not fault.relative_path for fault in faults),
            any(fault.validator == "const" for fault in faults),
            len(faults),
        )

    best = min(branches.values(), key=unlikely)
    if unlikely(best)[:2] != (False, False):
        yield error
        return
    for inner in best:
        yield from _innermost(inner)


def _explain(path: Path, lines: Lines, error: jsonschema.ValidationError) -> Iterator[str]:
    """Each fault as a sentence: where, what is wrong, what is allowed."""
    field: list[str | int] = list(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    shown = json.dumps(error.instance, ensure_ascii=False, default=str)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    allowed = _allowed(schema)
    stated: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        for missing in (name for name in stated if name not in instance):
            about = schema.get("properties", {}).get(missing, {})
            yield _problem(path, lines, field, f"`{missing}` is missing.{_guidance(about)}{_allowed(about)}")
    elif error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        for extra in (name for name in instance if name not in known):
            what = f"there is no such field here.{_near(extra, known)} Allowed: {', '.join(known)}."
            yield _problem(path, lines, [*field, extra], what)
    elif error.validator == "type":
        yield _problem(path, lines, field, f"{shown} is {_kind(instance)}.{allowed or f' Allowed: {stated}.'}")
    elif error.validator in ("enum", "const"):
        options = stated if error.validator == "enum" else [stated]
        hint = _near(str(instance), [str(option) for option in options])
        yield _problem(path, lines, field, f"{shown} is not allowed.{hint} Allowed: {_options(options)}.")
    else:
        yield _problem(path, lines, field, f"{shown} is not allowed.{_guidance(schema)}{allowed}")


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _options(options: Sequence[Any]) -> str:
    """The words that are allowed; in quotes where they are not words."""
    return ", ".join(o if isinstance(o, str) and o.isprintable() and len(o) > 1 else json.dumps(o) for o in options)


def _guidance(schema: dict[str, Any]) -> str:
    return f" {schema['description']}" if "description" in schema else ""


def _allowed(schema: dict[str, Any]) -> str:
    """What a field may hold, in words, with an example where the schema gives one."""
    parts = []
    if "enum" in schema:
        parts.append(f" Allowed: {_options(schema['enum'])}.")
    elif "type" in schema:
        kinds: list[str] = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        names = {
            "string": "text",
            "integer": "a whole number",
            "number": "a number",
            "null": "nothing",
            "array": "a list",
            "object": "fields",
            "boolean": "true or false",
        }
        parts.append(f" Allowed: {' or '.join(names.get(kind, kind) for kind in kinds)}")
        bounds = [f"{word} {schema[bound]}" for bound, word in BOUNDS.items() if bound in schema]
        parts += [f" {' and '.join(bounds)}"] if bounds else []
        parts += [f" of at least {schema['minLength']} characters"] if schema.get("minLength", 1) > 1 else []
        parts.append(f" of the form {schema['pattern']}." if "pattern" in schema else ".")
    if schema.get("examples"):
        parts.append(f" For example: {json.dumps(schema['examples'][0], ensure_ascii=False)}.")
    return "".join(parts)


def _kind(value: Any) -> str:
    names = {
        dict: "a group of fields",
        list: "a list",
        str: "text",
        bool: "true/false",
        int: "a number",
        float: "a number",
    }
    return "empty" if value is None else names.get(type(value), type(value).__name__)


def _problem(path: Path, lines: Lines, field: Sequence[str | int], what: str) -> str:
    at = tuple(field)
    name = ".".join(str(part) for part in at)
    return f"{_shown(path)}, line {_line(lines, at)}{f', `{name}`' if name else ''}: {what}"


def _line(lines: Lines, field: Sequence[str | int]) -> int:
    at = tuple(field)
    return next(lines[at[:n]] for n in range(len(at), -1, -1) if at[:n] in lines)


def _shown(path: Path) -> str:
    """The path as a person would type it from where they stand."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _by_line(problem: str) -> tuple[str, int, str]:
    match = re.match(r"(.*?), line (\d+)", problem)
    return (match[1], int(match[2]), problem) if match else (problem, 0, problem)
