"""The adversary: what somebody who has every release, and knows what adds up, can work out of what was withheld.

It has the published tables, the declarations of what adds up, and nothing else. It believes a sum wherever it can check it
and finds it right; what does not add up to the whole it takes for a remainder that it does not know. For every
withheld figure linear programming gives the smallest and the largest that it can be. A figure that can be only one, or that
must be below the smallest count that may be shown, is exposed; and so is one for which no certain answer was found.

``figures`` reads what is published, ``relations`` what adds up, ``unknowns`` is what is left to find, ``solver`` finds its
bounds, ``exposures`` says what follows. Shares no code with what protects the cells, on purpose. Does not belong here: what is
done about an exposure.
"""

from pipelines.disclosure.attack.exposures import (
    BESIDE,
    ONE,
    SMALL,
    UNCERTAIN,
    Exposure,
    Place,
    Tables,
    attack,
    read_release,
)

__all__ = ["BESIDE", "ONE", "SMALL", "UNCERTAIN", "Exposure", "Place", "Tables", "attack", "read_release"]
