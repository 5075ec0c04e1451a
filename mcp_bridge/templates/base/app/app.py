"""The Reflex app. A module beside this one that has a widget or a tool is found by itself."""

import reflex as rx

app = rx.App()
