"""Tests with mistakes that are told when they are collected."""

import pytest


@pytest.mark.hosts("chatgtp")
def test_bad_host(widget_page):
    pass


@pytest.mark.hosts("claude", themes=["night"])
def test_bad_theme(widget_page):
    pass


@pytest.mark.hosts("claude", colors=["red"])
def test_bad_list(widget_page):
    pass


@pytest.mark.hosts("claude")
def test_bad_fixture():
    pass


@pytest.mark.scenes("noon")
def test_bad_scene(widget_page):
    pass


@pytest.mark.allows("noise")
def test_bad_kind(widget_page):
    pass
