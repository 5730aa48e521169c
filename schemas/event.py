"""Something that happened and helps to read a chart: a storm, a new system, a change of rules; or a time not judged.

Latest version of a record is told by source and ``event_id``.
"""

import pandera.polars as pa
import polars as pl

KEY = ("event_id",)
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row an event."""

    event_id: str = pa.Field(description="The event's short id")
    starts_on: pl.Date = pa.Field(description="First day")
    ends_on: pl.Date = pa.Field(nullable=True, description="Last day, where it is over")
    title: str = pa.Field(description="The event in a few words")
    kind: str = pa.Field(
        nullable=True,
        isin=["event", "suspension"],
        description="event, as when empty; suspension: no period that lies within it is rated red, amber or green, for the"
        " reason that the title gives",
    )
    description: str = pa.Field(nullable=True, description="What it means for the figures")
    indicator_id: str = pa.Field(nullable=True, description="The indicator it concerns, where it is one")
    service: str = pa.Field(nullable=True, description="The service it concerns, where it is one")

    @pa.dataframe_check(error="ends_before_start", statistics={"reads": ["starts_on", "ends_on"]})
    def in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """An event cannot end before it starts."""
        return data.lazyframe.select((pl.col("ends_on") >= pl.col("starts_on")).fill_null(True))

    class Config:
        strict = True
