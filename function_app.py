"""Every trigger of the app: its binding, then one call into callrecords."""

import azure.functions as func

from callrecords.app import LIFECYCLE_ROUTE, NOTIFICATIONS_ROUTE, PROBE_SCHEDULE, App, start
from callrecords.http import operations, webhook
from callrecords.http.answers import Answer, json_answer
from callrecords.http.openapi import document
from callrecords.queues.workqueue import AUDIT, CALL_RECORDS, DERIVE, OPERATIONS, PHONE_CALLS, RECONCILE, SUBSCRIPTIONS
from callrecords.settings.connections import QUEUE_CONNECTION

functions = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app, problems = start()


async def _answer_graph(request: func.HttpRequest) -> func.HttpResponse:
    token, body = request.params.get("validationToken"), request.get_body()
    return _respond(await webhook.answer(app.webhook if app else None, token, body))


def _respond_to(request: func.HttpRequest, answer: Answer) -> func.HttpResponse:
    return _respond(answer.encoded(request.headers))


def _respond(answer: Answer) -> func.HttpResponse:
    return func.HttpResponse(
        answer.body, status_code=answer.status, mimetype=answer.media_type, headers=answer.all_headers
    )


@functions.route(NOTIFICATIONS_ROUTE, methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def notifications(req: func.HttpRequest) -> func.HttpResponse:
    """Graph announces call records."""
    return await _answer_graph(req)


@functions.route(LIFECYCLE_ROUTE, methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def lifecycle(req: func.HttpRequest) -> func.HttpResponse:
    """Graph says that a subscription has to be renewed."""
    return await _answer_graph(req)


@functions.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """Whether all is well, for anybody: the status alone."""
    answer = await operations.health(app.health if app else None, problems)
    return _respond(Answer(answer.status, media_type="text/plain"))


@functions.route("health/details", methods=["GET"])
async def health_details(req: func.HttpRequest) -> func.HttpResponse:
    """Which link of the chain is broken, and what is known of each."""
    return _respond_to(req, await operations.health(app.health if app else None, problems))


def _collecting(app: App) -> func.Blueprint:
    work = func.Blueprint()  # type: ignore[no-untyped-call]

    @work.queue_trigger("msg", CALL_RECORDS, QUEUE_CONNECTION)
    async def ingest_call_record(msg: func.QueueMessage) -> None:
        """Fetches one call record whole and stores it."""
        await app.heartbeats.queue("ingest_call_record", app.ingest.on_message(*_taken(msg)))

    @work.queue_trigger("msg", SUBSCRIPTIONS, QUEUE_CONNECTION)
    async def renew_subscription(msg: func.QueueMessage) -> None:
        """Renews the Graph subscription when a lifecycle notification asked for it."""
        await app.heartbeats.queue("renew_subscription", app.subscription.on_message(*_taken(msg)))

    @work.timer_trigger("timer", app.settings.subscription_schedule)
    async def renew_subscription_on_schedule(timer: func.TimerRequest) -> None:
        """Creates, renews and de-duplicates the Graph subscription."""
        await app.heartbeats.timer("renew_subscription_on_schedule", app.subscription.on_schedule())

    @work.timer_trigger("timer", app.settings.reconcile_schedule)
    async def reconcile_on_schedule(timer: func.TimerRequest) -> None:
        """Starts to compare the hours that are due with Graph."""
        await app.heartbeats.timer("reconcile_on_schedule", app.reconciliation.on_schedule())

    @work.queue_trigger("msg", RECONCILE, QUEUE_CONNECTION)
    async def reconcile(msg: func.QueueMessage) -> None:
        """Goes on with comparing: lists, compares, enqueues what is missing."""
        await app.heartbeats.queue("reconcile", app.reconciliation.on_message(*_taken(msg)))

    return work


def _phone(app: App) -> func.Blueprint:
    work = func.Blueprint()  # type: ignore[no-untyped-call]

    @work.timer_trigger("timer", app.settings.pstn_schedule)
    async def import_pstn_calls(timer: func.TimerRequest) -> None:
        """Starts to import the rows of calls over Microsoft's calling plans."""
        await app.heartbeats.timer("import_pstn_calls", app.phone_import.on_schedule("pstn"))

    @work.timer_trigger("timer", app.settings.direct_routing_schedule)
    async def import_direct_routing_calls(timer: func.TimerRequest) -> None:
        """Starts to import the rows of calls over trunks of the organisation's."""
        await app.heartbeats.timer("import_direct_routing_calls", app.phone_import.on_schedule("directRouting"))

    @work.queue_trigger("msg", PHONE_CALLS, QUEUE_CONNECTION)
    async def import_phone_calls(msg: func.QueueMessage) -> None:
        """Goes on with an import: reads a page, writes the rows that are new."""
        await app.heartbeats.queue("import_phone_calls", app.phone_import.on_message(*_taken(msg)))

    return work


def _upkeep(app: App) -> func.Blueprint:
    work = func.Blueprint()  # type: ignore[no-untyped-call]

    @work.timer_trigger("timer", app.settings.audit_schedule)
    async def audit(timer: func.TimerRequest) -> None:
        """Starts to audit the days that are due."""
        await app.heartbeats.timer("audit", app.audit.on_schedule())

    @work.queue_trigger("msg", AUDIT, QUEUE_CONNECTION)
    async def audit_days(msg: func.QueueMessage) -> None:
        """Goes on with an audit: compares header, parts and row of each call, has mended what is not whole."""
        await app.heartbeats.queue("audit_days", app.audit.on_message(*_taken(msg)))

    @work.queue_trigger("msg", DERIVE, QUEUE_CONNECTION)
    async def derive_days(msg: func.QueueMessage) -> None:
        """Goes on with deriving the facts of chosen days again."""
        await app.heartbeats.queue("derive_days", app.rederivation.on_message(*_taken(msg)))

    @work.queue_trigger("msg", OPERATIONS, QUEUE_CONNECTION)
    async def operate(msg: func.QueueMessage) -> None:
        """Does what an operator has commanded."""
        came_over_queue = bool(msg.pop_receipt)
        await app.heartbeats.queue("operate", app.operations.on_message(*_taken(msg), came_over_queue=came_over_queue))

    @work.timer_trigger("timer", app.settings.usage_schedule)
    async def roll_up_usage(timer: func.TimerRequest) -> None:
        """Rolls up the days on which facts of calls changed."""
        await app.heartbeats.timer("roll_up_usage", app.roll_up.on_schedule())

    @work.timer_trigger("timer", PROBE_SCHEDULE)
    async def probe_queue(timer: func.TimerRequest) -> None:
        """Tries whether the storage account takes messages."""
        await app.heartbeats.timer("probe_queue", app.probe.on_schedule())

    return work


def _questions(app: App) -> func.Blueprint:
    api = func.Blueprint()  # type: ignore[no-untyped-call]

    @api.route("calls/{callId}", methods=["GET"])
    async def get_call(req: func.HttpRequest) -> func.HttpResponse:
        """One call record, whole."""
        return _respond_to(req, await app.lookup(req.route_params["callId"]))

    @api.route("calls/{callId}/facts", methods=["GET"])
    async def get_call_facts(req: func.HttpRequest) -> func.HttpResponse:
        """The fact row of one call, with its details."""
        return _respond_to(req, await app.call_facts(req.route_params["callId"]))

    @api.route("calls", methods=["GET"])
    async def search_calls(req: func.HttpRequest) -> func.HttpResponse:
        """The fact rows of chosen calls."""
        return _respond_to(req, await app.search_calls(req.params))

    @api.route("phone-calls", methods=["GET"])
    async def search_phone_calls(req: func.HttpRequest) -> func.HttpResponse:
        """The rows of chosen phone calls."""
        return _respond_to(req, await app.phone_calls(req.params))

    @api.route("reports/{name}", methods=["GET"])
    async def report(req: func.HttpRequest) -> func.HttpResponse:
        """Usage or quality by day."""
        return _respond_to(req, await app.reports(req.route_params["name"], req.params))

    @api.route("completeness", methods=["GET"])
    async def get_completeness(req: func.HttpRequest) -> func.HttpResponse:
        """How complete Cosmos is of the calls that Graph lists, by day."""
        return _respond_to(req, await app.completeness(req.params))

    @api.route("openapi.json", methods=["GET"])
    async def openapi(req: func.HttpRequest) -> func.HttpResponse:
        """The OpenAPI document of the routes for other services."""
        return _respond_to(req, json_answer(document()))

    return api


def _operations(app: App) -> func.Blueprint:
    api = func.Blueprint()  # type: ignore[no-untyped-call]

    @api.route("audit", methods=["GET"])
    async def audit_cost(req: func.HttpRequest) -> func.HttpResponse:
        """What an audit of chosen days would cost."""
        return _respond_to(req, await app.audits.cost(req.params))

    @api.route("audit", methods=["POST"])
    async def start_audit(req: func.HttpRequest) -> func.HttpResponse:
        """Names the command that starts to audit chosen days."""
        return _respond_to(req, operations.only_by_command("audit"))

    @api.route("facts", methods=["GET"])
    async def derive_progress(req: func.HttpRequest) -> func.HttpResponse:
        """How far deriving facts again has come."""
        return _respond_to(req, await app.derivations.progress())

    @api.route("facts", methods=["POST"])
    async def start_derive(req: func.HttpRequest) -> func.HttpResponse:
        """Names the command that starts to derive the facts of chosen days again."""
        return _respond_to(req, operations.only_by_command("derive"))

    @api.route("poison", methods=["GET"])
    async def poison(req: func.HttpRequest) -> func.HttpResponse:
        """What was given up, and why."""
        return _respond_to(req, await operations.poison(app.poison_queues))

    @api.route("poison/{action}", methods=["POST"])
    async def treat_poison(req: func.HttpRequest) -> func.HttpResponse:
        """Names the command that puts messages that were given up back on their queue, or throws them away."""
        return _respond_to(req, operations.only_by_command(req.route_params.get("action")))

    @api.route("operations", methods=["GET"])
    async def commanded(req: func.HttpRequest) -> func.HttpResponse:
        """What came of the commands of operators."""
        return _respond_to(req, await operations.commanded(app.operations))

    return api


def _taken(msg: func.QueueMessage) -> tuple[str, int]:
    """The text of a message, and how often it was taken."""
    return msg.get_body().decode(errors="backslashreplace"), msg.dequeue_count or 1


if app:  # without settings no message is taken: they stay on their queues until the settings are right
    for part in (_collecting, _upkeep, _questions, _operations, *([_phone] if app.settings.phone_calls else [])):
        functions.register_functions(part(app))
