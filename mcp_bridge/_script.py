"""The JavaScript that Reflex 0.10.1 writes for an event is calls, members, literals and callbacks, nothing else.

    read('(() => (console?.["log"]("x")))')
    Call(Member(Name("console"), "log"), ("x",))

`read` takes that much of the language and raises `ScriptError` at everything else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

Node: TypeAlias = (
    "Name | Member | Call | Cond | Events | Parameter | dict[str, Node] | list[Node] | str | int | float | None"
)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*" | '[^']*')
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_$][\w$]*)
    | (?P<sign>=>|\?\?|\?\.|[()\[\]{},.:?;=])
    )""",
    re.VERBOSE | re.DOTALL,
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "undefined": None}
_DEPTH = 100


class ScriptError(Exception):
    """The text is not what Reflex writes for one of its own events."""


@dataclass(frozen=True)
class Name:
    """A free name, such as `refs`."""

    text: str


@dataclass(frozen=True)
class Member:
    """`object.key` or `object["key"]`, with or without `?.`."""

    object: Node
    key: str


@dataclass(frozen=True)
class Call:
    """A call."""

    function: Node
    args: tuple[Node, ...]


@dataclass(frozen=True)
class Cond:
    """`test ? then : otherwise`."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Events:
    """A callback `(value) => {addEvents([ReflexEvent(name, payload), ...])}`."""

    events: tuple[tuple[str, dict[str, Node]], ...]


@dataclass(frozen=True)
class Parameter:
    """The parameter of a callback."""

    text: str


def read(text: str) -> Node:
    """Return what a function without parameters gives, or a callback's events.

    Raises:
        ScriptError: If the text is anything else.
    """
    reader = _Reader(text)
    node = reader.expression()
    reader.end()
    return node


class _Reader:
    """Reads one text from the left to the right."""

    def __init__(self, text: str) -> None:
        self._tokens = _split(text)
        self._at = 0
        self._depth = 0
        self._parameters: list[str] = []

    def end(self) -> None:
        """Refuse anything that is left."""
        if self._at < len(self._tokens):
            raise ScriptError

    def expression(self) -> Node:
        """Read one expression."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise ScriptError
        node = self._chain()
        if self._takes("??"):
            node = self._fallback(node)
        if self._takes("?"):
            then = self.expression()
            self._expect(":")
            node = Cond(node, then, self.expression())
        self._depth -= 1
        return node

    def _fallback(self, node: Node) -> Node:
        """Skip the second operand of `??`, which Reflex writes where a client state may not be mounted yet."""
        level = 0
        while self._at < len(self._tokens):
            sign = self._tokens[self._at]
            level += sign in {"(", "[", "{"}
            level -= sign in {")", "]", "}"}
            if level < 0:
                return node
            self._at += 1
        raise ScriptError

    def _chain(self) -> Node:
        """Read a value with the members and calls behind it."""
        node = self._value()
        while True:
            if self._takes("?."):
                if self._sees("["):
                    continue
                node = Member(node, self._word()) if not self._sees("(") else node
            elif self._takes("."):
                node = Member(node, self._word())
            elif self._takes("["):
                key = self.expression()
                self._expect("]")
                if not isinstance(key, str):
                    raise ScriptError
                node = Member(node, key)
            elif self._takes("("):
                node = Call(node, tuple(self._list(")")))
            else:
                return node

    def _value(self) -> Node:
        """Read a literal, a name, a function or what is in parentheses."""
        if self._is_function():
            return self._function()
        if self._takes("("):
            node = self.expression()
            self._expect(")")
            return node
        if self._takes("["):
            return self._list("]")
        if self._takes("{"):
            return self._object()
        token = self._next()
        if token[0] in "\"'":
            return _string(token)
        if token[0].isdigit() or token[0] == "-":
            return json.loads(token)
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        if not re.match(r"[A-Za-z_$]", token):
            raise ScriptError
        return Parameter(token) if token in self._parameters else Name(token)

    def _list(self, closing: str) -> list[Node]:
        """Read values up to a closing sign."""
        found: list[Node] = []
        while not self._takes(closing):
            found.append(self.expression())
            if not self._sees(closing):
                self._expect(",")
        return found

    def _object(self) -> dict[str, Node]:
        """Read the rest of an object; keys are names, strings or `["string"]`."""
        found: dict[str, Node] = {}
        while not self._takes("}"):
            if self._takes("["):
                key = _string(self._next())
                self._expect("]")
            else:
                token = self._next()
                key = _string(token) if token[0] in "\"'" else token
            self._expect(":")
            found[key] = self.expression()
            if not self._sees("}"):
                self._expect(",")
        return found

    def _is_function(self) -> bool:
        """Whether `(a, b) =>` comes next."""
        if not self._sees("("):
            return False
        at = self._at + 1
        while self._tokens[at : at + 1] == [","] or re.match(r"[A-Za-z_$]", "".join(self._tokens[at : at + 1])):
            at += 1
        return self._tokens[at : at + 2] == [")", "=>"]

    def _function(self) -> Node:
        """Read a function: a callback that adds events, or one that gives a value."""
        self._expect("(")
        parameters: list[str] = []
        while not self._takes(")"):
            parameters.append(self._next())
            self._takes(",")
        self._expect("=>")
        if not self._takes("{"):
            return self.expression() if not parameters else _refuse()
        self._parameters += parameters
        for word in ("addEvents", "(", "["):
            self._expect(word)
        events = tuple(self._event(each) for each in self._list("]"))
        if self._takes(","):
            self._list(")")
        else:
            self._expect(")")
        self._takes(";")
        self._expect("}")
        del self._parameters[len(self._parameters) - len(parameters) :]
        return Events(events)

    def _event(self, node: Node) -> tuple[str, dict[str, Node]]:
        """Return name and payload of `ReflexEvent(name, payload, ...)`."""
        match node:
            case Call(function=Name("ReflexEvent"), args=(str(name), dict() as payload, *_)):
                return name, payload
            case Call(function=Name("ReflexEvent"), args=(str(name),)):
                return name, {}
            case _:
                return _refuse()

    def _sees(self, sign: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at] == sign

    def _takes(self, sign: str) -> bool:
        found = self._sees(sign)
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise ScriptError

    def _next(self) -> str:
        if self._at == len(self._tokens):
            raise ScriptError
        self._at += 1
        return self._tokens[self._at - 1]

    def _word(self) -> str:
        token = self._next()
        if not re.match(r"[A-Za-z_$]", token):
            raise ScriptError
        return token


def _refuse() -> NoReturn:
    raise ScriptError


def _split(text: str) -> list[str]:
    """Return the tokens of a text."""
    tokens: list[str] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise ScriptError
        tokens.append(found[0].strip() if found.lastgroup != "string" else found["string"])
        at = found.end()
    return tokens


def _string(token: str) -> str:
    """Return the text of a string token."""
    if token[0] == "'":
        if "\\" in token:
            raise ScriptError
        return token[1:-1]
    try:
        return str(json.loads(token, strict=False))
    except ValueError as error:
        raise ScriptError from error
