"""One callRecord resource: the request for it, and its version.

https://learn.microsoft.com/graph/api/callrecords-callrecord-get
"""

import functools

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.communications.call_records.item.call_record_item_request_builder import (
    CallRecordItemRequestBuilder,
)

from callrecords.errors import Garbled, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import RECORD_FIRST_PAGE, Bucket
from callrecords.graph.parsing import Parsed
from callrecords.graphtypes import MOST_EXACT, JsonObject

_Query = CallRecordItemRequestBuilder.CallRecordItemRequestBuilderGetQueryParameters
# Stands for the id of any call: a GUID, which a URL has as it is.
_ANY = "00000000-0000-0000-0000-000000000000"


async def get_record(client: GraphClient, call_id: str, share: Bucket, expand: str | None = None) -> Parsed:
    """The record, and in it the first page of the list that is expanded; Graph expands one in a request.

    `share` is the share of the tenant's limit that it is asked for within.

    Raises the errors of GraphClient, and Garbled for another record.
    """
    url = _url(client, expand).replace(_ANY, call_id)
    answer = await client.get(url, name_of(call_id), ((RECORD_FIRST_PAGE, call_id), share))
    if str(answer.document.get("id")).lower() != call_id:
        raise Garbled(f"{name_of(call_id)}: Graph's answer has another id.")
    return answer


def version_of(call_id: str, record: JsonObject) -> int:
    """The version of a callRecord resource.

    Raises Garbled where that is no number from 0, and Unreadable for one that Cosmos DB cannot tell from its
    neighbours: its numbers are doubles.
    """
    version = record.get("version")
    if type(version) is not int or version < 0:
        raise Garbled(f"{name_of(call_id)}: version is a {type(version).__name__}, expected a number from 0.")
    if version > MOST_EXACT:
        raise Unreadable(f"{name_of(call_id)}: version is {version}, expected at most {MOST_EXACT}.")
    return version


def name_of(call_id: str) -> str:
    """What messages call the record."""
    return f"Call record {call_id}"


@functools.lru_cache
def _url(client: GraphClient, expand: str | None) -> str:
    """Where the record of _ANY is. The SDK expands its template three times a request: kept, that costs nothing."""
    query = RequestConfiguration(query_parameters=_Query(expand=[expand] if expand else None))
    record = client.sdk.communications.call_records.by_call_record_id(_ANY)
    return client.url_of(record.to_get_request_information(query))
