"""A long job: the model is answered at once, the person sees the progress and can stop it."""

import asyncio

import reflex as rx

from mcp_bridge import host, widget

STEPS = 20


class Report(rx.State):
    topic: str = ""
    done: int = 0
    status: str = "empty"

    @rx.var
    def percent(self) -> int:
        return 100 * self.done // STEPS

    @rx.var
    def summary(self) -> str:
        return f"The report on {self.topic} is {self.status}: {self.percent} percent. It shows in the widget."

    @rx.event(background=True)
    async def write(self, topic: str):
        """Begin a report.

        Args:
            topic: What it is about.
        """
        async with self:
            self.topic, self.done, self.status = topic, 0, "running"
        return Report.work

    @rx.event(background=True)
    async def work(self):
        status = "stopped"
        try:
            for _ in range(STEPS):
                await asyncio.sleep(3)  # the work
                async with self:
                    self.done += 1
            status = "ready"
        finally:
            async with self:
                self.status = status


@widget(
    on_call=Report.write,
    structured_content=[Report.topic, Report.status, Report.percent],
    content=Report.summary,
    on_interrupted="restart",
)
def report() -> rx.Component:
    """Write a report, which takes a minute; the widget shows the progress and then that it is ready."""
    return rx.vstack(
        rx.heading(f"Report on {Report.topic}", size="4"),
        rx.progress(value=Report.percent, width="100%", aria_label="Progress"),
        rx.text(rx.match(Report.status, ("ready", "Ready."), ("stopped", "Stopped."), "Working…"), role="status"),
        rx.cond(
            Report.status == "running",
            rx.button("Stop", on_click=host.cancel(Report.work), variant="soft", high_contrast=True),
            rx.button("Once more", on_click=Report.write(Report.topic), variant="soft", high_contrast=True),
        ),
        padding="16px",
        width="100%",
    )
