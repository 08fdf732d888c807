"""The partition key of each container. Pure.

All items of one key are a logical partition, which may have 20 GB
(https://learn.microsoft.com/azure/cosmos-db/concepts-limits). A call's items have a few MB, a month's roll-ups and an
item of `state` a few kB. The rows of a day would have more, where there are a million calls: so each has a key of its
own, and those of a day share a prefix. The rows of phone calls have about 2 kB: millions of a day fit.
"""

PARTITION_KEYS = {
    "callRecords": ("/tenantId", "/callId"),
    "calls": ("/tenantId", "/day", "/callId"),
    "phoneCalls": ("/tenantId", "/day"),
    "usage": ("/tenantId", "/month"),
    "state": ("/id",),
}
