from app.hello import Hello


async def test_it_greets(open_widget):
    widget = await open_widget("hello", name="Ada")
    assert widget.structured_content == {"name": "Ada"}
    assert widget.state.clicks == 0


async def test_clicks_survive_a_deployment(open_widget):
    widget = await open_widget("hello", name="Ada")
    await widget.send(Hello.count, Hello.count)
    await widget.restart_server(keeps_states=False)
    assert widget.state.clicks == 2
