"""Fingerprints of calculation methods: the same for the same calculation, another for another.

Belongs here: the normal form of a method's SQL and its digest. Does not belong here: what is done about a changed
fingerprint (``methods``), or how dbt is run.

The digest is taken over the syntax tree, never over regenerated SQL: a generator may drop what it does not know. The
normal form forgets only what cannot change a result: comments, spacing, the case of names, names of tables' aliases
and of common table expressions and the order of the latter, the order of operands of AND and OR, and parentheses that
change nothing. Where in doubt two equal queries count as different; two different ones must never count as equal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import version
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

DIALECT = "duckdb"
NORMALISER = f"1-{version('sqlglot')}"
"""Version of the normal form. Fingerprints compare only under the same one."""

_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)
_COMPARISON = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is)
_ATOM = (exp.Column, exp.Literal, exp.Null, exp.Boolean, exp.Func, exp.Subquery)
_ENCLOSED = (exp.Alias, exp.Where, exp.Having, exp.Qualify, exp.Select, exp.If, exp.Join)
_LOGIC = (*_COMPARISON, exp.And, exp.Or, exp.Not, exp.In, exp.Between, exp.Like)


def fingerprint(sql: str, settings: Mapping[str, Any]) -> str:
    """The fingerprint of a method: ``<normaliser>:<16 hex of the settings>:<64 hex of the SQL>``.

    ``sql`` is one compiled query, or '' for a figure received ready-made; ``settings`` are the calculation settings of
    the indicator (see :attr:`pipelines.indicators.Indicator.settings`).
    """
    return f"{NORMALISER}:{_digest(dict(settings))[:16]}:{_digest(normal_form(sql))}"


def same_method(published: str, published_sql: str, current: str, settings: Mapping[str, Any]) -> bool:
    """Whether a published fingerprint and a current one stand for the same method.

    One made by another version of the normaliser is made again from the published SQL, then its SQL part is compared.
    """
    if published.split(":")[0] == NORMALISER:
        return published == current
    old_settings = published.split(":")[1:2]
    again = fingerprint(published_sql, settings)
    return again == current and old_settings == current.split(":")[1:2]


def normal_form(sql: str) -> Any:
    """The normal form of one query as nested lists; the text itself where it cannot be read with certainty."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect=DIALECT) if tree is not None]
        if len(trees) != 1 or trees[0].find(exp.Command, exp.Pivot):
            return ["text", sql.strip()]
        return _shape(trees[0], _Scope())
    except (SqlglotError, RecursionError):
        return ["text", sql.strip()]


def pretty(sql: str) -> str:
    """SQL laid out one way, to show differences to people; the text itself where it cannot be parsed."""
    try:
        return str(sqlglot.transpile(sql, read=DIALECT, write=DIALECT, pretty=True)[0]) if sql.strip() else ""
    except (SqlglotError, RecursionError):
        return sql.strip()


def compiled_sql(manifest: Mapping[str, Any], indicator_id: str, number: int) -> str:
    """The SQL of a method as dbt compiled it, with models named plainly instead of by database and schema.

    ``manifest`` is the content of dbt's ``manifest.json`` after ``dbt compile`` (after ``dbt parse`` there is no compiled
    SQL). Raises :class:`LookupError` where the model is not in it or is not compiled.
    """
    ending = f".{indicator_id}.v{number}"
    found = [node for key, node in manifest["nodes"].items() if key.startswith("model.") and key.endswith(ending)]
    code = found[0].get("compiled_code") if len(found) == 1 else None
    if not code:
        raise LookupError(f"dbt has not compiled {indicator_id} version {number}: run `dbt compile` on it first.")
    for relation, name in _plain_names(manifest).items():
        code = code.replace(relation, name)
    return str(code).replace("\r\n", "\n").strip() + "\n"


