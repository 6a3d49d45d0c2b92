"""Makes the site of the documentation: `PYTHONPATH=client python -m tests.docs_site.build FOLDER`.

It needs `zensical` on the PATH. The pages are those of the repository, in the order of docs/README.md. What follows
from the schema and the code is made here. FOLDER/site has the site, each page also as Markdown, and llms.txt.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.docs_site import code_reference, graphql_reference, links
from tests.goalroom_client import json_schemas
from tests.goalroom_client import reference as gr_reference

ROOT = Path(__file__).parents[2]

# Where pages stand that are not in docs/. What else the pages link is copied as it is, below `files`.
_PLACES = {
    "README.md": "index.md",
    "docs/README.md": "contents.md",
    "docs/decisions/README.md": "decisions/index.md",
    "bench/README.md": "benchmarks.md",
    "schema/schema.graphql": "reference/graphql/schema.graphql",
    **{name: f"project/{name.lower()}" for name in ("AGENTS.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")},
    **{name: f"project/{name.lower()}.txt" for name in ("LICENSE",)},
}
# Generated, by the section of docs/README.md in whose list they stand last.
_GENERATED = {
    "Reference": {
        "reference/cli.md": code_reference.commands,
        "reference/errors.md": code_reference.errors,
        "reference/gr-commands.md": gr_reference.text,
    }
}
_LINK = re.compile(r"(\]\()([^)#\s]+)(#[^)\s]+)?(\))")
_FENCE = re.compile(r"(^```.*?^```[^\S\n]*$)", re.DOTALL | re.MULTILINE)
_SECTION = re.compile(r"^## (\w[\w -]*)(?:: [^\n]*)?\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"^- .*?(?=^- |\Z)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_ABOUT = "A self-hosted GraphQL server where teams of AI agents, and the people who steer them, coordinate work."
_CONFIG = """\
[project]
site_name = "Goalroom"
site_description = "{about}"
docs_dir = "pages"
site_dir = "site"
use_directory_urls = false
nav = [
{nav}
]

[project.theme]
language = "en"
font = false
logo = "files/logo.svg"
favicon = "files/logo.svg"
features = ["content.code.copy", "navigation.footer", "navigation.indexes", "navigation.prune", "search.highlight"]

[[project.theme.palette]]
media = "(prefers-color-scheme: light)"
scheme = "default"

[[project.theme.palette]]
media = "(prefers-color-scheme: dark)"
scheme = "slate"

