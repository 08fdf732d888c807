"""A Microsoft Graph that holds call records, subscriptions and tokens in memory, and refuses what Graph refuses."""

from local.graph.endless import Endless, Huge
from local.graph.endpoint import DeliveryRules
from local.graph.faults import (
    Delay,
    Fault,
    LoneSurrogate,
    NextLinkLoop,
    NoContent,
    NotJson,
    OwnFailure,
    Redirect,
    Reset,
    Status,
    Truncate,
)
from local.graph.operations import Operation
from local.graph.phonerows import PhoneRules
from local.graph.server import application
from local.graph.simulator import PHONE_ROLE, ROLE, GraphSimulator
from local.graph.throttling import NO_LIMITS, Limit, Limits

__all__ = [
    "NO_LIMITS",
    "PHONE_ROLE",
    "ROLE",
    "Delay",
    "DeliveryRules",
    "Endless",
    "Fault",
    "GraphSimulator",
    "Huge",
    "Limit",
    "Limits",
    "LoneSurrogate",
    "NextLinkLoop",
    "NoContent",
    "NotJson",
    "Operation",
    "OwnFailure",
    "PhoneRules",
    "Redirect",
    "Reset",
    "Status",
    "Truncate",
    "application",
]
