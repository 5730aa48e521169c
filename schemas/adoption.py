"""One indicator that the council has adopted, with who answers for it and why.

Latest version of a record is told by source and ``indicator_id``.
"""

import pandera.polars as pa
import polars as pl

from schemas._plain_words import words_alone

KEY = ("indicator_id",)
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row an adopted indicator."""

    indicator_id: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The indicator's id")
    owner: str = pa.Field(description="The officer or team that answers for it")
    portfolio_holder: str = pa.Field(nullable=True, description="The portfolio of the councillor responsible")
    level: str = pa.Field(
        isin=["strategic", "operational", "front_line"],
        description="Who uses it: strategic, operational, front_line",
    )
    priority_id: str = pa.Field(nullable=True, description="The priority of the council plan it serves")
    rationale: str = pa.Field(nullable=True, description="Why the council watches it")
    comparator_group: str = pa.Field(nullable=True, description="The group of authorities it is compared with")
    no_change_band: float = pa.Field(
        nullable=True, ge=0, description="A change no larger than this, in the indicator's unit, is no change"
    )
    companions: str = pa.Field(nullable=True, description="Indicators to be read with it, ids separated by commas")
    partners: str = pa.Field(nullable=True, description="Partners who share the work")
    sustainable_development_goals: str = pa.Field(
        nullable=True,
        str_matches=r"^([1-9]|1[0-7])(, ?([1-9]|1[0-7]))*$",
        description="Numbers of the United Nations' goals it serves, separated by commas",
    )
    collection_burden: str = pa.Field(
        nullable=True,
        isin=["low", "medium", "high"],
        description="What it takes to collect: low where the figures exist already, high where work is done for it alone",
    )
    adopted_on: pl.Date = pa.Field(nullable=True, description="Day the council adopted it")

    plain_words = words_alone(
        "owner", "portfolio_holder", "priority_id", "rationale", "comparator_group", "companions", "partners"
    )

    class Config:
        strict = True
