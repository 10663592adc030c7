"""foreign.py: journals as other programs leave them: made for a fact, and real ones where somebody has them."""
# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import io
import json
import os
import pathlib
import zipfile

from house import Skipped


def real_data():
    """Other people's journals and texts, which are no part of the tree: beside the checkout, or where DUOLOG_SHARED says."""
    beside = pathlib.Path(__file__).resolve().parents[3] / "shared"
    place = pathlib.Path(os.environ.get("DUOLOG_SHARED") or beside) / "data"
    if not place.is_dir():
        raise Skipped(f"no real journals at {place}; DUOLOG_SHARED names a folder that has them in data/")
    return place


class Shelf:
    """A folder beside the people's homes, where their imports and exports lie."""

    def __init__(self, house):
        self.folder = house.folder / "elsewhere"
        self.folder.mkdir(exist_ok=True)

    def put(self, name, content):
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def __truediv__(self, name):
        return self.folder / name


def day_one_entry(number, **more):
    return {"uuid": f"{number:032X}", "creationDate": f"2023-05-{number % 28 + 1:02d}T20:30:00Z", "timeZone": "Europe/Vienna",
            "text": f"entry number {number} \\- a walk\\.", **more}


def day_one(*entries, **files):
    """The bytes of a ZIP as Day One exports it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Journal.json", json.dumps({"metadata": {"version": "1.0"}, "entries": list(entries)}))
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def photo(bytes_, identifier, **more):
    """As an entry names it, and as the archive has it: (member of "photos", name -> bytes)."""
    sum_ = hashlib.md5(bytes_).hexdigest()
    return {"md5": sum_, "identifier": identifier, "type": "jpeg", **more}, {f"photos/{sum_}.jpeg": bytes_}


def hostile_archives():
    """name -> bytes; each must be refused whole."""
    def made(fill):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Journal.json", json.dumps({"entries": [day_one_entry(1)]}))
            fill(archive)
        return out.getvalue()

    def link(archive):
        about = zipfile.ZipInfo("photos")
        about.create_system, about.external_attr = 3, 0o120777 << 16
        archive.writestr(about, "/etc")

    nested = '{"entries": [' + '{"a":' * 200 + "1" + "}" * 200 + "]}"
    return {
        "traversal": made(lambda archive: archive.writestr("../../evil.json", "{}")),
        "absolute": made(lambda archive: archive.writestr("/tmp/evil.json", "{}")),
        "backslash": made(lambda archive: archive.writestr("a\\..\\b.json", "{}")),
        "bomb": made(lambda archive: archive.writestr("b.json", '{"entries": "' + "0" * (200 << 20) + '"}')),
        "link": made(link),
        "deep": made(lambda archive: archive.writestr("deep.json", nested)),
        "no-utf8": made(lambda archive: archive.writestr("bad.json", b'{"entries": [{"text": "\xff"}]}')),
        "cut-off": made(lambda archive: None)[:-30],
    }
