"""What a widget may ask: the arguments of its two tools, checked before anything is done.

    {"session": "...", "mount": "m1", "since": 12, "events": [{"seq": 4, "name": "shop.add", "payload": {"id": 7}}]}

Everything here comes from a browser, so it is bounded, typed and never trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from .errors import CallError

BATCH_EVENTS = 50
BATCH_BYTES = 256 * 1024
_LONGEST_ID = 128
_LONGEST_NAME = 512
_MOST_FILES = 100


class UploadedFile(BaseModel):
    """A file of an upload: its name as the browser gives it, its media type, "" if unknown, and its bytes."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: str = Field(max_length=1024)
    type: str = Field(default="", max_length=256)
    size: int = Field(ge=0)


class Upload(BaseModel):
    """The files that an event brings; their chunks came before it."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: str = Field(min_length=1, max_length=_LONGEST_ID)
    files: list[UploadedFile] = Field(max_length=_MOST_FILES)


class UploadChunk(BaseModel):
    """A part of a file, as base64."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: str = Field(min_length=1, max_length=_LONGEST_ID)
    file: int = Field(ge=0, lt=_MOST_FILES)
    index: int = Field(ge=0, lt=1000)
    data: str


class EventMessage(BaseModel):
    """One event of a widget."""

    model_config = ConfigDict(extra="ignore", strict=True)

    seq: int = Field(ge=1)
    name: str = Field(max_length=_LONGEST_NAME)
    payload: dict[str, Any] = Field(default_factory=dict)
    router_data: dict[str, Any] = Field(default_factory=dict)
    upload: Upload | None = None


class Restore(BaseModel):
    """What a widget has of a session that the server may have lost."""

    model_config = ConfigDict(extra="ignore", strict=True)

    session: str = Field(default="", max_length=_LONGEST_ID)
    seal: str | None = None
    tool: str | None = Field(default=None, max_length=_LONGEST_ID)
    arguments: dict[str, Any] | None = None


class Question(BaseModel):
    """What a widget sends: who it is, the version that it has, its events, what to cancel, a chunk of a file."""

    model_config = ConfigDict(extra="ignore", strict=True)

    session: str = Field(default="", max_length=_LONGEST_ID)
    mount: str = Field(min_length=1, max_length=_LONGEST_ID)
    since: int = Field(ge=0)
    events: list[EventMessage] = Field(default_factory=list[EventMessage], max_length=BATCH_EVENTS)
    cancel: list[str] = Field(default_factory=list[str], max_length=BATCH_EVENTS)
    restore: Restore | None = None
    upload: UploadChunk | None = None

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Question:
        """Read the arguments of a call.

        Raises:
            CallError: If they are too large or not of this shape.
        """
        size = len(to_json(dict(raw), inf_nan_mode="constants", serialize_unknown=True))
        if size > BATCH_BYTES:
            msg = f"The call has {size} bytes, and the server takes {BATCH_BYTES}, so nothing was executed. Send less."
            raise CallError("too_large", msg)
        try:
            question = cls.model_validate(dict(raw))
        except ValidationError as error:
            detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(str(part) for part in detail["loc"])
            msg = f"The call is malformed, so nothing was executed: `{where}`: {detail['msg']}."
            raise CallError("bad_request", msg) from error
        if not question.session and question.restore is None:
            msg = "The call is malformed, so nothing was executed: `session` is missing."
            raise CallError("bad_request", msg)
        return question
