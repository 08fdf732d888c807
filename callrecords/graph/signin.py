"""The credential that signs in to Graph, and how it is replaced when Graph does not accept its token."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential

# A token that was asked for anew and is refused as well is no better a second later.
_LEAST_SECONDS_BETWEEN = 60.0


class RenewableCredential:
    """Gives the tokens of a credential, which keeps each until it expires, whatever Graph says of it.

    `renew` puts another credential in its place, which has no token yet. Where the platform keeps tokens itself, as for
    managed identities, the next one may still be the same.
    """

    def __init__(
        self, new_credential: Callable[[], AsyncTokenCredential], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._new_credential = new_credential
        self._clock = clock
        self._credential = new_credential()
        self._renewed_at = -_LEAST_SECONDS_BETWEEN
        self._changing = asyncio.Lock()
        self.generation = 0
        """How often the credential was replaced."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """As the credential does."""
        async with self._changing:
            return await self._credential.get_token(*scopes, **options)

    async def renew(self, generation: int) -> bool:
        """Replaces the credential of that generation. False where one was replaced a moment ago in vain."""
        async with self._changing:
            if generation != self.generation:
                return True
            now = self._clock()
            if now - self._renewed_at < _LEAST_SECONDS_BETWEEN:
                return False
            former, self._credential = self._credential, self._new_credential()
            self._renewed_at = now
            self.generation += 1
            with contextlib.suppress(Exception):  # it is not needed any more
                await former.close()
        return True

    async def close(self) -> None:
        """Closes the credential."""
        await self._credential.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()
