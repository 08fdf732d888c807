"""The app as the real worker indexes it."""

import aiohttp

from local.stack import Stack
from tests.package.test_readme import rows


async def test_the_readme_names_every_function_and_no_other(stack: Stack, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{stack.app_url}/admin/functions") as answer:
        indexed = [function["name"] for function in await answer.json()]
    named = [name.strip("`") for cell, *_ in rows("Functions") for name in cell.split(", ")]
    assert sorted(indexed) == sorted(named)
