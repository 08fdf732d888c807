"""Realistic Teams call traffic from a seed: the call records of a day, version by version, all of it invented.

Pure: no I/O and no clock. What a record looks like is on
https://learn.microsoft.com/graph/api/resources/callrecords-api-overview.
"""

from local.traffic.day import Call, Version, generate, large_meeting

__all__ = ["Call", "Version", "generate", "large_meeting"]
