"""book.py: the keepsake as a browser prints it: pages, words and where they stand, by Chromium and poppler."""
# SPDX-License-Identifier: GPL-3.0-or-later
import html
import os
import re
import subprocess

from house import needs

PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.S)
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')
MM = 72 / 25.4  # what a PDF counts in


class Word:
    def __init__(self, left, top, right, bottom, text):
        self.left, self.top, self.right, self.bottom = map(float, (left, top, right, bottom))
        self.text = html.unescape(text)


class Page:
    def __init__(self, width, height, words):
        self.width, self.height = float(width), float(height)
        self.words = [Word(*found) for found in WORD.findall(words)]
        self.text = " ".join(word.text for word in self.words)

    def word(self, text):
        """The only one that holds it."""
        (found,) = [word for word in self.words if text in word.text]
        return found


def browse(folder, page, *options):
    """Chromium opens a page without a window, in a profile of its own that goes nowhere."""
    needs("chromium", "chromium")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-breakpad",
               "--no-first-run", f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]


def printed(folder, page):
    """The page on paper: the PDF."""
    paper = folder / "book.pdf"
    browse(folder, page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    return paper


def pages_of(paper):
    needs("pdftotext", "poppler-utils")
    said = subprocess.run(["pdftotext", "-bbox", paper, "-"], capture_output=True, text=True, check=True).stdout
    return [Page(*found) for found in PAGE.findall(said)]


def pictures_in(paper):
    """(width, height) in pixels of each."""
    said = subprocess.run(["pdfimages", "-list", paper], capture_output=True, text=True, check=True).stdout
    return [(int(line.split()[3]), int(line.split()[4])) for line in said.splitlines()[2:]]
