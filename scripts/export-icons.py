#!/usr/bin/env python3
"""Draws every icon the bundles need from the two SVG sources in `icons/`.

Run after changing a source: `python3 scripts/export-icons.py`. Needs `rsvg-convert` (package librsvg2-bin), nothing else.
ICO and ICNS are plain containers of PNG pictures, written here byte by byte.
"""

import struct
import subprocess
from pathlib import Path

ICONS = Path(__file__).resolve().parent.parent / "icons"

# Up to this many pixels the drawing made for whole pixels is sharper.
SMALL_UP_TO = 24


def draw(pixels: int) -> bytes:
    """The icon as PNG, `pixels` wide and high."""
    source = ICONS / ("app-icon-16.svg" if pixels <= SMALL_UP_TO else "app-icon.svg")
    command = ["rsvg-convert", "--width", str(pixels), "--height", str(pixels), "--format", "png", str(source)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def ico(sizes: list[int]) -> bytes:
    """A Windows icon: a directory of 16-byte entries, then the pictures. A side of 256 is written as 0."""
    pictures = [draw(size) for size in sizes]
    offset = 6 + 16 * len(sizes)
    directory = struct.pack("<HHH", 0, 1, len(sizes))
    for size, picture in zip(sizes, pictures):
        directory += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return directory + b"".join(pictures)


def icns(kinds: dict[bytes, int]) -> bytes:
    """A macOS icon: a type of four letters, a length that counts its own header, a picture; big-endian."""
    body = b""
    for kind, size in kinds.items():
        picture = draw(size)
        body += kind + struct.pack(">I", 8 + len(picture)) + picture
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def main() -> None:
    for name, size in {"32x32": 32, "128x128": 128, "128x128@2x": 256, "icon": 512}.items():
        (ICONS / f"{name}.png").write_bytes(draw(size))
    (ICONS / "icon.ico").write_bytes(ico([32, 16, 24, 48, 64, 256]))
    kinds = {b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024, b"ic11": 32, b"ic12": 64, b"ic13": 256, b"ic14": 512}
    (ICONS / "icon.icns").write_bytes(icns(kinds))


if __name__ == "__main__":
    main()
