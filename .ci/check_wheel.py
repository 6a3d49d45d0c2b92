"""Looks into a wheel for all that must be in it: `check_wheel.py WHEEL`; exit 0 where nothing is missing.

It needs nothing but Python's own library.
"""

import sys
import zipfile
from email import message_from_string
from pathlib import Path

PACKAGES = ("goalroom", "schema", "resolvers", "db", "sql")
PAGE = ("index.html", "graphiql.html", "logo.svg", "third-party-licenses.txt")
# What a tool that lists packages shows, and what it filters by.
METADATA = ("Summary", "License-Expression", "License-File", "Keywords", "Requires-Python", "Description-Content-Type")
MOST_BYTES = 12_000_000


def main(wheel: str) -> None:
    checkout = Path(__file__).parents[1]
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        (folder,) = {name.split("/")[0] for name in names if name.split("/")[0].endswith(".dist-info")}
        metadata = message_from_string(file.read(f"{folder}/METADATA").decode())
    wanted = {f"{folder}/licenses/LICENSE", f"{folder}/entry_points.txt"}
    wanted |= {f"{package}/py.typed" for package in PACKAGES if package != "sql"}
    wanted |= {f"goalroom/dashboard/{name}{packed}" for name in PAGE for packed in ("", ".gz", ".br")}
    for package in PACKAGES:
        files = (path for path in (checkout / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        wanted |= {path.relative_to(checkout).as_posix() for path in files}
    missing = sorted(wanted - names) + [f"METADATA: {name}" for name in METADATA if not metadata.get(name)]
    if "Typing :: Typed" not in metadata.get_all("Classifier", []):
        missing.append("Typing :: Typed")
    # Of people and tests nothing belongs in it.
    odd = sorted(name for name in names if name.split("/")[0] not in {*PACKAGES, folder})
    size = Path(wheel).stat().st_size
    print(f"{Path(wheel).name}: {len(names)} files, {size} bytes, version {metadata['Version']}")
    if missing or odd or size > MOST_BYTES:
        sys.exit(f"missing: {missing}; odd: {odd}; at most {MOST_BYTES} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
