"""Targets in words: a small grammar that turns "<=19%", "50 by 2020" or "to increase" into something that can be judged.

The grammar is the table :data:`FORMS`, a pattern a form, tried in order on the whole text; what fits none is not measurable,
and says why. A number without a side ("95") is a level, whose good side the indicator's polarity tells.

Belongs here: what words mean. Does not belong here: whether a figure meets the target (dbt's ``assessment``), and anything
about one indicator but the unit in which its targets are written.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Reading:
    """What a target in words asks for. Numbers are in the indicator's unit.

    ``kind`` is level, change, comparator, quartile, rank, none or not_measurable; ``reason`` says why the last two cannot be
    judged. ``level`` is a number whose good side is the indicator's; ``at_least`` and ``at_most`` bound the figure, and
    ``is_strict`` means that it may not equal them. ``direction`` (increase, decrease, improve, maintain) is against the period
    before, or the same period a year before where ``comparator`` says so, by ``amount`` (``amount_type`` absolute, or
    relative, in percent). ``comparator`` is else the kind of group to compare with (``peers``: the adopted one), ``relation``
    (better, no_worse, above, below, at_least, at_most) how, and ``amount`` then how far off it may be. ``place`` is the last
    quartile or rank that will do. ``due_on`` is the last day to reach it.
    """

    kind: str
    level: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    is_strict: bool = False
    direction: str | None = None
    amount: float | None = None
    amount_type: str | None = None
    comparator: str | None = None
    relation: str | None = None
    place: int | None = None
    due_on: date | None = None
    reason: str | None = None


SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String, "target_words": pl.String, "kind": pl.String, "level": pl.Float64, "at_least": pl.Float64,
        "at_most": pl.Float64, "is_strict": pl.Boolean, "direction": pl.String, "amount": pl.Float64, "amount_type": pl.String,
        "comparator": pl.String, "relation": pl.String, "place": pl.Int32, "due_on": pl.Date, "reason": pl.String,
    }
)  # fmt: skip

# A number, its scale and its unit, in groups named after it; a unit is words, perhaps "per" so many of something.
_NUMBER = (
    r"(?P<{0}>[-+]?[£$€]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|[-+]?\.\d+|zero|nil)"
    r"(?: ?(?P<{0}_scale>k|m|bn|thousand|million|billion)\b)?"
    r"(?: ?(?P<{0}_unit>%|per [\d,a-z ]+?|(?!(?:and|or|but|to)\b)[a-z£][a-z£ /]*?(?: per [\d,a-z ]+?)?))?"
)
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_UNITS = frozenset(
    {
        "%", "points", "day", "days", "working days", "calendar days", "week", "weeks", "month", "months", "year", "years",
        "hour", "hours", "minute", "minutes", "people", "persons", "residents", "children", "pupils", "adults", "households",
        "homes", "properties", "families", "cases", "complaints", "reports", "visits", "visitors", "jobs", "businesses",
        "incidents", "tonnes", "kg", "pounds", "per year", "a year", "micrograms per cubic metre",
    }
)  # fmt: skip
_KINDS = {
    "%": "shares", "point": "shares", "day": "days", "week": "weeks", "month": "months", "year": "years", "hour": "hours",
    "minute": "minutes", "pound": "money", "£": "money",
}  # fmt: skip
"""Units of which no number is one of another: 8 weeks are not 8 days, and 5% of something is not 5 of it."""
_AUTHORITIES = r"(?:neighbou?rs?|authorities|councils|areas)"
_AVERAGE = r"(?: (?:average|mean|median|level|rate|figure))?"
COMPARATORS = {
    "national": rf"(?:national|england|english|wales|welsh|scotland|scottish|uk){_AVERAGE}",
    "region": rf"region(?:al)?{_AVERAGE}",
    "statistical_neighbours": rf"(?:statistical|nearest|cipfa|similar)(?: nearest)? {_AUTHORITIES}'?{_AVERAGE}",
    "geographic_neighbours": rf"(?:geographic(?:al)?|adjoining|adjacent|bordering) {_AUTHORITIES}'?{_AVERAGE}",
    "own_benchmark": rf"(?:own |local )?benchmark{_AVERAGE}",
    "peers": rf"(?:(?:peers?|comparators?|(?:comparable|other) {_AUTHORITIES})(?: group)?'?{_AVERAGE}|average|mean|median)",
}
"""How words name each kind of group. An average of several authorities is taken as their median."""

_PARTS = {
    "{n}": _NUMBER.format("n"),
    "{m}": _NUMBER.format("m"),
    "{who}": r"(?:the )?(?:(?:average|mean|median) (?:of|for) (?:the )?)?(?:our |its )?(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in COMPARATORS.items())
    + ")",
    "{before}": r"(?:the )?(?:last|previous|prior) (?:year|period|quarter|month|wave)(?:'s (?:level|figure|result))?",
    "{on_before}": r"(?: (?:year[- ]on[- ]year|(?:every|each) year|annually|"
    r"(?:from|on|since) (?:the )?(?:last|previous|prior) (?:year|period|quarter|month|wave)))?",
    "{up}": r"(?:to )?(?:continue to )?(?:increase|rise|grow)",
    "{down}": r"(?:to )?(?:continue to )?(?:decrease|reduce|fall|drop|cut)",
    "{over}": r"(?:more|greater|higher|over|above)(?: than)?",
    "{under}": r"(?:less|fewer|lower|under|below)(?: than)?",
    "{keep}": r"(?:to )?(?:maintain|sustain|keep|remain|stay|hold)",
    "{least}": r"(?:a )?min(?:imum)?",
    "{most}": r"(?:a )?max(?:imum)?",
    "{as_good}": r"(?:the )?(?:better (?:than )?or (?:equal|similar|the same|in line)(?: (?:to|as|with))?"
    r"|(?:same|equal|similar|in line)(?: (?:to|as|with))? or better than|at or better than)",
    "{on_year}": r"(?:year[- ]on[- ]year |annual )?",
    "{ordinal}": r"(?P<place>first|1st|second|2nd|third|3rd)",
    "{count}": r"(?P<place>\d+|two|three|four|five|ten)",
}
_PLACES = {
    "first": 1, "1st": 1, "two": 2, "second": 2, "2nd": 2, "three": 3, "third": 3, "3rd": 3, "four": 4, "five": 5, "ten": 10,
}  # fmt: skip

# Pattern, kind, and what it says: "n" and "m" stand for the numbers that the pattern finds.
FORMS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (r"|-|n/?a|none|no target|none set|no target set|not (?:yet )?set|(?:target )?not applicable|tb[cd]|"
     r"to be (?:set|agreed|confirmed|determined)",
     "none", {"reason": "No target is set."}),
    (r"(?:to be )?(?:monitor(?:ed|ing)?|for (?:information|monitoring)|contextual)(?: only| measure)?|baseline(?: year| only)?|"
     r"(?:awaiting baseline|baseline|target) to be (?:set|agreed|confirmed|established)|awaiting baseline",
     "none", {"reason": "No target is set."}),
    (r"(?:to )?(?:be )?between {n} (?:and|to|-) {m}", "level", {"at_least": "n", "at_most": "m"}),
    (r"{n} ?(?:-|to) ?{m}", "level", {"at_least": "n", "at_most": "m"}),
    (r"> ?{n},? ?(?:and|but)? ?< ?{m}", "level", {"at_least": "n", "at_most": "m", "is_strict": True}),
    (r">= ?{n},? ?(?:and|but)? ?<= ?{m}", "level", {"at_least": "n", "at_most": "m"}),
    (r"<= ?{n}|(?:(?:must|should|do|does|to) )?not (?:to )?exceed(?:ing)? {n}|not (?:above|over) {n}", "level", {"at_most": "n"}),
    (r">= ?{n}|{n} ?\+|\+ ?{n}|not (?:below|under) {n}", "level", {"at_least": "n"}),
    (r"< ?{n}|(?:{keep} )?{under} {n}|{down} (?:to )?{under} {n}", "level", {"at_most": "n", "is_strict": True}),
    (r"> ?{n}|(?:{keep} )?{over} {n}|{up} (?:to )?{over} {n}|(?:to )?exceeds? {n}", "level",
     {"at_least": "n", "is_strict": True}),
    (r"(?:at least|(?:no|not) (?:less|fewer|lower) than|{least}(?: of)?|{over} or equal to|equal to or {over}|"
     r"(?:{keep} )?at or above) {n}|{n} {least}", "level", {"at_least": "n"}),
    (r"{n} (?:or|and) (?:more|above|over|higher|greater)", "level", {"at_least": "n"}),
    (r"(?:at most|(?:no|not) (?:more|higher|greater) than|up to|{most}(?: of)?|{under} or equal to|equal to or {under}|"
     r"(?:{keep} )?at or below) {n}|{n} {most}", "level", {"at_most": "n"}),
    (r"(?:to )?(?:be |remain |stay |keep )?within (?:the )?(?:legal |statutory )?limit of {n}", "level", {"at_most": "n"}),
    (r"{n} (?:or|and) (?:less|fewer|below|under|lower)", "level", {"at_most": "n"}),
    (r"{up} to (?:at least )?{n}", "level", {"at_least": "n"}),
    (r"{down} to (?:at most )?{n}", "level", {"at_most": "n"}),
    (r"(?:(?:to )?(?:achieve|reach|be|remain at|stay at)|{keep}(?: at)?)? ?=? ?{n}(?: or better)?", "level", {"level": "n"}),
    (r"{up}{on_before}|{over} {before}|(?:an )?(?:upward|rising|increasing) trend|increasing|{on_year}increase",
     "change", {"direction": "increase"}),
    (r"{down}{on_before}|{under} {before}|(?:a )?(?:downward|falling|decreasing) trend|decreasing|reducing|"
     r"{on_year}(?:reduction|decrease)", "change", {"direction": "decrease"}),
    (r"{up} by (?:at least )?{n}{on_before}|{n} (?:increase|rise|growth){on_before}", "change",
     {"direction": "increase", "amount": "n"}),
    (r"{down} by (?:at least )?{n}{on_before}|{n} (?:decrease|reduction|fall|cut){on_before}", "change",
     {"direction": "decrease", "amount": "n"}),
    (r"(?:to )?double", "change", {"direction": "increase", "amount": 100.0, "amount_type": "relative"}),
    (r"(?:to )?halve", "change", {"direction": "decrease", "amount": 50.0, "amount_type": "relative"}),
    (r"(?:to )?(?:continue to )?(?:an )?improve(?:ment)?{on_before}|better than {before}|improving(?: trend)?|"
     r"{on_year}improvement", "change", {"direction": "improve"}),
    (r"(?:to )?(?:continue to )?improve by (?:at least )?{n}{on_before}|{n} improvement{on_before}", "change",
     {"direction": "improve", "amount": "n"}),
    (r"{keep}(?: or improve)?(?: (?:on )?(?:current |present )?(?:performance|levels?|position))?(?: the same)?|"
     r"no deterioration|no worse than {before}|no change|(?:the )?same as {before}|{as_good} {before}|at least {before}",
     "change", {"direction": "maintain"}),
    (r"(?:to )?(?:be )?(?:{as_good}|no worse than|at least as good as|in line with|match) {who}",
     "comparator", {"relation": "no_worse"}),
    (r"(?:to )?(?:be )?(?:better than|outperform|exceed) {who}", "comparator", {"relation": "better"}),
    (r"(?:to )?(?:be )?(?:>=|{over} or equal to|at least|at or above|no (?:lower|less) than) ?{who}", "comparator",
     {"relation": "at_least"}),
    (r"(?:to )?(?:be )?(?:<=|{under} or equal to|at most|at or below|no (?:higher|more) than) ?{who}", "comparator",
     {"relation": "at_most"}),
    (r"(?:to )?(?:be )?(?:>|{over}) ?{who}", "comparator", {"relation": "above"}),
    (r"(?:to )?(?:be )?(?:<|{under}) ?{who}", "comparator", {"relation": "below"}),
    (r"(?:to )?(?:be )?within {n} of {who}", "comparator", {"relation": "no_worse", "amount": "n"}),
    (r"(?:to )?(?:be |remain |stay |keep )?(?:with)?(?:in )?(?:the )?(?:top|upper|best) quartile|(?:the )?top 25 ?%", "quartile",
     {"place": 1}),
    (r"(?:to )?(?:be )?(?:in )?(?:the )?(?:top|upper|best) half", "quartile", {"place": 2}),
    (r"(?:to )?(?:be )?(?:in )?(?:the )?top {count} quartiles", "quartile", {}),
    (r"(?:to )?(?:be )?(?:in )?(?:the )?{ordinal} quartile(?: or (?:better|above|higher))?", "quartile", {}),
    (r"(?:to )?(?:be )?(?:in )?(?:the )?top {count}", "rank", {}),
    (r"(?:to )?(?:be )?rank(?:ed)? (?:in the top )?{count}(?: or (?:better|above|higher))?", "rank", {}),
    (r"(?:to )?(?:be )?(?:the )?(?:best|ranked first|first)", "rank", {"place": 1}),
)  # fmt: skip


def read(words: str, unit: str = "", year_starts_in: int = 4) -> Reading:
    """What the words ask for. ``unit`` is the indicator's; a year like "2026/27" begins in the month ``year_starts_in``."""
    text, due_on, faults = _plain(words), None, []
    try:
        if found := _DUE.fullmatch(text):
            text, due_on = found["what"], _due(found, year_starts_in)
    except ValueError as error:
        faults.append(f"cannot be judged: {error}")
    for pattern, kind, says in _COMPILED:
        if not (found := pattern.fullmatch(text)):
            continue
        try:
            return replace(_reading(kind, says, found, unit), due_on=due_on)
        except ValueError as error:
            faults.append(f"cannot be judged: {error}")
    faults.append("says neither a level, nor a change, nor a comparison that can be worked out")
    return Reading("not_measurable", reason=f"“{words.strip()}” {faults[0]}.")


