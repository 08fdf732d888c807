"""The change feed, in latest version mode: every item by its last change.

https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-modes
"""

from email.utils import parsedate_to_datetime

from local.cosmos.call import Answer, Call, feed
from local.cosmos.containers import Container
from local.cosmos.errors import bad_request
from local.cosmos.paging import fill_page
from local.cosmos.partitions import requested_scope
from local.cosmos.storage import Storage


def changed_items(call: Call, container: Container, storage: Storage) -> Answer:
    """A page of changes, or 304; the etag is where the next page goes on. Raises 400."""
    if call.headers["a-im"].lower() != "incremental feed":
        raise bad_request(f"A-IM is {call.headers['a-im']!r}; this server supports Incremental Feed.")
    scope, _ = requested_scope(call.headers, container.partition_key, storage.partitions)
    after = _after(call, storage.lsn)
    found = storage.items.changes(container.rid, scope, after, _since(call))
    page = fill_page(((each.item | {"_lsn": each.lsn}, each.lsn) for each in found), call.headers)
    if not page.values:
        return Answer(304, headers={"etag": f'"{max(after, storage.lsn)}"'})
    return feed("Documents", page.values, {"etag": f'"{page.last}"'})


def _after(call: Call, last_lsn: int) -> int:
    """The sequence number that the client has read up to: none, all there are, or one of an etag."""
    etag = call.headers.get("if-none-match")
    if etag is None or etag == "*":
        return last_lsn if etag else 0
    lsn = etag.strip('"')
    if not lsn.isdecimal():
        raise bad_request(f"If-None-Match is {etag!r}; expected the etag of an earlier answer, or *.")
    return int(lsn)


def _since(call: Call) -> float:
    """Seconds since 1970."""
    date = call.headers.get("if-modified-since")
    if date is None:
        return 0
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        raise bad_request(f"If-Modified-Since is {date!r}; expected a date as HTTP writes it.") from None
