"""The systems of eight services, a module each: what their requests are like, and how the system writes them.

Belongs here: one module a system. Does not belong here: how any request lives (`demo.requests`).
"""

from demo.files import Delivery
from demo.services import (
    benefits,
    council_tax,
    empty_homes,
    homelessness,
    housing_repairs,
    missed_bins,
    planning,
    street_problems,
)

SYSTEMS = (housing_repairs, empty_homes, planning, missed_bins, street_problems, benefits, homelessness, council_tax)


def deliveries() -> list[Delivery]:
    """The exports of all systems."""
    return [delivery for system in SYSTEMS for delivery in system.deliveries()]
