"""The reference app, tested with the package's own test kit: every widget in hosts, both themes, and on a phone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROUTE: dict[str, Any] = {"origin": "JFK", "destination": "SFO", "date": dt.date(2013, 7, 1)}
HOME: dict[str, Any] = {"bedrooms": 3, "baths": 1.75, "square_feet": 1440, "year_built": 1956, "lot_acres": 0.28}


@pytest.mark.hosts("interactive")
def test_the_smallest_widget_works_in_every_host(widget_page: Any) -> None:
    """bridge: one bundle for all hosts in which handlers run."""
    page = widget_page("hello", name="Ada")
    assert page.host.can_call_tools
    page.get_by_role("button", name="Clicks: 0").click()
    expect(page.get_by_role("button", name="Clicks: 1")).to_be_visible()
    page.check_layout()


@pytest.mark.hosts("goose")
def test_where_no_handler_can_run_a_click_says_so(widget_page: Any) -> None:
    """bridge: Goose offers no `serverTools`; the first state shows, and a click is answered in a sentence."""
    page = widget_page("hello", name="Ada")
    page.get_by_role("button", name="Clicks: 0").click()
    expect(page.get_by_role("alert")).to_contain_text("This host has no way to call a tool from a widget.")
    expect(page.get_by_role("button", name="Clicks: 0")).to_be_visible()
    assert not page.host.can_call_tools
    page.check_accessibility()


@pytest.mark.hosts("chatgpt", themes=["light", "dark"], widths=[390])
def test_flights_can_be_read_and_sorted_on_a_phone(widget_page: Any) -> None:
    """bridge: accessibility and layout of the list, and of the details of a row."""
    page = widget_page("flights", **ROUTE)
    expect(page.get_by_text("JFK").first).to_be_visible()
    page.check_accessibility()
    page.check_layout()


@pytest.mark.hosts("claude", themes=["light", "dark"], widths=[390])
def test_a_valuation_ends_and_can_be_read_on_a_phone(widget_page: Any) -> None:
    """bridge: accessibility of what runs, and of what it gives; it moves nothing while it runs."""
    page = widget_page("valuation", **HOME, thoroughness="quick")
    page.check_accessibility()
    page.check_layout()


@pytest.mark.scenes
@pytest.mark.hosts("chatgpt", locales=["ar-EG"])
def test_every_scene_can_be_read_from_right_to_left(widget_page: Any) -> None:
    """bridge: scenes of the app, in a host and in a locale that is written from right to left."""
    page = widget_page()
    assert (page.host.scene.host, page.evaluate("() => document.documentElement.dir")) == ("chatgpt", "rtl")
    page.check_accessibility()
    page.check_layout()


def test_what_hosts_keep_of_the_tools_is_as_it_was_reviewed(check_tools: Any) -> None:
    """bridge: metadata is cached by hosts and approved by reviewers."""
    check_tools()
