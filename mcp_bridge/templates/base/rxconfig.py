"""Settings of the app: `reflex export` compiles its widgets."""

import reflex as rx

from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="app",
    plugins=[WidgetsPlugin(), rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
