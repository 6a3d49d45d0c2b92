"""`gr`: from what was typed to what is printed, and the exit status."""

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

from goalroom_client.failures import Failure
from goalroom_client.text_lines import printable

_INTERRUPTED = 130


def run() -> None:
    """The command `gr`."""
    sys.exit(main(sys.argv[1:]))


def main(given: Sequence[str]) -> int:
    """Do what was typed, and answer the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return _run(given)
    except Failure as failure:
        return _failed(failure, as_json="--json" in given)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read it wants no more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as ended:
        # argparse, after --help or --version.
        return int(ended.code or 0)
    except Exception as error:
        return _failed(_fault(error), as_json="--json" in given)


def _run(given: Sequence[str]) -> int:
    from goalroom_client.call import Call
    from goalroom_client.command_line import parse

    options, command = parse(given)
    answer = command.run(Call(options))
    if answer is None:
        return 0
    if options.json:
        _write_json({"v": 1, "data": answer.data})
    elif answer.text:
        sys.stdout.write(printable(answer.text) + "\n")
    sys.stdout.flush()
    return answer.status


def _failed(failure: Failure, *, as_json: bool) -> int:
    if as_json:
        _write_json(failure.envelope())
    said = f"{failure.code}: {failure.message}\n" + (f"Next: {failure.hint}\n" if failure.hint else "")
    sys.stderr.write(printable(said))
    return failure.status


def _fault(error: Exception) -> Failure:
    if os.environ.get("GOALROOM_DEBUG"):
        import traceback

        traceback.print_exception(error)
    return Failure(
        "INTERNAL", f"gr failed: {type(error).__name__}: {error}", "Set GOALROOM_DEBUG=1 to see where, and report it."
    )


def _write_json(value: Any) -> None:
    import json

    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()
