"""`python -m local.functions_host APP_DIR`: runs a Python Functions app."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from local.functions_host.errors import HostError
from local.functions_host.host import serve


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.functions_host", description=__doc__)
    parser.add_argument("app_dir", type=Path, metavar="APP_DIR", help="where host.json and function_app.py are")
    parser.add_argument("--port", type=int, default=7071, help="default 7071; 0 takes a free one")
    parser.add_argument(
        "--key", help="the key to /admin/functions and to functions that are not anonymous; without it all are open"
    )
    return parser.parse_args()


def main() -> None:
    """Ends the process: with 0 after SIGINT or SIGTERM, with 1 and a sentence on stderr for an app that cannot run."""
    arguments = _arguments()
    status = 0
    with asyncio.Runner() as runner:
        try:
            runner.run(serve(arguments.app_dir.absolute(), arguments.port, arguments.key))
        except HostError as error:
            print(error, file=sys.stderr)
            status = 1
        logging.shutdown()
        sys.stdout.flush()
        # As a worker ends in Azure: the app's open clients, tasks and threads end with it, nobody waits for them.
        os._exit(status)


main()
