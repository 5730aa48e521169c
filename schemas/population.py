"""The residents of one area in one year, in all or in one group.

Latest version of a record is told by source, ``area_code``, ``year``, ``age_group`` and ``sex``.
"""

import pandera.polars as pa

KEY = ("area_code", "year", "age_group", "sex")
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row an area, year and group; ``all`` where the group is everybody."""

    area_code: str = pa.Field(description="GSS code of the area")
    year: int = pa.Field(ge=1801, le=2200, description="Year of the mid-year estimate")
    age_group: str = pa.Field(description="Age group, or all")
    sex: str = pa.Field(description="Sex, or all")
    population: int = pa.Field(ge=0, description="Residents")

    class Config:
        strict = True
