import pytest
from app.streaming import Story


@pytest.mark.virtual_time
async def test_the_words_come_one_by_one(open_widget):
    widget = await open_widget("story", topic="tea")
    assert widget.is_pending
    first = len(widget.vars["Story"]["text"])
    await widget.pass_time(0.5)
    assert len(widget.vars["Story"]["text"]) > first
    await widget.settle()
    assert widget.state.text.startswith("Tea: Once there was a lighthouse")
    assert widget.state.is_writing is False


@pytest.mark.virtual_time
async def test_it_can_be_told_again(open_widget):
    widget = await open_widget("story", topic="tea")
    await widget.settle()
    await widget.send(Story.tell)
    assert widget.state.text.endswith("left one behind.")
