"""A call that does nothing, to another process on this machine.

The messages are empty bytes and the method has a generic handler, so nothing
is generated and nothing is spent on protobuf."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

__all__ = ["served_noop"]

SERVICE, METHOD = "fordway.Bench", "Noop"


@contextmanager
def served_noop() -> Iterator[Any]:
    """Serves the call from a process of its own; gives the function to call
    with `b""`."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        try:
            address = f"127.0.0.1:{int(server.stdout.readline())}"
            # A proxy has no business between two local processes.
            with grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
                yield channel.unary_unary(f"/{SERVICE}/{METHOD}")
        finally:
            server.terminate()


def serve() -> None:
    """Tells its port, and serves until standard input ends."""
    handler = grpc.unary_unary_rpc_method_handler(lambda request, context: request)
    server = grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler})]
    )
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    serve()
