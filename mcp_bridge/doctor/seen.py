"""What a widget was like in a browser, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 390
"""As wide as a phone, in CSS pixels."""


@dataclass(frozen=True)
class Barrier:
    """An element that some people cannot use: the rule of axe-core, and what is wrong, and the cure."""

    rule: str
    cause: str
    cure: str


@dataclass(frozen=True)
class Sight:
    """One widget, as it was seen once.

    Attributes:
        tool: The tool or the scene that opened it.
        host: The emulated host.
        theme: Light or dark.
        problem: Why it could not be shown, "" if it was.
        state: `open`, or `silent` if it never spoke to its host.
        errors: Uncaught errors.
        violations: What the policy refused, as pairs of cause and cure.
        barriers: What keeps people from using it.
        overhangs: What sticks out at a side.
        heights: What it reported, in CSS pixels.
        is_loop: Whether the heights never came to rest.
    """

    tool: str
    host: str
    theme: str
    problem: str = ""
    state: str = "open"
    errors: tuple[str, ...] = ()
    violations: tuple[tuple[str, str], ...] = ()
    barriers: tuple[Barrier, ...] = ()
    overhangs: tuple[str, ...] = ()
    heights: tuple[float, ...] = ()
    is_loop: bool = False

    @property
    def subject(self) -> str:
        """What a finding is about."""
        return f"{self.tool} in {self.host}, {self.theme}, {WIDTH} px"
