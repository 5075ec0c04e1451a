"""A widget, a host that fails in every way, and the real server, in one clock that the test owns."""
