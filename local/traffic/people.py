"""The invented organisation whose people call each other, and those whom they call."""

from dataclasses import dataclass
from random import Random

from local.traffic.clients import Client, browser, communication_services, computer, employee_clients, room_system
from local.traffic.names import GIVEN_NAMES, mailbox, shuffled_names
from local.traffic.primitives import guid

_EMPLOYEES = 120
_OFFICES = ("", "", "", " (Zürich)", " (Kraków)", " (東京)", " (서울)", " (القاهرة)")


@dataclass(frozen=True)
class Party:
    """One who can take part in a call. `kind` is the key that tells the party in a communicationsIdentitySet."""

    kind: str
    id: str
    display_name: str | None
    tenant_id: str | None = None
    user_principal_name: str | None = None
    administrative_unit: str | None = None
    clients: tuple[Client, ...] = ()


@dataclass(frozen=True)
class Organisation:
    """The tenant and the outsiders that it deals with: the same people every day."""

    tenant_id: str
    employees: tuple[Party, ...]
    rooms: tuple[Party, ...]
    guests: tuple[Party, ...]
    externals: tuple[Party, ...]
    phones: tuple[Party, ...]
    call_queues: tuple[Party, ...]
    auto_attendants: tuple[Party, ...]


def found(rng: Random, tenant_id: str) -> Organisation:
    """An organisation of 120 employees, its rooms, call queues, auto attendants, guest accounts, and outsiders."""
    names = shuffled_names(rng)
    other_tenant = guid(rng)
    units = [guid(rng) for _ in range(3)]
    return Organisation(
        tenant_id=tenant_id,
        employees=tuple(_employee(rng, next(names), tenant_id, rng.choice(units)) for _ in range(_EMPLOYEES)),
        rooms=tuple(_room(rng, number, tenant_id) for number in range(1, 11)),
        guests=tuple(_guest_account(rng, next(names), tenant_id) for _ in range(40)),
        externals=tuple(_external(rng, next(names), other_tenant) for _ in range(60)),
        phones=tuple(Party("phone", f"+1555{number:04}", None) for number in range(100, 200)),
        call_queues=tuple(
            Party("applicationInstance", guid(rng), f"Call queue {name}", tenant_id)
            for name in ("Sales", "Service", "Empfang")
        ),
        auto_attendants=(Party("applicationInstance", guid(rng), "Auto attendant Main line", tenant_id),),
    )


def passer_by(rng: Random) -> Party:
    """One who joins by a link, is in no directory, and never comes again: mostly an anonymous guest."""
    (kind,) = rng.choices(("guest", "acsUser", "spoolUser", "encrypted"), (64, 16, 10, 10))
    if kind == "acsUser":
        return communication_services_user(rng)
    name = f"{rng.choice(GIVEN_NAMES)} (Guest)" if kind == "guest" else None
    return Party(kind, f"{rng.getrandbits(128):032x}", name, clients=(browser(rng),))


def communication_services_user(rng: Random) -> Party:
    """A user of an application on Azure Communication Services: a customer, a patient."""
    client = communication_services(rng)
    user_id = f"8:acs:{client.communication_service_id}_{guid(rng)}"
    return Party("acsUser", user_id, rng.choice((None, "Customer", "Kundin 4")), clients=(client,))


def _employee(rng: Random, name: tuple[str, str], tenant_id: str, unit: str) -> Party:
    return Party(
        kind="user",
        id=guid(rng),
        display_name=" ".join(name) + rng.choice(_OFFICES),
        tenant_id=tenant_id,
        user_principal_name=f"{mailbox(*name)}@fabrikam.example",
        administrative_unit=unit,
        clients=employee_clients(rng),
    )


def _room(rng: Random, number: int, tenant_id: str) -> Party:
    name = f"room.{number:02}@fabrikam.example"
    return Party("user", guid(rng), f"Room {number:02}", tenant_id, name, clients=(room_system(rng),))


def _guest_account(rng: Random, name: tuple[str, str], tenant_id: str) -> Party:
    """A guest with an account in the tenant: Entra writes the home address into the user principal name."""
    principal = f"{mailbox(*name)}_contoso.example#EXT#@fabrikam.example"
    return Party("user", guid(rng), " ".join(name), tenant_id, principal, clients=(browser(rng),))


def _external(rng: Random, name: tuple[str, str], tenant_id: str) -> Party:
    principal = f"{mailbox(*name)}@contoso.example"
    return Party("user", guid(rng), " ".join(name), tenant_id, principal, clients=(computer(rng),))
