"""What users wrote, within what the server writes; and names as the contract writes them."""


def one_line(text: str, most: int) -> str:
    """The text without its line breaks, and no longer than `most`."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def code_span(text: str, most: int) -> str:
    """One line of Markdown that ends where it should; in it nothing is a heading, a link or a mention."""
    visible = "".join(character if character.isprintable() else " " for character in text.replace("`", "'"))
    return f"`{one_line(visible, most) or '(blank)'}`"


def block_quote(text: str, most: int) -> list[str]:
    """Lines of Markdown that are quoted, so that nothing in them is ours; nothing of nothing."""
    if not text.strip():
        return []
    said = text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
    return [f"> {''.join(one if one.isprintable() else ' ' for one in line)}" for line in said.strip().splitlines()]


def camel_case(name: str) -> str:
    """The contract's name of a field or column: lease_seconds is leaseSeconds."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
