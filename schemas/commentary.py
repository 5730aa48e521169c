"""What an officer says about one indicator in one period.

Latest version of a record is told by source, ``indicator_id``, ``period_type`` and ``period_start``.
"""

import pandera.polars as pa
import polars as pl

from schemas._period_type import PERIOD_TYPES
from schemas._plain_words import words_alone

KEY = ("indicator_id", "period_type", "period_start")
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row an indicator and period. Only text marked ``publish`` leaves the council."""

    indicator_id: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The indicator's id")
    period_type: str = pa.Field(isin=PERIOD_TYPES, description="Kind of period")
    period_start: pl.Date = pa.Field(description="First day of the period")
    commentary: str = pa.Field(description="The text, in plain English")
    author_role: str = pa.Field(nullable=True, description="The role of the author; never a name")
    publish: bool = pa.Field(description="Whether the text is cleared for publication")

    plain_words = words_alone("commentary", "author_role")

    class Config:
        strict = True
