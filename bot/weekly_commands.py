"""The commands of Monday's message: the standing order it goes out under, and what it would say. Holds no rule."""

from typing import Annotated

import typer

from bot import settings as settings_file
from bot.broadcast_commands import By, ask_word, do_errand, say

Ceiling = Annotated[int, typer.Option("--ceiling", min=0, help="At most so many LINE messages a month.")]
Post = Annotated[bool, typer.Option("--post/--no-post", help="Post it to TELEGRAM_CHANNEL too, naming nobody.")]
Order = Annotated[int, typer.Argument(help="The order's number, as show prints it.")]

app = typer.Typer(
    no_args_is_help=True,
    help="The standing order under which Monday's message goes out. Works beside a running bot.",
)


@app.command()
def show() -> None:
    """Show the open orders and what became of the last weeks."""
    from bot import mondays

    say(lambda: mondays.show(settings_file.read()))


@app.command()
def preview(lang: Annotated[str, typer.Option("--lang", help="The language it is shown in.")] = "ja") -> None:
    """Show the message as it would read now."""
    from bot import mondays

    say(lambda: mondays.preview(settings_file.read(), lang))


@app.command()
def order(ceiling: Ceiling, post: Post = True, by: By = "") -> None:
    """Propose a standing order; it holds once another person approved it."""
    do_errand("order", by, ceiling=ceiling, posts=post)


@app.command()
def approve(
    number: Order,
    ceiling: Ceiling,
    name: Annotated[str, typer.Option("--name", help="Who approves; asks for that person's secret word.")],
    post: Post = True,
) -> None:
    """Approve an order that another person proposed, by naming its terms; the order before it ends."""
    do_errand("approve-order", name, number=number, ceiling=ceiling, posts=post, name=name, word=ask_word())


@app.command()
def end(number: Order, by: By = "") -> None:
    """End an order, or take a proposal back: nothing goes out under it any more."""
    do_errand("end-order", by, number=number)
