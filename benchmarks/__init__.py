"""What the line costs, against plain DuckDB doing the same: ``make bench``."""
