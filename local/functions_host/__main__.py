"""`python -m local.functions_host APP_DIR`: runs a Python Functions app."""

import argparse
import asyncio
import logging
import math
import os
import sys
from datetime import timedelta
from pathlib import Path

from local.functions_host import WAS_IDLE
from local.functions_host.errors import HostError
from local.functions_host.host import Options, serve


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.functions_host", description=__doc__)
    parser.add_argument("app_dir", type=Path, metavar="APP_DIR", help="where host.json and function_app.py are")
    parser.add_argument("--port", type=int, default=7071, help="default 7071; 0 takes a free one")
    parser.add_argument(
        "--socket", type=int, metavar="FD", help="a socket that listens already, as an inherited descriptor"
    )
    parser.add_argument(
        "--key", help="the key to /admin/functions and to functions that are not anonymous; without it all are open"
    )
    parser.add_argument(
        "--lease",
        type=float,
        default=20,
        metavar="SECONDS",
        help="on messages, which come back then where the host was killed (20; in Azure it is 600)",
    )
    parser.add_argument(
        "--idle",
        type=float,
        default=math.inf,
        metavar="SECONDS",
        help="end, with status 3, after so long without a visible message; without it the host never does",
    )
    return parser.parse_args()


def main() -> None:
    """Ends the process: with 0 after SIGINT or SIGTERM, with 3 when it was idle, with 1 and a sentence on stderr for an
    app that cannot run."""
    arguments = _arguments()
    lease = timedelta(seconds=arguments.lease)
    options = Options(arguments.port, arguments.socket, arguments.key, lease, arguments.idle)
    status = 0
    with asyncio.Runner() as runner:
        try:
            if runner.run(serve(arguments.app_dir.absolute(), options)):
                status = WAS_IDLE
        except HostError as error:
            print(error, file=sys.stderr)
            status = 1
        logging.shutdown()
        sys.stdout.flush()
        # As a worker ends in Azure: the app's open clients, tasks and threads end with it, nobody waits for them.
        os._exit(status)


main()
