"""What users wrote, within Markdown that the server writes."""


def code_span(text: str, most: int) -> str:
    """One line that ends where it should whatever the text holds; in it nothing is a heading, a link or a mention."""
    visible = "".join(character if character.isprintable() else " " for character in text.replace("`", "'"))
    line = " ".join(visible.split()) or "(blank)"
    return f"`{line if len(line) <= most else line[: most - 1].rstrip() + '…'}`"
