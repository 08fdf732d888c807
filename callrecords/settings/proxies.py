"""Whether requests have to look for a proxy in the environment."""

import urllib.request

# As getproxies names them. aiohttp takes no notice of ALL_PROXY yet.
_PROXIES = {"http", "https", "all"}


def is_proxy_set() -> bool:
    """Whether HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is set, in either case. NO_PROXY alone is no proxy.

    Where none is, the Azure clients must not look into the environment: azure-core's transport lets aiohttp do so for
    every single request, in a thread, together with a look for ~/.netrc, whose logins none of these services takes.
    """
    return not _PROXIES.isdisjoint(urllib.request.getproxies())
