"""What a widget is like in a real browser: the test kit and `mcp-bridge doctor` look at it with the same eyes.

with relaying("https://pizza.example.com/mcp") as origin, browsing() as browser:
    emulator = Emulator(browser, origin)
    emulator.open(Scene(tool="pizza_shops", host="claude"))
    problems = barriers(emulator.document, ground=emulator.ground())

Nothing here is imported before a browser is wanted, and of Playwright nothing before one is started.
"""
