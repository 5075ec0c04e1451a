"""Settings of the app that `tests/test_redis.py` serves from two processes."""

import reflex as rx

from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="counter",
    plugins=[WidgetsPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    telemetry_enabled=False,
)
