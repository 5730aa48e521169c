"""One target of one indicator for one period as it was agreed on one day, with who agreed it and why.

A target is a number or words ("to increase", "between 3 and 5"). Agreed anew, it is another record: the earlier one stays.
Latest version of a record is told by source, ``indicator_id``, ``period_type``, ``period_start`` and ``agreed_on``.
"""

import pandera.polars as pa
import polars as pl

from schemas._period_type import PERIOD_TYPES
from schemas._plain_words import words_alone

KEY = ("indicator_id", "period_type", "period_start", "agreed_on")
DATED_BY = ()

_NUMBER = r"\s*-?\d+(\.\d+)?\s*"
_PROFILE = rf"^(flat|{_NUMBER}(,{_NUMBER}){{3}}|{_NUMBER}(,{_NUMBER}){{11}})$"


class Record(pa.DataFrameModel):
    """A row an indicator, period and day of agreement, for the whole council."""

    indicator_id: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The indicator's id")
    period_type: str = pa.Field(isin=PERIOD_TYPES, description="Kind of period")
    period_start: pl.Date = pa.Field(description="First day of the period")
    period_end: pl.Date = pa.Field(description="Last day of the period")
    target: float = pa.Field(nullable=True, description="Level to be reached, in the indicator's unit")
    target_words: str = pa.Field(nullable=True, description="The target in words, where it is no number or gives its side")
    tolerance: float = pa.Field(nullable=True, ge=0, description="How far off still counts as just off target")
    tolerance_type: str = pa.Field(
        nullable=True,
        isin=["absolute", "relative"],
        description="absolute: in the indicator's unit, as when empty; relative: in percent of the target",
    )
    minimum: float = pa.Field(nullable=True, description="Level below which performance is not acceptable")
    stretch: float = pa.Field(nullable=True, description="Level beyond the target, to be reached if all goes well")
    profile: str = pa.Field(
        nullable=True,
        str_matches=_PROFILE,
        description="Levels on the way through a financial year: 4 or 12, separated by commas, each for the year up to the end"
        " of a quarter or month; or flat, the same level in each month, quarter and year to date, and of what adds up (counts,"
        " sums, rates) a twelfth of it for each month",
    )
    agreed_by: str = pa.Field(nullable=True, description="Who agreed it")
    agreed_on: pl.Date = pa.Field(nullable=True, description="Day it was agreed; the last one agreed by a period's end judges it")
    reason: str = pa.Field(nullable=True, description="Why this level")

    plain_words = words_alone("target_words", "agreed_by", "reason")

    @pa.dataframe_check(error="period_ends_before_start", statistics={"reads": ["period_start", "period_end"]})
    def period_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A period cannot end before it starts."""
        return data.lazyframe.select((pl.col("period_end") >= pl.col("period_start")).fill_null(True))

    @pa.dataframe_check(error="target_or_words", statistics={"reads": ["target", "target_words"]})
    def one_target(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A target is a number or words, one of the two."""
        return data.lazyframe.select(pl.col("target").is_null() != pl.col("target_words").is_null())

    @pa.dataframe_check(error="levels_out_of_order", statistics={"reads": ["target", "minimum", "stretch"]})
    def levels_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A target lies between its minimum and its stretch, whichever of them is the higher."""
        target, minimum, stretch = (pl.col(name) for name in ("target", "minimum", "stretch"))
        return data.lazyframe.select(((target - minimum) * (stretch - target) >= 0).fill_null(True))

    @pa.dataframe_check(error="profile_of_no_year", statistics={"reads": ["profile", "period_type"]})
    def profile_of_a_year(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Only a financial year has a profile."""
        return data.lazyframe.select(pl.col("profile").is_null() | (pl.col("period_type") == "financial_year"))

    @pa.dataframe_check(error="profile_misses_target", statistics={"reads": ["profile", "target"]})
    def profile_ends_at_target(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """The last level of a profile is the target of the year, which is then a number."""
        last = pl.col("profile").str.split(",").list.last().str.strip_chars().cast(pl.Float64, strict=False)
        reached = (last == pl.col("target")).fill_null(False)
        return data.lazyframe.select(pl.col("profile").is_null() | (pl.col("profile") == "flat") | reached)

    class Config:
        strict = True
