"""Components that several widgets use."""

from .note import note

__all__ = ["note"]
