import pytest
from app.job import Report


@pytest.mark.virtual_time
async def test_the_model_is_answered_at_once_and_the_report_gets_ready(open_widget):
    widget = await open_widget("report", topic="tea")
    assert (widget.state.status, widget.state.percent) == ("running", 0)
    await widget.pass_time(31)
    assert widget.state.percent == 50
    await widget.settle(seconds=60)
    assert widget.model_context["structuredContent"] == {"topic": "tea", "status": "ready", "percent": 100}


@pytest.mark.virtual_time
async def test_it_can_be_stopped(open_widget):
    widget = await open_widget("report", topic="tea")
    await widget.pass_time(10)
    await widget.cancel(Report.work)
    assert (widget.state.status, widget.state.done) == ("stopped", 3)
