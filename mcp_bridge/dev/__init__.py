"""`mcp-bridge dev`: a process that stays answers the browser and the hosts, and another one has the app.

| module | one line |
|---|---|
| `supervisor.py` | what happens when a file is saved: a fresh process imports the app and takes over |
| `worker.py` | that process: it imports, compiles, serves |
| `handle.py` | a worker as the supervisor sees it |
| `watch.py` | which files count, and whether their content has changed |
| `front.py` | the one port: passes requests on, and tells open pages what happened |
| `faults.py` | an exception as a person wants to read it: sentence, file, line, source |
| `tunnel.py` | a public address for a host on the internet |

A new process for each change is the only way to import Python code anew that never leaves something old behind. It is
fast because the next one is always there already, with everything imported that is not the app's own.
"""
