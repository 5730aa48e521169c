"""One risk that the council watches: how likely it is, how hard it would hit, and what is done about it.

Latest version of a record is told by source and ``risk_id``.
"""

import pandera.polars as pa
import polars as pl

from schemas._plain_words import words_alone

KEY = ("risk_id",)
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row a risk. Only one marked ``publish`` leaves the council."""

    risk_id: str = pa.Field(description="The risk's short id")
    title: str = pa.Field(description="The risk in a few words")
    description: str = pa.Field(nullable=True, description="What could happen")
    indicator_id: str = pa.Field(nullable=True, description="The indicator it threatens, where it is one")
    priority_id: str = pa.Field(nullable=True, description="The priority of the council plan it threatens")
    owner: str = pa.Field(description="The role that answers for it; never a name")
    likelihood: int = pa.Field(ge=1, le=5, description="1 rare to 5 almost certain")
    impact: int = pa.Field(ge=1, le=5, description="1 slight to 5 severe")
    response: str = pa.Field(nullable=True, description="What is done about it")
    reviewed_on: pl.Date = pa.Field(nullable=True, description="Day it was last looked at")
    status: str = pa.Field(isin=["open", "closed"], description="open or closed")
    publish: bool = pa.Field(nullable=True, description="Whether it is marked for publication, which it is not when empty")

    plain_words = words_alone("risk_id", "title", "description", "owner", "response")

    class Config:
        strict = True
