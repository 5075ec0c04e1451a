from app.list import Trails


async def test_the_model_reads_what_was_found(open_widget):
    widget = await open_widget("trails", region="alps", longest=10)
    assert widget.text == "1 trails in alps: Lake Loop (7.5 km)."
    assert [trail["name"] for trail in widget.structured_content["trails"]] == ["Lake Loop"]


async def test_details_open_and_close(open_widget):
    widget = await open_widget("trails", region="Alps")
    await widget.send(Trails.choose("Eagle Ridge"))
    assert widget.state.chosen.kilometers == 14
    await widget.send(Trails.close)
    assert widget.state.chosen is None


async def test_nothing_found_is_no_error(open_widget):
    widget = await open_widget("trails", region="Moon")
    assert widget.text == "0 trails in Moon: none."