def target_words_rows(words: pl.DataFrame, units: Mapping[str, str], year_starts_in: int) -> pl.DataFrame:
    """The table of readings that dbt joins to: one row a pair of ``indicator_id`` and ``target_words``, ordered by them."""
    pairs = words.select("indicator_id", "target_words").drop_nulls().unique().sort("indicator_id", "target_words")
    rows = [
        {"indicator_id": indicator, "target_words": text, **asdict(read(text, units.get(indicator, ""), year_starts_in))}
        for indicator, text in pairs.iter_rows()
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def _plain(words: str) -> str:
    """The words in lower case with one kind of space, dash and sign, without a gloss such as "(better than)"."""
    text = " ".join(words.lower().split())
    same = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "–": "-", "—": "-", "−": "-", "’": "'", "per cent": "%", "percent": "%"}
    for old, new in same.items():
        text = text.replace(old, new)
    text = re.sub(
        r"^(?:target(?: is| of|:)?|(?:must|should|will|to) be) (?=[<>=£\d]|(?:at|below|under|above|over|up|no|not) )", "", text
    )
    text = re.sub(r" ?\((?:better|worse|lower|higher|more|less)(?: than| is better)?\)", "", text)
    text = re.sub(
        r"(?:% ?(?:age )?points?|percentage points?|(?<![a-z])(?:pp|ppts?)\b)", "points", text.replace("%age", "percentage")
    )
    return text.rstrip(".; ")


