"""Make the README's pictures anew: the demo's tabs as LibreOffice prints them. `make pictures` runs it.

Needs soffice, pdftotext and pdftoppm (Debian: libreoffice-calc, poppler-utils) and Pillow.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

HERE = Path(__file__).resolve().parent / "pictures"
# Tab (how its name begins) → picture and its height in pixels at most: what a first screen shows.
PICTURES = {"Requests": ("requests", 560), "Checks": ("checks", 640), "Review": ("review", 950)}
# Language → tab (how its name begins) → pictures of its first A4 pages, whole.
PAGES = {
    "en": {"Review": ("review-page", 4), "Policy": ("policy-page", 1)},
    "zh-Hans": {"服务复盘": ("review-zh-Hans-page", 4), "服务规范": ("policy-zh-Hans-page", 1)},
}
WIDTH = 1500
PAGE_WIDTH = 1100


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env={**os.environ, **environment},
    )
    return done.stdout


def page_of(pdf: Path, tab: str) -> int:
    """The first page whose footer names a tab that begins with `tab`."""
    pages = run("pdftotext", "-layout", pdf, "-").split("\f")
    for number, text in enumerate(pages, 1):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if lines and lines[-1].startswith(tab):
            return number
    raise SystemExit(f"no page of {pdf.name} shows the tab {tab}")


def picture(pdf: Path, page: int, target: Path, height: int) -> None:
    """The upper part of a page without its margins, small enough for a README."""
    stem = target.with_suffix("")
    run("pdftoppm", "-r", "190", "-f", str(page), "-l", str(page), "-singlefile", "-png", pdf, stem)
    image = Image.open(target).convert("RGB")
    box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    assert box is not None
    image = image.crop((box[0] - 8, box[1] - 8, box[2] + 8, box[3] + 8))
    image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    image = image.crop((0, 0, WIDTH, min(height, image.height)))
    image.quantize(128).save(target, optimize=True)


def whole_page(pdf: Path, page: int, target: Path) -> None:
    """One A4 page as it is printed."""
    run(
        "pdftoppm",
        "-r",
        "150",
        "-f",
        str(page),
        "-l",
        str(page),
        "-singlefile",
        "-png",
        pdf,
        target.with_suffix(""),
    )
    image = Image.open(target).convert("RGB")
    image = image.resize(
        (PAGE_WIDTH, round(image.height * PAGE_WIDTH / image.width)), Image.Resampling.LANCZOS
    )
    image.quantize(200).save(target, optimize=True)


def printed(folder: Path, language: str) -> Path:
    """The demo's workbook in `language` as a PDF file, with its Policy tab."""
    state = {"XDG_STATE_HOME": str(folder / "state")}
    home = folder / language
    run(sys.executable, "-m", "sheetops", "demo", home, "--language", language, **state)
    (workbook,) = home.glob("*.xlsx")
    settings = home / "sheetops.yaml"
    run(sys.executable, "-m", "sheetops", "policy", workbook, "--config", settings, "--quiet", **state)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run("soffice", "--headless", "--norestore", profile, "--convert-to", "pdf", "--outdir", home, workbook)
    return home / f"{workbook.stem}.pdf"


def main() -> None:
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for language, tabs in PAGES.items():
            pdf = printed(Path(scratch), language)
            if language == "en":
                for tab, (name, height) in PICTURES.items():
                    picture(pdf, page_of(pdf, tab), HERE / f"{name}.png", height)
            for tab, (name, count) in tabs.items():
                first = page_of(pdf, tab)
                for number in range(count):
                    whole_page(pdf, first + number, HERE / f"{name}-{number + 1}.png")


if __name__ == "__main__":
    main()
