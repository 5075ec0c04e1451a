"""A text that comes word by word, as from a model of your own."""

import asyncio
from collections.abc import AsyncIterator

import reflex as rx

from mcp_bridge import widget

STORY = "Once there was a lighthouse that collected stories. Every ship that passed left one behind."


async def words(topic: str) -> AsyncIterator[str]:
    """Yield the words of a text; put your own source in the place of this one."""
    for word in f"{topic.capitalize()}: {STORY}".split():
        await asyncio.sleep(0.15)
        yield word


class Story(rx.State):
    topic: str = ""
    text: str = ""
    is_writing: bool = False

    @rx.event
    def begin(self, topic: str):
        """Tell a story.

        Args:
            topic: What it is about.
        """
        self.topic, self.text = topic, ""

    @rx.event
    async def tell(self):
        self.text, self.is_writing = "", True
        yield
        async for word in words(self.topic):
            self.text = f"{self.text} {word}".strip()
            yield
        self.is_writing = False


@widget(on_call=Story.begin, on_load=Story.tell, structured_content=[Story.topic], read_only=True)
def story() -> rx.Component:
    """Tell a story about a topic, word by word."""
    return rx.vstack(
        rx.heading(f"A story about {Story.topic}", size="4"),
        rx.text(Story.text, aria_live="polite", aria_busy=Story.is_writing),
        rx.button("Tell it again", on_click=Story.tell, loading=Story.is_writing, variant="soft", high_contrast=True),
        padding="16px",
        width="100%",
    )
