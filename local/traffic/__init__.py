"""Realistic Teams call traffic from a seed: the call records of a day, version by version, and the rows of its phone
calls, all of it invented.

Pure: no I/O and no clock. What a record looks like is on
https://learn.microsoft.com/graph/api/resources/callrecords-api-overview.
"""

from local.traffic.day import Call, Version, generate, large_meeting
from local.traffic.phonecalls import PhoneRow
from local.traffic.phonerows import phone_rows

__all__ = ["Call", "PhoneRow", "Version", "generate", "large_meeting", "phone_rows"]
