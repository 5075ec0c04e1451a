"""The command `mcp-bridge`.

mcp-bridge new pizzeria          # a project, from one of five templates
mcp-bridge dev                   # the app of rxconfig.py in the current folder, followed while it is written
mcp-bridge serve                 # the exported app, on http://127.0.0.1:8000
mcp-bridge serve --stdio         # the same for a host that starts its servers itself
mcp-bridge inspect               # its tools and resources as hosts see them
mcp-bridge call hello name=Ada   # what the model, the widget and the person get
mcp-bridge screenshot hello name=Ada
mcp-bridge doctor                # what hosts and their reviewers would object to
"""

from __future__ import annotations

import click

from ._version import __version__
from .commands.call import call
from .commands.dev import dev
from .commands.doctor import doctor
from .commands.inspect import inspect
from .commands.new import init, new
from .commands.screenshot import screenshot
from .commands.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mcp-bridge")
def main() -> None:
    """Widgets for ChatGPT and every MCP Apps host, written in Reflex."""


for command in (new, init, dev, serve, inspect, call, screenshot, doctor):
    main.add_command(command)

if __name__ == "__main__":
    main()
