"""What hosts and their reviewers ask of a server, checked before they do.

report = diagnose(survey("http://127.0.0.1:8000/mcp"))      # every rule, over what the server answered
print(as_json(report))

`survey` is the only part that talks to anything. Rules are functions of what it brought back.
"""
