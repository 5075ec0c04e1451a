"""A module whose marker fits one of its tests only."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.hosts("claude")


def test_pass_other():
    pass


def test_pass_fitting(widget_page):
    assert widget_page("fine").host.scene.host == "claude"
