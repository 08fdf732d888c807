"""Typed settings, read once from the environment."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass

from callrecords.errors import CallRecordsError
from callrecords.facts.streamquality import Profile
from callrecords.settings import forms
from callrecords.settings.connections import CONNECTIONS, Connection, resolve
from callrecords.settings.forms import GRAPH_ROOTS


class SettingsError(CallRecordsError):
    """Settings are missing or malformed; `problems` has one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Setting:
    """One app setting: `parse` turns its string into a value, or raises ValueError saying what was expected."""

    name: str
    meaning: str
    parse: Callable[[str], str]
    _: KW_ONLY
    default: str | None = None
    required: bool = False
    secret: bool = False


TENANT_ID = Setting("GRAPH_TENANT_ID", "Tenant whose call records are collected, a GUID", forms.guid, required=True)
CLIENT_STATE = Setting(
    "GRAPH_CLIENT_STATE",
    "Secret of 16 to 128 characters that Graph repeats in every notification",
    forms.client_state,
    required=True,
    secret=True,
)
CLIENT_STATE_PREVIOUS = Setting(
    "GRAPH_CLIENT_STATE_PREVIOUS",
    "The secret before the last rotation, still accepted",
    forms.client_state,
    secret=True,
)
CLOUD = Setting("GRAPH_CLOUD", "Which Graph: global (with GCC), usgov (GCC High) or dod", forms.cloud, default="global")
GRAPH_BASE_URL = Setting(
    "GRAPH_BASE_URL", "Root URL of the local Graph simulator, in place of the cloud's", forms.base_url
)
CLIENT_ID = Setting(
    "AZURE_CLIENT_ID", "Client id of the managed identity or app registration that reads Graph", forms.guid
)
NOTIFICATION_BASE_URL = Setting(
    "NOTIFICATION_BASE_URL",
    "Public root of this app that Graph posts to; in Azure the app's own host name where not set",
    forms.base_url,
    required=True,
)
COSMOS_DATABASE = Setting(
    "COSMOS_DATABASE", "Cosmos DB database that holds the containers", forms.name, default="callrecords"
)
SUBSCRIPTION_SCHEDULE = Setting(
    "SUBSCRIPTION_SCHEDULE",
    "When the Graph subscription is checked and renewed, NCRONTAB in UTC",
    forms.schedule,
    default="0 */15 * * * *",
)
RECONCILE_SCHEDULE = Setting(
    "RECONCILE_SCHEDULE",
    "When the hours that are due are compared with Graph, NCRONTAB in UTC",
    forms.schedule,
    default="0 */10 * * * *",
)
AUDIT_SCHEDULE = Setting(
    "AUDIT_SCHEDULE",
    "When the store audits the days that are due, nightly, NCRONTAB in UTC",
    forms.schedule,
    default="0 50 1 * * *",
)
USAGE_SCHEDULE = Setting(
    "USAGE_SCHEDULE",
    "When the days on which calls changed are rolled up, NCRONTAB in UTC",
    forms.schedule,
    default="0 5,35 * * * *",
)
QUALITY_PROFILE = Setting(
    "QUALITY_PROFILE",
    "Which of Microsoft's definitions of a poor stream: current, or before2022",
    forms.profile,
    default=Profile.CURRENT,
)
FEEDBACK_TEXT = Setting(
    "FEEDBACK_TEXT",
    "Whether fact rows have what people wrote about a call: true or false",
    forms.truth,
    default="false",
)
PHONE_CALLS = Setting(
    "PHONE_CALLS",
    "Whether rows of phone calls are imported, for which the app needs the permission CallRecord-PstnCalls.Read.All:"
    " true or false",
    forms.truth,
    default="false",
)
PSTN_SCHEDULE = Setting(
    "PSTN_SCHEDULE",
    "When the rows of calls over Microsoft's telephony are imported, NCRONTAB in UTC",
    forms.schedule,
    default="0 15 4,16 * * *",
)
DIRECT_ROUTING_SCHEDULE = Setting(
    "DIRECT_ROUTING_SCHEDULE",
    "When the rows of Direct Routing calls are imported, NCRONTAB in UTC",
    forms.schedule,
    default="0 15 1,7,13,19 * * *",
)
PHONE_BACKFILL_DAYS = Setting(
    "PHONE_BACKFILL_DAYS",
    "How many days the first import of rows of phone calls goes back, 1 to 365; those of Direct Routing exist for 150"
    " days",
    forms.days,
    default="30",
)
SETTINGS = (
    TENANT_ID,
    CLIENT_STATE,
    CLIENT_STATE_PREVIOUS,
    CLOUD,
    GRAPH_BASE_URL,
    CLIENT_ID,
    NOTIFICATION_BASE_URL,
    COSMOS_DATABASE,
    SUBSCRIPTION_SCHEDULE,
    RECONCILE_SCHEDULE,
    AUDIT_SCHEDULE,
    USAGE_SCHEDULE,
    QUALITY_PROFILE,
    FEEDBACK_TEXT,
    PHONE_CALLS,
    PSTN_SCHEDULE,
    DIRECT_ROUTING_SCHEDULE,
    PHONE_BACKFILL_DAYS,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting of the app, checked; secrets masked in repr."""

    tenant_id: str
    client_states: tuple[str, ...]
    graph_root: str
    graph_scope: str
    client_id: str | None
    notification_base_url: str
    cosmos_database: str
    subscription_schedule: str
    reconcile_schedule: str
    audit_schedule: str
    usage_schedule: str
    quality_profile: Profile
    feedback_text: bool
    phone_calls: bool
    pstn_schedule: str
    direct_routing_schedule: str
    phone_backfill_days: int
    queue: Connection
    cosmos: Connection


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`; SettingsError names every one that is missing or malformed."""
    if (host_name := environ.get("WEBSITE_HOSTNAME")) and not environ.get(NOTIFICATION_BASE_URL.name):
        environ = {**environ, NOTIFICATION_BASE_URL.name: f"https://{host_name}"}
    problems: list[str] = []
    value = {setting: _parsed(setting, environ, problems) for setting in SETTINGS}
    queue, cosmos = (resolve(connection, environ, problems) for connection in CONNECTIONS)
    if problems:
        raise SettingsError(problems)
    states = (value[CLIENT_STATE], value[CLIENT_STATE_PREVIOUS])
    cloud_root = GRAPH_ROOTS[value[CLOUD] or ""]
    return Settings(
        tenant_id=value[TENANT_ID] or "",
        client_states=tuple(state for state in states if state),
        graph_root=value[GRAPH_BASE_URL] or cloud_root,
        graph_scope=f"{cloud_root}/.default",
        client_id=value[CLIENT_ID],
        notification_base_url=value[NOTIFICATION_BASE_URL] or "",
        cosmos_database=value[COSMOS_DATABASE] or "",
        subscription_schedule=value[SUBSCRIPTION_SCHEDULE] or "",
        reconcile_schedule=value[RECONCILE_SCHEDULE] or "",
        audit_schedule=value[AUDIT_SCHEDULE] or "",
        usage_schedule=value[USAGE_SCHEDULE] or "",
        quality_profile=Profile(value[QUALITY_PROFILE] or ""),
        feedback_text=value[FEEDBACK_TEXT] == "true",
        phone_calls=value[PHONE_CALLS] == "true",
        pstn_schedule=value[PSTN_SCHEDULE] or "",
        direct_routing_schedule=value[DIRECT_ROUTING_SCHEDULE] or "",
        phone_backfill_days=int(value[PHONE_BACKFILL_DAYS] or ""),
        queue=queue,
        cosmos=cosmos,
    )


def _parsed(setting: Setting, environ: Mapping[str, str], problems: list[str]) -> str | None:
    text = environ.get(setting.name) or setting.default
    if text is None:
        if setting.required:
            problems.append(f"{setting.name} is missing: {setting.meaning}.")
        return None
    try:
        return setting.parse(text)
    except ValueError as expected:
        shown = f"malformed ({len(text)} characters)" if setting.secret else repr(text)
        problems.append(f"{setting.name} is {shown}: expected {expected}.")
        return None
