"""The widgets and tools of this app."""
