from app.dashboard import Sales


async def test_the_figures_are_those_of_the_product(open_widget):
    widget = await open_widget("sales", product="Games")
    assert widget.structured_content == {"product": "Games", "total": 400, "best": "Q2"}


async def test_a_choice_changes_the_bars_and_tells_the_model(open_widget):
    widget = await open_widget("sales")
    await widget.send(Sales.choose("Music"))
    assert [bar.percent for bar in widget.state.bars] == [66, 50, 100, 83]
    assert widget.model_context["structuredContent"]["total"] == 180
