"""Several workers at one Graph, in simulated time: how they share its rate."""

from local.rates.simulation import COMING_AND_GOING, JOINING, Figures, Load, Shift, settled, simulate

__all__ = ["COMING_AND_GOING", "JOINING", "Figures", "Load", "Shift", "settled", "simulate"]