def _plain_names(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Name in the database → name in the project, longest first so that no name is cut by another."""
    names = {
        node["relation_name"]: node["name"] if node.get("version") is None else f"{node['name']}_v{node['version']}"
        for node in manifest["nodes"].values()
        if node.get("relation_name")
    }
    return dict(sorted(names.items(), key=lambda item: (-len(item[0]), item[0])))


def _digest(form: Any) -> str:
    return hashlib.sha256(_text(form).encode()).hexdigest()


def _text(form: Any) -> str:
    return json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class _Scope:
    """What names mean at a place in a query: aliases of tables, and common table expressions by their content."""

    aliases: dict[str, str] = field(default_factory=dict)
    ctes: dict[str, str] = field(default_factory=dict)
    depth: int = 0


def _shape(node: Any, scope: _Scope) -> Any:
    """The normal form of any part of a tree."""
    if isinstance(node, list):
        return [_shape(item, scope) for item in node]
    if isinstance(node, Enum):
        return str(node.value)
    if not isinstance(node, exp.Expr):
        return node if node is None or isinstance(node, str | int | float | bool) else repr(node)
    if isinstance(node, exp.Paren) and _redundant(node):
        return _shape(node.this, scope)
    if isinstance(node, exp.And | exp.Or):
        operands = [_shape(operand, scope) for operand in _operands(node, type(node))]
        return [type(node).__name__, sorted(operands, key=_text)]
    if isinstance(node, exp.Query) and not isinstance(node, exp.Table):
        return _query(node, scope)
    if isinstance(node, exp.Table):
        return _table(node, scope)
    if isinstance(node, exp.Column) and node.args.get("table"):
        return ["Column", _alias(node.table, scope), _parts(node, scope, without=("table",))]
    if isinstance(node, exp.TableAlias):
        return ["TableAlias", _alias(node.name, scope), _shape(node.args.get("columns"), scope)]
    if isinstance(node, exp.Join) and (node.kind == "INNER" or (node.kind == "OUTER" and node.side)):
        return ["Join", _parts(node, scope, without=("kind",))]
    if isinstance(node, exp.Identifier | exp.Var):
        return [type(node).__name__, node.name.lower()]
    if isinstance(node, exp.Anonymous) and isinstance(node.this, str):
        return ["Anonymous", node.this.lower(), _shape(node.expressions, scope)]
    return [type(node).__name__, _parts(node, scope)]


def _parts(node: exp.Expr, scope: _Scope, without: tuple[str, ...] = ()) -> list[Any]:
    """The arguments of a node by name; those that are not there leave no trace."""
    return [
        [name, _shape(value, scope)]
        for name, value in sorted(node.args.items())
        if name not in without and value is not None and value is not False and value != []
    ]


def _query(node: exp.Expr, outer: _Scope) -> Any:
    """A SELECT, a set operation or a query in parentheses, with its own names."""
    scope, ctes = _with_ctes(node.args.get("with_"), outer)
    if isinstance(node, exp.Select):
        names = [source.alias_or_name.lower() for source in _sources(node)]
        aliases = {name: f"{scope.depth}.{place}" for place, name in enumerate(names) if name}
        scope = _Scope({**scope.aliases, **aliases}, scope.ctes, scope.depth + 1)
    return [type(node).__name__, ctes, _parts(node, scope, without=("with_",))]


def _with_ctes(clause: exp.Expr | None, outer: _Scope) -> tuple[_Scope, Any]:
    """The names a WITH clause adds, each standing for its content; and the clause itself, in an order of its own."""
    if clause is None:
        return outer, []
    if clause.args.get("recursive"):
        names = {cte.alias.lower(): f"recursive {cte.alias.lower()}" for cte in clause.expressions}
        scope = _Scope(outer.aliases, {**outer.ctes, **names}, outer.depth)
        return scope, [[cte.alias.lower(), _parts(cte, scope)] for cte in clause.expressions]
    ctes = dict(outer.ctes)
    contents = []
    for cte in clause.expressions:
        scope = _Scope(outer.aliases, dict(ctes), outer.depth)
        columns = cte.args["alias"].args.get("columns") or []
        contents.append(_digest([_parts(cte, scope, without=("alias",)), _shape(columns, scope)]))
        ctes[cte.alias.lower()] = contents[-1]
    return _Scope(outer.aliases, ctes, outer.depth), sorted(contents)


def _table(node: exp.Table, scope: _Scope) -> Any:
    """A table by its own name, or by the content of the common table expression it names."""
    name = node.name.lower() if isinstance(node.this, exp.Identifier) else ""
    if name in scope.ctes and not node.args.get("db"):
        what: Any = ["cte", scope.ctes[name]]
    else:
        what = [_shape(node.args.get(part), scope) for part in ("this", "db", "catalog")]
    alias = node.args.get("alias")
    columns = _shape(alias.args.get("columns"), scope) if alias else None
    rest = _parts(node, scope, without=("this", "db", "catalog", "alias"))
    return ["Table", what, _alias(node.alias_or_name, scope), columns, rest]


def _alias(name: str, scope: _Scope) -> str:
    """The place of the source that a name refers to, or the name itself where it refers to none."""
    return scope.aliases.get(name.lower(), name.lower())


def _sources(node: exp.Expr) -> Iterator[exp.Expr]:
    """The tables and sub-queries a SELECT reads, in their order, those of joins in parentheses too."""
    start = node.args.get("from_")
    joins = [join.this for join in node.args.get("joins") or []]
    for source in ([start.this] if start else []) + joins + list(node.args.get("laterals") or []):
        yield source
        if isinstance(source, exp.Subquery) and isinstance(source.this, exp.Table):
            yield source.this
            yield from _sources(source.this)
        elif isinstance(source, exp.Table):
            yield from _sources(source)


def _operands(node: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """The operands of a chain of one connector, through parentheses."""
    for side in (node.args["this"], node.args["expression"]):
        inner = side.unnest() if isinstance(side, exp.Paren) else side
        if type(inner) is kind:
            yield from _operands(inner, kind)
        else:
            yield side


def _redundant(paren: exp.Paren) -> bool:
    """Whether parentheses only repeat what the tree says anyway.

    Only where every SQL reader agrees on what binds tighter; elsewhere they stay part of the method.
    """
    inner, parent = paren.this, paren.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    if isinstance(inner, exp.Paren):
        return True
    if isinstance(inner, _ATOM) and not isinstance(inner, exp.Binary | exp.Unary):
        return not isinstance(parent, exp.Dot | exp.In)
    if isinstance(parent, _ENCLOSED) or (isinstance(parent, exp.Func) and not isinstance(parent, exp.Binary)):
        return isinstance(inner, (*_LOGIC, *_ARITHMETIC))
    if isinstance(parent, exp.And | exp.Or):
        return isinstance(inner, _LOGIC)
    if isinstance(parent, (*_ARITHMETIC, *_COMPARISON)):
        return isinstance(inner, _ARITHMETIC)
    return isinstance(parent, exp.Not) and isinstance(inner, (*_COMPARISON, exp.And, exp.Or))
