"""What goes wrong, as a tree with one broad catch point.

    BridgeError
    ├── WidgetError      at import: a mistake in a `@widget` or `@tool`
    ├── BundleError      at export: a widget could not be compiled
    ├── ManifestError    at server start: what was exported is missing, stale or altered
    ├── ToolError        in a call: raised by a handler, told to the model in its own words
    ├── CallError        in a call: a widget sent something that the server refuses
    ├── CommandError     at the command line: what was asked for cannot be done
    └── SceneError       in a scene file: a value that the emulator cannot show

A message names its subject, says what is wrong with the value, and gives the cure:

    WidgetError: widget `pizza_shops`: parameter `city` of `Pizza.search` has no type annotation, so the
    tool has no schema for it. Annotate it, for example `city: str`.
"""

from __future__ import annotations

from typing import Literal

CallErrorCode = Literal["unknown_session", "unknown_event", "bad_request", "too_large", "internal"]
"""Why a call of a widget was refused; the widget's runtime decides by it what the user sees."""


class BridgeError(Exception):
    """Anything that this package raises on purpose."""


class WidgetError(BridgeError):
    """A `@widget` or `@tool` is declared in a way that cannot work. Raised at import."""


class BundleError(BridgeError):
    """A widget could not be compiled to its bundle. Raised by `reflex export`."""


class ManifestError(BridgeError):
    """The exported bundles are missing, stale or altered. Raised when the server starts."""


class ToolError(BridgeError):
    """A failure that the author foresaw; its text is what the model reads.

    Raise it from an event handler or from a `@tool` function. The call's result is then `isError: true` with
    exactly this text. Any other exception is answered with a general sentence, and its traceback is logged.
    """


class CommandError(BridgeError):
    """A command of `mcp-bridge` cannot do what it was asked for; its text is printed as it is."""


class SceneError(BridgeError):
    """A scene has a key that no scene has, or a value that the emulator cannot show."""


class CallError(BridgeError):
    """A widget's call was refused; nothing was executed and nothing was created.

    Args:
        code: The machine-readable reason.
        message: One sentence for the person who looks at the widget or the log.
        retry: Whether the same call may succeed later.
    """

    def __init__(self, code: CallErrorCode, message: str, *, retry: bool = False) -> None:
        super().__init__(message)
        self.code: CallErrorCode = code
        self.message = message
        self.retry = retry
