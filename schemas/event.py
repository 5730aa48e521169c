"""Something that happened and helps to read a chart: a storm, a new system, a change of rules; or a time not judged.

Latest version of a record is told by source and ``event_id``.
"""

import pandera.polars as pa
import polars as pl

from schemas._plain_words import words_alone

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
    publish: bool = pa.Field(
        nullable=True, description="no keeps it in the council; it is published when empty, as charts need it"
    )

    plain_words = words_alone("event_id", "title", "description")

    @pa.dataframe_check(error="ends_before_start", statistics={"reads": ["starts_on", "ends_on"]})
    def in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """An event cannot end before it starts."""
        return data.lazyframe.select((pl.col("ends_on") >= pl.col("starts_on")).fill_null(True))

    @pa.dataframe_check(error="suspension_not_published", statistics={"reads": ["kind", "publish"]})
    def suspension_is_told(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A suspension is published: it is why figures are not rated."""
        kept = (pl.col("kind") == "suspension") & ~pl.col("publish")
        return data.lazyframe.select(~kept.fill_null(False))

    class Config:
        strict = True
