"""The messages between host and worker, in place of the generated protobuf module that the worker is handed.

Names and fields are those of
https://github.com/Azure/azure-functions-language-worker-protobuf/blob/dev/src/proto/FunctionRpc.proto
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import SimpleNamespace
from typing import ClassVar

_Bytes = bytes
_Int = int


@dataclass(slots=True)
class TypedData:
    """A value of one of the types; empty where none is set."""

    string: str | None = None
    json: str | None = None
    bytes: _Bytes | None = None
    http: "RpcHttp | None" = None
    int: _Int | None = None
    double: float | None = None

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's name
        """The name of the field that is set."""
        return next((each.name for each in fields(self) if getattr(self, each.name) is not None), None)


@dataclass(slots=True)
class ParameterBinding:
    """The value of a function's parameter."""

    name: str
    data: TypedData | None

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's name
        """`data` where there is a value."""
        return None if self.data is None else "data"


@dataclass(slots=True)
class NullableString:
    """A cookie's text, which may be empty."""

    value: str


@dataclass(slots=True)
class NullableBool:
    """A cookie's flag."""

    value: bool


@dataclass(slots=True)
class NullableDouble:
    """A cookie's age, in seconds."""

    value: float


@dataclass(slots=True)
class Timestamp:
    """Seconds since 1970."""

    seconds: int


@dataclass(slots=True)
class NullableTimestamp:
    """A cookie's end."""

    value: Timestamp


@dataclass(slots=True)
class RpcHttpCookie:
    """A cookie that an HTTP answer sets."""

    class SameSite:
        """The values of `same_site`; `ExplicitNone` is the attribute `None`."""

        Lax = 1
        Strict = 2
        ExplicitNone = 3

    name: str
    value: str
    domain: NullableString | None
    path: NullableString | None
    expires: NullableTimestamp | None
    secure: NullableBool | None
    http_only: NullableBool | None
    same_site: int
    max_age: NullableDouble | None


# A Python class body cannot bind the name None.
setattr(RpcHttpCookie.SameSite, "None", 0)


@dataclass(slots=True)
class RpcHttp:
    """An HTTP request, or an answer, of which `status_code` is digits."""

    method: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    body: TypedData = field(default_factory=TypedData)
    status_code: str = ""
    cookies: Sequence[RpcHttpCookie] | None = None
    enable_content_negotiation: bool = False


@dataclass(slots=True)
class RpcException:
    """What went wrong: `TypeName: text`, and the traceback."""

    message: str
    stack_trace: str


@dataclass(slots=True)
class StatusResult:
    """Whether the worker did what it was asked to."""

    Failure: ClassVar[int] = 0
    Success: ClassVar[int] = 1

    status: int
    exception: RpcException | None = None


@dataclass(slots=True)
class InvocationResponse:
    """The outcome of an invocation; a failed one has no values."""

    invocation_id: str
    result: StatusResult
    return_value: TypedData | None = None
    output_data: Sequence[ParameterBinding] = ()

    def value(self, binding: str) -> TypedData:
        """What the function gave to an output binding, of which `$return` is one."""
        values = {each.name: each.data for each in self.output_data} | {"$return": self.return_value}
        return values.get(binding) or TypedData()


class BindingInfo(SimpleNamespace):
    """A binding as the worker sees it."""

    out = 1
    inout = 2
    undefined = 0


class WorkerInitResponse(SimpleNamespace):
    """Has `result`."""


class WorkerMetadata(SimpleNamespace):
    """The versions of Python and worker."""


class FunctionMetadataResponse(SimpleNamespace):
    """Has `function_metadata_results`: None, or RpcFunctionMetadata."""


class RpcFunctionMetadata(SimpleNamespace):
    """Has `name`, `function_id`, `raw_bindings` (JSON texts) and `retry_options`."""


class RpcRetryOptions(SimpleNamespace):
    """A function's retry policy."""


class FunctionLoadResponse(SimpleNamespace):
    """Has `result`."""
