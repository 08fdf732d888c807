"""Functions that show what reached them: `seen` has a list of it."""

import asyncio
import json
import logging
from typing import Any

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
_seen: list[dict[str, Any]] = []


@app.route("seen", methods=["GET"])
async def seen(req: func.HttpRequest) -> func.HttpResponse:
    """What the other functions noted."""
    return func.HttpResponse(json.dumps(_seen), mimetype="application/json")


@app.route("echo/{word:alpha}/{number:int?}", methods=["GET", "POST"])
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    """The request, as the function got it."""
    request = {
        "method": req.method,
        "url": req.url,
        "route": dict(req.route_params),
        "query": dict(req.params),
        "header": req.headers.get("x-sent"),
        "body": req.get_body().decode(errors="backslashreplace"),
    }
    headers = {"x-answered": "yes", "set-cookie": "flavour=oat; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"}
    return func.HttpResponse(json.dumps(request), status_code=201, mimetype="application/json", headers=headers)


@app.route("files/{*path}", methods=["GET", "HEAD"])
def files(req: func.HttpRequest) -> str:
    """The path, as text."""
    return str(req.route_params.get("path", "nothing"))


@app.route("nothing", binding_arg_name="answer")
def nothing(req: func.HttpRequest, answer: func.Out[func.HttpResponse]) -> None:
    """Gives no answer."""


@app.route("failing")
def failing(req: func.HttpRequest) -> func.HttpResponse:
    """Fails."""
    logging.info("about to fail")
    raise RuntimeError("this was bound to happen")


@app.route("cancelled")
async def cancelled(req: func.HttpRequest) -> func.HttpResponse:
    """Lets a cancellation of its own escape."""
    raise asyncio.CancelledError


@app.route("guarded", auth_level=func.AuthLevel.FUNCTION)
def guarded(req: func.HttpRequest) -> func.HttpResponse:
    """Needs the key."""
    return func.HttpResponse("welcome")


@app.queue_trigger("msg", "%ERRANDS_QUEUE%", "SampleQueue")
async def run_errand(msg: func.QueueMessage) -> None:
    """Does what the message says: fails, takes its time, or just notes it."""
    errand = msg.get_body().decode()
    inserted_at = msg.insertion_time.isoformat() if msg.insertion_time else None
    _seen.append({"errand": errand, "dequeue_count": msg.dequeue_count, "inserted_at": inserted_at})
    if errand == "fail":
        raise RuntimeError("this errand fails")
    if errand.startswith("take "):
        await asyncio.sleep(float(errand.removeprefix("take ")))


@app.timer_trigger("timer", "%TICK_SCHEDULE%")
def tick(timer: func.TimerRequest) -> None:
    """Notes that it was time."""
    _seen.append({"tick": timer.past_due})


@app.timer_trigger("timer", "23:59:59", run_on_startup=True)
def start_up(timer: func.TimerRequest) -> None:
    """Notes the start."""
    _seen.append({"start_up": timer.past_due})
