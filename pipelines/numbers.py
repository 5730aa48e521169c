"""Numbers as people write them: ``1,234.50``, ``£12.373m``, ``(56)``, ``12 %``.

Belongs here: what ``numbers`` in ``source.yml`` says, the number that a text is by it, and statements under which one text could
be two numbers. Does not belong here: marks that stand in place of a number (values).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

MINUS = "[+\u2212-]"
LARGEST_WHOLE = 2**53
"""Above it not every whole number is one that a calculation can hold."""


@dataclass(frozen=True)
class Numbers:
    """How numbers are written: ``decimal`` and ``thousands`` (empty: none) mark them, ``symbols`` may stand before or after.

    ``multiples`` are words behind a number with the power of ten they stand for; every number is multiplied by ten to the
    ``times``. ``negative`` says what else than a minus in front makes a number negative: ``brackets``, or a minus ``behind``.
    """

    decimal: str = "."
    thousands: str = ""
    symbols: tuple[str, ...] = ()
    multiples: tuple[tuple[str, int], ...] = ()
    times: int = 0
    negative: str = ""

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Numbers:
        """What ``numbers`` of a ``source.yml`` says."""
        return cls(
            decimal=stated.get("decimal", "."),
            thousands=stated.get("thousands", ""),
            symbols=tuple(stated.get("symbols", [])),
            multiples=tuple((word.lower(), _power(multiple)) for word, multiple in stated.get("multiples", {}).items()),
            times=_power(stated.get("times", 1)),
            negative=stated.get("negative", ""),
        )

    def read(self, text: pl.Expr, kind: pl.DataType) -> pl.Expr:
        """Text as numbers of a type; null where it is no number as stated, or no whole one where that is wanted."""
        plain = text.str.replace_all(r"\s", "")
        for symbol in sorted(self.symbols, key=len, reverse=True):
            plain = plain.str.replace_all("".join(symbol.split()), "", literal=True)
        if self.thousands.strip():
            plain = plain.str.replace_all(self.thousands, "", literal=True)
        if self.decimal != ".":
            plain = plain.str.replace(self.decimal, ".", literal=True)
        plain = plain.str.replace("\u2212", "-", literal=True)
        if self.negative == "brackets":
            plain = plain.str.replace("(", "-", literal=True).str.strip_chars_end(")")
        if self.negative == "behind":
            plain = pl.when(plain.str.ends_with("-")).then(pl.lit("-") + plain.str.strip_chars_end("-")).otherwise(plain)
        number = self._multiplied(plain).cast(pl.Float64, strict=False)
        number = pl.when(text.str.contains(self._pattern) & number.is_finite()).then(number)
        if kind.is_float():
            return number.cast(kind)
        whole = (number == number.floor()) & (number.abs() < LARGEST_WHOLE)
        return pl.when(whole).then(number).cast(kind, strict=False)

    def _multiplied(self, plain: pl.Expr) -> pl.Expr:
        """The text with its power of ten written behind the digits, so that 12.373m is exactly 12373000."""
        found = plain + pl.lit(f"e{self.times}") if self.times else plain
        lower = plain.str.to_lowercase() if self.multiples else plain
        for word, power in sorted(self.multiples, key=lambda multiple: len(multiple[0])):  # the longest one is asked first
            found = (
                pl.when(lower.str.ends_with(word)).then(lower.str.strip_suffix(word) + f"e{power + self.times}").otherwise(found)
            )
        return found

    @property
    def _pattern(self) -> str:
        """What a number looks like as a whole."""
        grouped = rf"\d{{1,3}}(?:{re.escape(self.thousands)}\d{{3}})+|" if self.thousands else ""
        part = rf"{re.escape(self.decimal)}\d"
        symbol = rf"(?:(?:{'|'.join(re.escape(symbol) for symbol in self.symbols)})\s*)?" if self.symbols else ""
        word = rf"(?i:{'|'.join(re.escape(word) for word, _ in self.multiples)})?\s*" if self.multiples else ""
        number = rf"(?:(?:{grouped}\d+)(?:{part}*)?|{part}+)\s*{word}{symbol}"
        forms = [rf"(?:{MINUS}\s*{symbol}|{symbol}{MINUS}?\s*){number}"]
        forms += [rf"\(\s*{symbol}{number}\)"] if self.negative == "brackets" else []
        forms += [rf"{symbol}{number}-"] if self.negative == "behind" else []
        return rf"^(?:{'|'.join(forms)})$"


def faults(stated: Mapping[str, Any], has_own_numbers: bool) -> Iterator[tuple[str, str]]:
    """Settings under which one text could be two numbers, each with what is wrong with it.

    ``has_own_numbers``: the format itself knows numbers, which are read with a decimal point.
    """
    numbers = Numbers.of(stated)
    if numbers.decimal == numbers.thousands:
        sign = numbers.decimal
        yield "thousands", f"1{sign}234 would be 1234 and 1.234, as `{sign}` is also what `decimal` says; state both."
    if has_own_numbers and numbers.thousands == ".":
        yield "thousands", "1.234 would be 1234, and also a real number of the file, which is read with a decimal point."
    if numbers.times and "%" in numbers.symbols:
        yield "times", "45% would be 4500: a number with a percent sign is no share of 1; keep the one that is right."
    words = [word for word, _ in numbers.multiples]
    for word in sorted({word for word in words if words.count(word) > 1}):
        yield "multiples", f"`{word}` stands there twice: capital letters do not count."
    for symbol in numbers.symbols:
        if re.search(r"[\d+()\-]", symbol) or symbol in (numbers.decimal, numbers.thousands) or symbol.lower() in words:
            yield "symbols", f"`{symbol}` could be part of the number; list only what says nothing about its size."


def _power(multiple: int) -> int:
    return len(str(multiple)) - 1
