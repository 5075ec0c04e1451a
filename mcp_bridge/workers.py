"""Several processes on one port: uvicorn's own supervisor, on one listening socket that all of them accept from.

A worker imports the app for itself, in a process that is spawned, so what it is given has to be light to import.
"""

from __future__ import annotations

import socket

from uvicorn import Config
from uvicorn.supervisors import Multiprocess


class Workers(Multiprocess):
    """uvicorn's supervisor, which also lets go of the port when it stops.

    Otherwise whoever connects while the workers end would wait for an answer that nobody gives, instead of being
    refused and asking another server.
    """

    def __init__(self, config: Config, listener: socket.socket) -> None:
        super().__init__(config, sockets=[listener])

    def terminate_all(self) -> None:
        """Close the port, and ask every worker to end."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()