_MONTHS = {
    name.lower(): place for names in (calendar.month_name, calendar.month_abbr) for place, name in enumerate(names) if name
}
_DUE = re.compile(
    r"(?P<what>.+?),? (?P<word>by|before)(?: the)?(?: end of)? (?:(?:(?P<day>\d{1,2})(?:st|nd|rd|th)? )?(?P<month>"
    + "|".join(sorted(_MONTHS, key=len, reverse=True))
    + r") )?(?:(?P<year>(?:19|20)\d\d)(?:[/-](?P<to>\d\d|20\d\d))?|(?P<iso>\d{4}-\d\d-\d\d))"
)


def _due(found: re.Match[str], year_starts_in: int) -> date:
    """The last day that the words after "by" leave. Raises :class:`ValueError` where there is no such day."""
    first, last = _span(found, year_starts_in)
    return last if found["word"] == "by" or "end of" in found[0].removeprefix(found["what"]) else first - timedelta(days=1)


def _span(found: re.Match[str], year_starts_in: int) -> tuple[date, date]:
    """The first and the last day of the day, month or year that is named. Raises :class:`ValueError` where there is none."""
    if found["iso"]:
        return (day := date.fromisoformat(found["iso"])), day
    year = int(found["year"])
    if found["to"]:
        if (year + 1) % 100 != int(found["to"]) % 100:
            raise ValueError(f"{found['year']}/{found['to']} is not a year")
        return date(year, year_starts_in, 1), date(year + 1, year_starts_in, 1) - timedelta(days=1)
    if not found["month"]:
        return date(year, 1, 1), date(year, 12, 31)
    month = _MONTHS[found["month"]]
    if found["day"]:
        return (day := date(year, month, int(found["day"]))), day
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _compiled(template: str) -> re.Pattern[str]:
    """A form's pattern; a group that stands in several of its alternatives belongs to the first that has it."""
    for name, part in _PARTS.items():
        template = template.replace(name, part)
    return re.compile(template)


