#!/usr/bin/env python3
"""Draws every icon the bundles and the tray need: the app's from the two SVG sources in `icons/`, the tray's from shapes below.

Run after changing a source: `python3 scripts/export-icons.py`. Needs `rsvg-convert` (package librsvg2-bin), nothing else.
ICO and ICNS are plain containers of PNG pictures, written here byte by byte.
"""

import struct
import subprocess
from pathlib import Path

ICONS = Path(__file__).resolve().parent.parent / "icons"

# Up to this many pixels the drawing made for whole pixels is sharper.
SMALL_UP_TO = 24

# The tray's glyph on a field of 16: two brackets, and what stands between or before them. One ink; only a badge has a color.
BRACKETS = '<path d="M1 2H5V4H3V12H5V14H1ZM15 2H11V4H13V12H11V14H15Z"/>'
TRAY_PIXELS = 32
INKS = {"on-dark": ("#FFFFFF", "#EBB057", "#FF8577"), "on-light": ("#14181D", "#8F5300", "#BC271A")}


def tray(sign: str, warn: str, crit: str) -> str:
    """The shapes of a sign. A badge stands in a gap that is cut out of the glyph."""
    cut = '<mask id="gap"><rect width="16" height="16" fill="#fff"/>{}</mask><g mask="url(#gap)">{}</g>{}'
    triangle, octagon = "M11 8.5L15.5 16H6.5Z", "M9.8 7.5H13.2L15.5 9.8V13.2L13.2 15.5H9.8L7.5 13.2V9.8Z"
    dashes = "M1 2H5V4H3V6H1ZM1 7H3V9H1ZM1 10H3V12H5V14H1ZM15 2H11V4H13V6H15ZM13 7H15V9H13ZM15 10H13V12H11V14H15Z"
    marker = '<rect x="8" y="5" width="2" height="6"/>'
    return {
        "calm": BRACKETS + '<rect x="6" y="5" width="2" height="6"/><rect x="8" y="6" width="5" height="4" opacity=".4"/>',
        "up": BRACKETS + '<path d="M6.4 5L7.5 3.8L10.9 8L7.5 12.2L6.4 11L8.8 8Z"/>',
        "down": BRACKETS + '<path d="M9.6 5L8.5 3.8L5.1 8L8.5 12.2L9.6 11L7.2 8Z"/>',
        "warning": cut.format('<path d="M11 6.5L17 16.5H5Z"/>', BRACKETS + marker, f'<path d="{triangle}" fill="{warn}"/>'),
        "critical": cut.format('<circle cx="11.5" cy="11.5" r="5.5"/>', BRACKETS + marker, f'<path d="{octagon}" fill="{crit}"/>'),
        "paused": BRACKETS + '<rect x="5" y="5" width="2" height="6"/><rect x="9" y="5" width="2" height="6"/>',
        "no-readings": f'<path d="{dashes}"/>',
    }[sign]


def convert(pixels: int, source: str | Path) -> bytes:
    """A drawing as PNG: the SVG file, or SVG itself."""
    command = ["rsvg-convert", "--width", str(pixels), "--height", str(pixels), "--format", "png"]
    if isinstance(source, Path):
        return subprocess.run([*command, str(source)], check=True, capture_output=True).stdout
    return subprocess.run(command, input=source.encode(), check=True, capture_output=True).stdout


def draw(pixels: int) -> bytes:
    """The icon as PNG, `pixels` wide and high."""
    return convert(pixels, ICONS / ("app-icon-16.svg" if pixels <= SMALL_UP_TO else "app-icon.svg"))


def draw_tray() -> None:
    """One picture for each sign and each ground."""
    for sign in ["calm", "up", "down", "warning", "critical", "paused", "no-readings"]:
        for ground, (ink, warn, crit) in INKS.items():
            shapes = tray(sign, warn, crit)
            svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="{ink}">{shapes}</svg>'
            (ICONS / "tray" / f"{sign}-{ground}.png").write_bytes(convert(TRAY_PIXELS, svg))


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
    draw_tray()


if __name__ == "__main__":
    main()
