"""One payment to a supplier, as councils publish those over a threshold: a line of the spending ledger.

Latest version of a record is told by source, ``payment_id``, ``expense_code``, ``cost_centre`` and ``amount``: a ledger gives
several lines of one payment its one number. Does not hold the supplier's name, which may be a person's.
"""

from datetime import date

import pandera.polars as pa
import polars as pl

KEY = ("payment_id", "expense_code", "cost_centre", "amount")
DATED_BY = ("paid_on",)
EARLIEST = date(1950, 1, 1)


class Record(pa.DataFrameModel):
    """A row a line of a payment. A negative amount was paid back."""

    payment_id: str = pa.Field(description="The payment's own number in the ledger")
    paid_on: pl.Date = pa.Field(ge=EARLIEST, description="Day it was paid")
    amount: float = pa.Field(description="What was paid, in pounds; less than 0 where it came back")
    directorate: str = pa.Field(nullable=True, description="The part of the council that paid, as the ledger names it")
    expense_type: str = pa.Field(nullable=True, description="What it was for, as the ledger names it")
    expense_code: str = pa.Field(nullable=True, description="The ledger's code of what it was for")
    cost_centre: str = pa.Field(nullable=True, description="The ledger's code of who paid")
    supplier_id: str = pa.Field(nullable=True, description="The supplier's own number in the ledger; never a name")
    supplier_type: str = pa.Field(nullable=True, description="Kind of supplier, as the ledger names it")

    class Config:
        strict = True