def _alternatives(template: str) -> list[str]:
    """The forms that a template joins by "|" outside brackets."""
    depth, parts = 0, [""]
    for character in template:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


_COMPILED = [(_compiled(one), kind, says) for template, kind, says in FORMS for one in _alternatives(template)]


def _reading(kind: str, says: Mapping[str, Any], found: re.Match[str], unit: str) -> Reading:
    """A form's meaning with the numbers, group and place that stand in the words. Raises :class:`ValueError`."""
    groups = found.groupdict()
    is_relative = kind == "change" and groups.get("n_unit") == "%"
    own = "" if is_relative else unit
    values: dict[str, Any] = {name: _number(found, value, own) if value in ("n", "m") else value for name, value in says.items()}
    if "amount" in says and "amount_type" not in says:
        values["amount_type"] = "relative" if is_relative else "absolute"
        if values["amount"] < 0:
            raise ValueError("a change is by more than nothing")
    if {"at_least", "at_most"} <= says.keys() and values["at_least"] > values["at_most"]:
        raise ValueError("its lower end is above its upper end")
    if kind == "change" and re.search(r"\byear|\bannual", found[0]):
        values["comparator"] = "same_period_last_year"
    if kind == "comparator":
        values["comparator"] = next(name for name in COMPARATORS if groups.get(name))
    if kind in ("quartile", "rank"):
        values["comparator"] = "peers"
    if "place" in groups:
        values["place"] = _PLACES.get(groups["place"]) or int(groups["place"])
    if kind in ("quartile", "rank") and not 1 <= values["place"] <= (3 if kind == "quartile" else 1000):
        raise ValueError("no authority, or every one, has such a place")
    return Reading(kind, **values)


