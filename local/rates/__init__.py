"""Several workers at one Graph, and its lists, in simulated time: how its rate is shared, and for what it is enough."""

from local.rates.lists import Figures as ListFigures
from local.rates.lists import simulate_lists
from local.rates.profile import office_day
from local.rates.simulation import COMING_AND_GOING, JOINING, Figures, Load, Shift, settled, simulate

__all__ = [
    "COMING_AND_GOING",
    "JOINING",
    "Figures",
    "ListFigures",
    "Load",
    "Shift",
    "office_day",
    "settled",
    "simulate",
    "simulate_lists",
]
