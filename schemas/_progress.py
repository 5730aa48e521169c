"""How far a piece of work has got. Not a record type: a list that several contracts share."""

PROGRESS = ["not_started", "on_track", "at_risk", "late", "done", "stopped"]
