"""`mcp-bridge call`, as a person runs it: in process, over HTTP, and on a server of somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.served import serve
from tests.test_cli import ROOT, project, run

FLIGHTS = ("flights", "origin=JFK", "destination=SFO", "date=2013-07-02")


def test_a_call_shows_what_each_of_the_three_gets() -> None:
    """bridge: the model, the widget, the person."""
    done = run(ROOT, "call", *FLIGHTS)
    assert (done.returncode, done.stderr) == (0, "")
    _, model, widget, person = done.stdout.split("\nThe ")
    result = json.loads(run(ROOT, "call", *FLIGHTS, "--json").stdout)
    structured = json.dumps(result["structuredContent"], ensure_ascii=False, separators=(",", ":")).encode()
    assert result["content"][0]["text"] in model
    assert f"structuredContent  {len(structured):,} bytes, about {-(-len(structured) // 4):,} tokens" in model
    assert json.loads(model[model.index("{") :]) == result["structuredContent"]
    assert "app.flight_state.flights\n" in widget
    assert "    count             21" in widget
    assert "seal" not in done.stdout
    assert "widget of ui://app/flights.html?v=" in person
    address = next(line.split()[-1] for line in person.splitlines() if "alone" in line)
    assert urlsplit(address).path == "/widgets/flights"
    query = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    assert query["tool"] == "flights"
    assert json.loads(query["args"]) == {"origin": "JFK", "destination": "SFO", "date": "2013-07-02"}


def test_a_call_over_http_names_the_pages_of_that_server(mcp_url: str) -> None:
    """bridge: `--url` of a server of ours."""
    done = run(ROOT, "call", "hello", "name=Ada", "--url", mcp_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert '    name    "Ada"' in done.stdout
    origin = mcp_url.removesuffix("/mcp")
    assert f"{origin}/#tool=hello&args=%7B%22name%22%3A%22Ada%22%7D\n" in done.stdout


def test_an_error_of_the_tool_ends_the_command_with_its_sentence(mcp_url: str) -> None:
    """bridge: isError gives exit code 1, in process and over HTTP; with --json the result is printed too."""
    wrong = ("flights", "origin=JFK", "destination=XXX", "date=2013-07-02")
    sentence = "Error: No airport in this data has the code XXX. Similar codes:"
    for place in ((), ("--url", mcp_url)):
        done = run(ROOT, "call", *wrong, *place)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(sentence)
    done = run(ROOT, "call", *wrong, "--json")
    assert (done.returncode, json.loads(done.stdout)["isError"]) == (1, True)


def test_a_wrong_argument_is_told_before_the_call(tmp_path: Path) -> None:
    """bridge: names and types are checked here, by the tool's schema."""
    folder = project(tmp_path, with_widget=False)
    done = run(folder, "call", "now", "zon=Rome")
    assert done.returncode == 1
    assert "Error: tool `now` has no parameter `zon`. Did you mean `zone`? It has: `zone`.\n" in done.stderr
    done = run(folder, "call", "now", "--args", '{"zone": "Oslo"}', "zone=Rome")
    assert (done.returncode, "noon in Rome" in done.stdout) == (0, True)
    assert "sees       no widget, but what the model writes" in done.stdout


def test_a_tool_of_somebody_else_is_called_too(tmp_path: Path) -> None:
    """bridge: any MCP server; values by its schema, no page of ours, no control characters."""
    with serve(["-m", "tests.other_server"], tmp_path / "log") as url:
        done = run(tmp_path, "call", "draw", "sides=4", 'colors=["red"]', "filled=true", "--url", url)
        assert (done.returncode, done.stderr) == (0, "")
        assert "4 sides, 1.0, ['red'], True" in done.stdout
        assert 'note                                "for the widget"' in done.stdout
        assert "/widgets/" not in done.stdout
        assert "\x1b" not in done.stdout
        refused = run(tmp_path, "call", "draw", "sides=40", "--url", url)
        assert refused.returncode == 1
        assert "Input should be less than or equal to 9" in refused.stderr
        hidden = run(tmp_path, "call", "count", "--url", url)
        assert "The model  does not see this tool; only widgets call it" in hidden.stdout
