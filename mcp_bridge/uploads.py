"""Files of an `rx.upload` come in chunks, through the same tool as a widget's events.

A widget cannot reach the app's server but through the host. Its chunks are kept with the mailbox until the event that
names them has run; a chunk that comes twice is the same chunk. The bytes are bounded, and end with the session.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from . import _reflex
from .errors import CallError

if TYPE_CHECKING:
    from .questions import EventMessage, UploadChunk
    from .sessions import Session

UPLOAD_BYTES = 10 * 1024 * 1024
"""Bytes of all files of one upload, and of all that a session has not used yet."""


async def keep(session: Session, chunk: UploadChunk) -> None:
    """Keep a chunk.

    Raises:
        CallError: If it is not base64, or there are too many bytes.
    """
    try:
        data = base64.b64decode(chunk.data, validate=True)
    except binascii.Error as error:
        msg = "A chunk of a file is not base64, so it was not kept. Send it again."
        raise CallError("bad_request", msg) from error
    if not await session.mailbox.put_chunk(chunk.id, f"{chunk.file}/{chunk.index}", data, UPLOAD_BYTES):
        msg = f"Files of more than {UPLOAD_BYTES // 1024**2} MB cannot be sent. Choose fewer or smaller ones."
        raise CallError("too_large", msg)


async def payload_of(session: Session, event: EventMessage) -> dict[str, Any]:
    """Return the payload of an event, with the files that it names in the parameter of its handler.

    Raises:
        CallError: If a chunk is missing, or the handler takes no files.
    """
    if event.upload is None:
        return event.payload
    parameter = _reflex.upload_parameter(event.name)
    if parameter is None:
        msg = f"Event `{event.name}` takes no files, so nothing was executed."
        raise CallError("bad_request", msg)
    chunks = await session.mailbox.chunks(event.upload.id)
    files: list[Any] = []
    for number, file in enumerate(event.upload.files):
        parts = [chunks.get(f"{number}/{index}", b"") for index in range(len(chunks))]
        data = b"".join(parts)
        if len(data) != file.size:
            msg = f"The file {file.name!r} is not on the server any more, so nothing was executed. Send it again."
            raise CallError("bad_request", msg)
        files.append(_reflex.upload_file(file.name, file.type, data))
    return {**event.payload, parameter: files}


async def forget(session: Session, event: EventMessage) -> None:
    """Forget the chunks of an event that has run."""
    if event.upload is not None:
        await session.mailbox.drop_chunks(event.upload.id)