[project.markdown_extensions.attr_list]
[project.markdown_extensions.tables]
[project.markdown_extensions.toc]
permalink = true
slugify = {{ object = "pymdownx.slugs.slugify", kwds = {{ case = "lower" }} }}
[project.markdown_extensions.pymdownx.highlight]
[project.markdown_extensions.pymdownx.superfences]
[project.markdown_extensions.pymdownx.tilde]
[project.markdown_extensions.pymdownx.magiclink]
"""


@dataclass(frozen=True)
class Page:
    """One of the site: where it stands, what it is called, and what is said of it where it is listed."""

    path: str
    title: str
    about: str


@dataclass(frozen=True)
class Section:
    """Pages that serve one purpose."""

    title: str
    pages: list[Page]


def assemble(folder: Path) -> list[Section]:
    """Write the sources of the site into an empty folder, and answer what is where."""
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    sources |= {name for name in _PLACES if name.endswith(".md")}
    copied: set[str] = {"schema/schema.graphql"}
    for source in sorted(sources):
        text = _with_links(source, (ROOT / source).read_text("utf-8"), copied)
        _write(folder / _place(source), text)
    for picture in _light_pictures():
        copied.add(picture.relative_to(ROOT).as_posix())
    for source in sorted(copied):
        target = folder / _place(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / source, target)
    _write(folder / "pictures" / "index.md", _pictures())
    (folder / "files").mkdir(exist_ok=True)
    shutil.copyfile(ROOT / "dashboard" / "public" / "logo.svg", folder / "files" / "logo.svg")
    for name, text in graphql_reference.pages((ROOT / "schema" / "schema.graphql").read_text("utf-8")).items():
        _write(folder / "reference" / "graphql" / name, text)
    for made in _GENERATED.values():
        for name, write in made.items():
            _write(folder / name, write())
    _write(folder / "reference" / "gr.schema.json", json_schemas.text())
    return _sections(folder)


def _place(source: str) -> str:
    """Where what is in the repository stands on the site."""
    if source in _PLACES:
        return _PLACES[source]
    return source.removeprefix("docs/") if source.startswith("docs/") else f"files/{source}"


def _with_links(source: str, text: str, copied: set[str]) -> str:
    """The page with its links as they lead on the site; files that it links besides are added to `copied`."""
    here = Path(_place(source)).parent

    def lead(match: re.Match[str]) -> str:
        before, target, anchor, after = match[1], match[2], match[3] or "", match[4]
        if "://" in target or target.startswith("mailto:"):
            return match[0]
        file = (ROOT / source).parent.joinpath(target).resolve()
        name = file.relative_to(ROOT).as_posix()
        if name == "schema/schema.graphql":
            place = "reference/graphql/index.md"
        elif file.is_dir():
            place = f"{_place(name)}/index.md"
        else:
            place = _place(name)
            if file.suffix != ".md":
                copied.add(name)
        return f"{before}{os.path.relpath(place, here)}{anchor}{after}"

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(lead, part) for part in parts)


def _sections(folder: Path) -> list[Section]:
    """As docs/README.md lists them: a page stands where it is first named, under its own title."""
    contents = (folder / "contents.md").read_text("utf-8")
    found, seen = [], {"index.md"}
    for name, text in _SECTION.findall(contents):
        pages = []
        for item in _ITEM.findall(text):
            about = " ".join(_LINK.sub("", item.removeprefix("- ")).replace("[", "").split())
            about = about.partition(": ")[2]
            for _, target, _, _ in _LINK.findall(item):
                if target.endswith(".md") and target not in seen:
                    seen.add(target)
                    pages.append(Page(target, _title(folder / target), about))
        pages += [Page(made, _title(folder / made), "") for made in _GENERATED.get(name.split()[0], {})]
        found.append(Section(name, pages))
    for folder_name, title in (("reference/graphql", "GraphQL"), ("decisions", "Decisions")):
        files = sorted((folder / folder_name).glob("*.md"), key=lambda file: (file.name != "index.md", file.name))
        found.append(Section(title, [Page(f"{folder_name}/{file.name}", _title(file), "") for file in files]))
    listed = {page.path for section in found for page in section.pages}
    rest = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.md"))]
    more = [path for path in rest if path not in listed | {"index.md"}]
    found.append(Section("Project", [Page(path, _title(folder / path), "") for path in more]))
    return found


def _title(file: Path) -> str:
    match = _TITLE.search(file.read_text("utf-8"))
    assert match is not None, file
    return match[1].replace("`", "")


def _light_pictures() -> list[Path]:
    """Those in the dark are as many megabytes again."""
    return sorted((ROOT / "docs" / "pictures").glob("*-light.png"))


def _pictures() -> str:
    views = [path.stem.removesuffix("-light") for path in _light_pictures()]
    shown = [f"## {view.capitalize()}\n\n![The view {view}]({view}-light.png)" for view in views]
    return "\n\n".join(["# Pictures of the dashboard", *shown]) + "\n"


def configuration(sections: list[Section]) -> str:
    """What Zensical reads."""
    lines = ['  { "Goalroom" = "index.md" },']
    for section in sections:
        lines.append(f'  {{ "{section.title}" = [')
        lines += [f'    {{ "{_quoted(page.title)}" = "{page.path}" }},' for page in section.pages]
        lines.append("  ] },")
    return _CONFIG.format(about=_ABOUT, nav="\n".join(lines))


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def llms(sections: list[Section]) -> str:
    """The pages for a model that looks for one: llmstxt.org."""
    parts = [f"# Goalroom\n\n> {_ABOUT}", "- [Goalroom](index.md): what it is, and how to start it"]
    for section in sections:
        pages = [f"- [{page.title}]({page.path}){f': {page.about}' if page.about else ''}" for page in section.pages]
        parts.append(f"## {section.title}\n\n" + "\n".join(pages))
    return "\n\n".join(parts) + "\n"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def main(folder: Path) -> None:
    """Build it, and end with 1 where a link leads nowhere, another host is asked, or it is too large."""
    pages, site = folder / "pages", folder / "site"
    sections = assemble(pages)
    _write(folder / "zensical.toml", configuration(sections))
    subprocess.run(["zensical", "build", "--clean", "--strict"], cwd=folder, check=True)  # noqa: S607  # of the PATH, by design
    for page in pages.rglob("*.md"):
        target = site / page.relative_to(pages)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, target)
    _write(site / "llms.txt", llms(sections))
    faults = links.faults(site)
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    count = len(list(site.rglob("*.html")))
    sys.stdout.write("".join(f"{line}\n" for line in (*faults, f"{count} pages, {size} bytes, {len(faults)} faults")))
    if faults or size > 10_000_000:
        sys.exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