def _words(unit: str) -> set[str]:
    """The words and numbers of a unit, each in the singular."""
    return {word.rstrip("s") for word in re.findall(r"£|%|[a-z]+|\d[\d,]*", unit)}


def _number(found: re.Match[str], name: str, unit: str) -> float:
    """A number in the indicator's unit. Raises :class:`ValueError` where what follows it is no unit that is known."""
    text = re.sub(r"[£$€,]", "", found[name])
    scale_word, given, own = found[f"{name}_scale"], (found[f"{name}_unit"] or "").strip(), _plain(unit)
    if "£" in found[name] and not given:
        given = "pounds"
    if not _words(given) <= _words(own):
        if given not in _UNITS:
            raise ValueError(f"“{given}” is neither the unit of the indicator nor a usual one")
        kinds, others = ({_KINDS[word] for word in _words(text) & _KINDS.keys()} for text in (given, own))
        if own and " per " not in f" {given} " and kinds.isdisjoint(others) and (kinds or others):
            raise ValueError(f"“{given}” is not the unit of the indicator, which is {unit}")
    number = 0.0 if text in ("zero", "nil") else float(text)
    if scale_word is None:
        return number
    of_unit = next((scale for word, scale in _SCALES.items() if word in _words(own)), 1.0)
    return number * _SCALES[scale_word] / of_unit
