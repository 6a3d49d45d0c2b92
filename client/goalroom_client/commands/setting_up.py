"""Writing what coding tools read, and taking it out again."""

import os
from pathlib import Path
from typing import NamedTuple

from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.connection_settings import address, repository_root
from goalroom_client.failures import DONE, FAULT, bad_usage
from goalroom_client.tool_files.tools import TOOLS, File, files

_COPY = ".before-goalroom"
_BYTE_ORDER_MARK = "\ufeff"


class _Change(NamedTuple):
    file: File
    before: str
    after: str


def setup(call: Call) -> Answer:
    """All of the files are read before one is written, so that a broken one changes nothing."""
    options = call.options
    if (options.user and options.project) or sum([options.check, options.remove, options.print]) > 1:
        raise bad_usage("--user and --project exclude one another, and so do --check, --remove and --print.")
    project = None if options.user else repository_root(Path.cwd())
    url = address(call.given)
    changes = [_change(file, remove=options.remove) for file in files(options.tool, url, project)]
    open_ = [change for change in changes if change.before != change.after]
    data = [{"path": str(change.file.path), "changed": change.before != change.after} for change in changes]
    if options.print:
        pages = [f"{change.file.path}:\n{change.after.rstrip()}" for change in changes]
        return Answer(
            [one | {"text": change.after} for one, change in zip(data, changes, strict=True)], "\n\n".join(pages)
        )
    if options.check:
        lines = [f"{'missing' if change in open_ else 'there'}: {change.file.path}" for change in changes]
        return Answer(data, "\n".join(lines), FAULT if open_ else DONE)
    for change in open_:
        _write(change, remove=options.remove)
    lines = [f"{'changed' if change in open_ else 'as it was'}: {change.file.path}" for change in changes]
    return Answer(data, "\n".join(lines))


def _change(file: File, *, remove: bool) -> _Change:
    before, copy = _read(file.path), _copy_of(file)
    if not remove:
        return _Change(file, before, _as_before(before, file.added(_plain(before))))
    after = _as_before(before, file.removed(_plain(before)))
    # What it was, to the letter, where nothing but ours was added to it.
    if after != before and copy.is_file():
        original = _read(copy)
        if not file.holds(_plain(original)) and file.same(file.removed(_plain(original)), _plain(after)):
            after = original
    return _Change(file, before, after)


def _read(path: Path) -> str:
    """The file to the letter; nothing where there is none."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise bad_usage(f"Can't read {path}: {error}. It was left as it is.", "Correct it.") from error


def _plain(text: str) -> str:
    """Without what some editors put at its beginning and at the end of each line."""
    ends = text.replace("\r\n", "\n") if _has_long_ends(text) else text
    return ends.removeprefix(_BYTE_ORDER_MARK)


def _as_before(before: str, text: str) -> str:
    """With what they put there before."""
    if not text:
        return text
    ends = text.replace("\n", "\r\n") if _has_long_ends(before) else text
    return (_BYTE_ORDER_MARK if before.startswith(_BYTE_ORDER_MARK) else "") + ends


def _has_long_ends(text: str) -> bool:
    """Whether each line ends as on Windows."""
    return 0 < text.count("\n") == text.count("\r\n")


def _write(change: _Change, *, remove: bool) -> None:
    path, copy = change.file.path, _copy_of(change.file)
    try:
        if remove and not change.after.strip():
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            if change.before and not copy.exists() and not remove:
                copy.write_text(change.before, "utf-8", newline="")
                copy.chmod(path.stat().st_mode & 0o777)
            _replace(path, change.after)
        if remove:
            copy.unlink(missing_ok=True)
            # A folder that nothing else is in was made for it.
            if path.parent not in {Path.home(), repository_root(Path.cwd())} and not any(path.parent.iterdir()):
                path.parent.rmdir()
    except OSError as error:
        raise bad_usage(f"Can't write {path}: {error.strerror}.", "See who may write there.") from error


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, with the mode that it had; where it is a link, what that leads to."""
    target = path.resolve()
    new = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        new.write_text(text, "utf-8", newline="")
        if target.exists():
            new.chmod(target.stat().st_mode & 0o777)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _copy_of(file: File) -> Path:
    return file.path.with_name(file.path.name + _COPY)


COMMANDS = {
    "setup": Command(
        setup,
        (
            arg("tool", choices=TOOLS, help="whose files"),
            arg("--check", action="store_true", help="writes nothing; ends with 1 where something is missing"),
            arg("--remove", action="store_true", help="takes out what it wrote, and nothing else"),
            arg("--print", action="store_true", help="writes nothing; shows the files as they would be"),
            arg("--user", action="store_true", help="the user's own files, for all projects"),
            arg("--project", action="store_true", help="the files of this project, as without it"),
        ),
        "The entry of the MCP server takes the token from GOALROOM_TOKEN; no file has it. Before a file is changed for "
        f"the first time it is copied to FILE{_COPY}",
    ),
}
