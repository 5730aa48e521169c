"""One priority of the council plan.

Latest version of a record is told by source and ``priority_id``.
"""

import pandera.polars as pa

from schemas._plain_words import words_alone

KEY = ("priority_id",)
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row a priority."""

    priority_id: str = pa.Field(description="The priority's short id")
    title: str = pa.Field(description="The priority in a few words")
    description: str = pa.Field(nullable=True, description="What it means")

    plain_words = words_alone("priority_id", "title", "description")

    class Config:
        strict = True
