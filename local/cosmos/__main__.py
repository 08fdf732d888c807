"""Runs the Cosmos DB server until SIGINT or SIGTERM."""

import argparse
import asyncio
import os
import signal
import sqlite3
import sys

from local.cosmos import CosmosServer
from local.serve import serve


async def _run(port: int, file: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with serve(CosmosServer(file).app(), port=port) as served:
        print(f"Cosmos DB answers at {served.url}", flush=True)
        await stopping.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.cosmos", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="to listen on at 127.0.0.1; 0 takes a free one")
    parser.add_argument("--file", default=":memory:", help="where to keep the data (default: in memory)")
    arguments = parser.parse_args()
    try:
        asyncio.run(_run(arguments.port, arguments.file))
    except OSError as error:
        return _fail(f"Cosmos DB cannot listen on 127.0.0.1:{arguments.port}: {os.strerror(error.errno or 0)}.")
    except sqlite3.Error as error:
        return _fail(f"Cosmos DB cannot keep its data in {arguments.file}: {error}.")
    return 0


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
