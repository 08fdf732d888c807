"""The operations that are served: what requests are counted, throttled and disturbed by."""

from enum import StrEnum


class Operation(StrEnum):
    """What a request asks for. Following a nextLink is an operation of its own."""

    GET_TOKEN = "get token"
    GET_RECORD = "get record"
    LIST_RECORDS = "list records"
    LIST_RECORDS_NEXT = "list records, next page"
    LIST_SESSIONS = "list sessions"
    LIST_SESSIONS_NEXT = "list sessions, next page"
    LIST_PARTICIPANTS = "list participants"
    LIST_PARTICIPANTS_NEXT = "list participants, next page"
    GET_PSTN_CALLS = "get PSTN calls"
    GET_PSTN_CALLS_NEXT = "get PSTN calls, next page"
    GET_DIRECT_ROUTING_CALLS = "get Direct Routing calls"
    GET_DIRECT_ROUTING_CALLS_NEXT = "get Direct Routing calls, next page"
    CREATE_SUBSCRIPTION = "create subscription"
    LIST_SUBSCRIPTIONS = "list subscriptions"
    GET_SUBSCRIPTION = "get subscription"
    UPDATE_SUBSCRIPTION = "update subscription"
    REAUTHORIZE_SUBSCRIPTION = "reauthorize subscription"
    DELETE_SUBSCRIPTION = "delete subscription"


NEXT_PAGE = {
    Operation.LIST_RECORDS: Operation.LIST_RECORDS_NEXT,
    Operation.LIST_SESSIONS: Operation.LIST_SESSIONS_NEXT,
    Operation.LIST_PARTICIPANTS: Operation.LIST_PARTICIPANTS_NEXT,
    Operation.GET_PSTN_CALLS: Operation.GET_PSTN_CALLS_NEXT,
    Operation.GET_DIRECT_ROUTING_CALLS: Operation.GET_DIRECT_ROUTING_CALLS_NEXT,
}
