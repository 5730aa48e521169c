"""One answer of one respondent to one question of a survey wave.

Latest version of a record is told by source, ``wave``, ``respondent_id`` and ``question``.
"""

from datetime import date

import pandera.polars as pa
import polars as pl

KEY = ("wave", "respondent_id", "question")
DATED_BY = ("fieldwork_end",)
EARLIEST = date(1950, 1, 1)


class Record(pa.DataFrameModel):
    """A row an answer. An empty answer means that the question was not answered."""

    wave: str = pa.Field(str_matches=r"^[A-Za-z0-9 /-]{1,20}$", description="Name of the wave, such as 2026")
    fieldwork_start: pl.Date = pa.Field(ge=EARLIEST, description="First day of the wave's fieldwork")
    fieldwork_end: pl.Date = pa.Field(ge=EARLIEST, description="Last day of the wave's fieldwork")
    respondent_id: str = pa.Field(description="The respondent's number within the wave; never a name")
    question: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The question, as a snake_case word")
    answer: str = pa.Field(
        nullable=True,
        str_matches=r"^[a-z0-9][a-z0-9_]*$",
        description="The answer chosen, as a snake_case word",
    )
    weight: float = pa.Field(gt=0, description="How many times this respondent counts")
    area_code: str = pa.Field(nullable=True, description="GSS code of the ward")
    age_group: str = pa.Field(nullable=True, str_matches=r"^[A-Za-z0-9 +-]{1,20}$", description="Age group, such as 35-54")
    sex: str = pa.Field(
        nullable=True,
        str_matches=r"^[a-z][a-z_]*$",
        description="Sex as stated by the respondent, as a snake_case word",
    )

    @pa.dataframe_check(error="fieldwork_ends_before_start", statistics={"reads": ["fieldwork_start", "fieldwork_end"]})
    def fieldwork_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Fieldwork cannot end before it starts."""
        return data.lazyframe.select((pl.col("fieldwork_end") >= pl.col("fieldwork_start")).fill_null(True))

    class Config:
        strict = True
