"""Settings of a project whose widgets have one bug each, for the tests of the test kit."""

import reflex as rx

from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="planted",
    plugins=[WidgetsPlugin(), rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    telemetry_enabled=False,
)
