"""The Python worker of Azure Functions, in this process: https://pypi.org/project/azure-functions-runtime/

Its entry points are no public API: requirements.txt pins the version.
"""

import asyncio
import json
import logging
import os
import re
import sys
import time
import traceback
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime  # type: ignore[import-untyped]

from local.functions_host import protos
from local.functions_host.errors import HostError
from local.functions_host.protos import InvocationResponse, ParameterBinding, RpcException, StatusResult, TypedData

type Binding = Mapping[str, Any]


@dataclass(frozen=True)
class Function:
    """A function as the app declares it; bindings are as in function.json."""

    name: str
    function_id: str
    trigger: Binding
    other_bindings: tuple[Binding, ...]
    has_retry_policy: bool


class Worker:
    """Runs the functions of one app: a process has one, since the library keeps its state in its modules."""

    def __init__(self) -> None:
        self._running: dict[str, str] = {}

    async def load(self, app_dir: Path) -> list[Function]:
        """Imports the app and gives its functions; HostError says why it cannot be indexed."""
        os.chdir(app_dir)
        sys.path.insert(0, str(app_dir))
        runtime.start_threadpool_executor()
        init = SimpleNamespace(capabilities={}, function_app_directory=str(app_dir))
        properties = {"protos": protos, "host": "127.0.0.1"}
        answer = await runtime.worker_init_request(
            SimpleNamespace(properties=properties, request=SimpleNamespace(worker_init_request=init))
        )
        if answer.result.status != StatusResult.Success:
            raise HostError(f"{app_dir} cannot be indexed: {_why_and_where(answer.result.exception, app_dir)}")
        answer = await runtime.functions_metadata_request(SimpleNamespace(request=None))
        if not answer.function_metadata_results:
            raise HostError(f"{app_dir} declares no functions: expected a FunctionApp in its function_app.py.")
        return [await _load(metadata) for metadata in answer.function_metadata_results]

    async def invoke(
        self, function: Function, data: TypedData, trigger_metadata: Mapping[str, TypedData] | None = None
    ) -> InvocationResponse:
        """Runs the function on what triggered it. A failure is logged with its stack trace, and returned."""
        invocation_id = str(uuid.uuid4())
        self._running[invocation_id] = function.name
        token = runtime.invocation_id_cv.set(invocation_id)
        started = time.perf_counter()
        try:
            response = await _run(invocation_id, function, data, trigger_metadata or {})
            if response.result.exception:
                _log_failure(function.name, response.result.exception, time.perf_counter() - started)
            return response
        finally:
            runtime.invocation_id_cv.reset(token)
            del self._running[invocation_id]

    @property
    def is_busy(self) -> bool:
        """Whether a function is running."""
        return bool(self._running)

    def current_invocation(self) -> tuple[str, str] | None:
        """Id and function name of the invocation that the calling task or thread is part of."""
        invocation_id = runtime.invocation_id_cv.get()
        name = self._running.get(invocation_id)
        return (invocation_id, name) if name else None


async def _run(
    invocation_id: str, function: Function, data: TypedData, trigger_metadata: Mapping[str, TypedData]
) -> InvocationResponse:
    request = SimpleNamespace(
        invocation_id=invocation_id,
        function_id=function.function_id,
        input_data=[ParameterBinding(function.trigger["name"], data)],
        trigger_metadata=trigger_metadata,
        trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
        retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
    )
    try:
        response: InvocationResponse = await runtime.invocation_request(
            SimpleNamespace(request=SimpleNamespace(invocation_request=request))
        )
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        # The function's own, which would end the listener too.
        exception = RpcException("CancelledError", "".join(traceback.format_exception(error)))
        return InvocationResponse(invocation_id, StatusResult(StatusResult.Failure, exception))
    return response


def _log_failure(name: str, exception: RpcException, seconds: float) -> None:
    logging.getLogger(f"Function.{name}").error(
        "Executed 'Functions.%s' (Failed, Duration=%.0fms)\n%s", name, seconds * 1000, exception.stack_trace.rstrip()
    )


async def _load(metadata: protos.RpcFunctionMetadata) -> Function:
    load = SimpleNamespace(function_id=metadata.function_id)
    await runtime.function_load_request(SimpleNamespace(request=SimpleNamespace(function_load_request=load)))
    bindings = [json.loads(binding) for binding in metadata.raw_bindings]
    (trigger,) = (binding for binding in bindings if binding["type"].endswith("Trigger"))
    return Function(
        name=metadata.name,
        function_id=metadata.function_id,
        trigger=trigger,
        other_bindings=tuple(binding for binding in bindings if binding is not trigger),
        has_retry_policy=metadata.retry_options is not None,
    )


def _why_and_where(exception: RpcException, app_dir: Path) -> str:
    """The error in one line, with the app's own line that led to it."""
    frames = re.findall(r'File "(.+)", line (\d+)', exception.stack_trace)
    own = [f" ({path}, line {line})" for path, line in frames if path.startswith(str(app_dir))]
    return " ".join(exception.message.split()) + (own[-1] if own else "")
