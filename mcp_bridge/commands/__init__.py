"""The commands of `mcp-bridge`, one module each; `cli.py` puts them together."""
