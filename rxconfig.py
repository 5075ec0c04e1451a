"""Settings of the reference app: `reflex export` compiles its pages, and `WidgetsPlugin` its widgets."""

import reflex as rx

from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="app",
    plugins=[
        WidgetsPlugin(),
        rx.plugins.RadixThemesPlugin(theme=rx.theme(accent_color="blue", has_background=False)),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
    telemetry_enabled=False,
)
