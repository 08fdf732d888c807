"""Every trigger of the app: its binding, then one call into callrecords."""

import azure.functions as func

from callrecords import webhook, workqueue
from callrecords.app import LIFECYCLE_ROUTE, NOTIFICATIONS_ROUTE, App, start
from callrecords.connections import QUEUE_CONNECTION

functions = func.FunctionApp()
app = start()


async def _answer_graph(request: func.HttpRequest) -> func.HttpResponse:
    token, body = request.params.get("validationToken"), request.get_body()
    answer = await webhook.answer(app.webhook if app else None, token, body)
    headers = {"X-Content-Type-Options": "nosniff"}
    return func.HttpResponse(answer.text, status_code=answer.status, mimetype="text/plain", headers=headers)


@functions.route(NOTIFICATIONS_ROUTE, methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def notifications(req: func.HttpRequest) -> func.HttpResponse:
    """Graph announces call records."""
    return await _answer_graph(req)


@functions.route(LIFECYCLE_ROUTE, methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def lifecycle(req: func.HttpRequest) -> func.HttpResponse:
    """Graph says that a subscription needs care."""
    return await _answer_graph(req)


def _background_work(app: App) -> func.Blueprint:
    work = func.Blueprint()  # type: ignore[no-untyped-call]

    @work.queue_trigger("msg", workqueue.CALL_RECORDS, QUEUE_CONNECTION)
    async def ingest_call_record(msg: func.QueueMessage) -> None:
        """Fetches one call record whole and stores it."""
        ingest = await app.ingest()
        await ingest(_text(msg))

    @work.queue_trigger("msg", workqueue.SUBSCRIPTIONS, QUEUE_CONNECTION)
    async def maintain_subscriptions(msg: func.QueueMessage) -> None:
        """Renews the Graph subscription when a lifecycle notification asked for it."""
        care = await app.subscription_care()
        await care.on_message(_text(msg))

    @work.timer_trigger("timer", app.settings.subscription_schedule)
    async def maintain_subscriptions_on_schedule(timer: func.TimerRequest) -> None:
        """Creates, renews and de-duplicates the Graph subscription."""
        care = await app.subscription_care()
        await care.on_schedule()

    return work


def _text(msg: func.QueueMessage) -> str:
    return msg.get_body().decode(errors="backslashreplace")


if app:  # without settings no message is taken: they stay on their queues until the settings are right
    functions.register_functions(_background_work(app))
