#!/usr/bin/env python3
"""Records a real `./jgemma chat` session and writes it as an animated SVG, docs/images/chat.svg.

    pip install pyte
    tools/record-chat.py                        # the demo model, and the messages below
    tools/record-chat.py -m model.gguf -s "Why is the sky blue?"

The program runs in a pseudo-terminal. Its output goes through a terminal emulator (pyte), and every line of the screen
becomes one text element that is visible for as long as the line was on the screen. Viewers without animation show the
last screen.
"""

import argparse
import fcntl
import html
import os
import pathlib
import pty
import select
import struct
import sys
import termios
import time

import pyte

ROOT = pathlib.Path(__file__).resolve().parent.parent
MESSAGES = ["Hello", "What is a K/V cache?", "Write hello world in Java."]
COLUMNS, ROWS = 112, 24
CHARACTER, LINE, MARGIN = 8.4, 18, 16
KEY_SECONDS = 0.045
PAUSE_SECONDS = 0.9

COLOURS = {
    "default": "#d8dee9", "black": "#4c566a", "red": "#e06c75", "green": "#98c379", "brown": "#e5c07b",
    "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#d8dee9",
}


def spans(line):
    """The line of a screen as a tuple of (column, text, colour, bold), one for each run of equal attributes."""
    runs = []
    for column in range(COLUMNS):
        cell = line[column]
        style = (COLOURS.get(cell.fg, "#" + cell.fg if len(cell.fg) == 6 else COLOURS["default"]), cell.bold)
        if runs and runs[-1][2] == style:
            runs[-1][1] += cell.data
        else:
            runs.append([column, cell.data, style])
    return tuple((column, text.rstrip(), *style) for column, text, style in runs if text.strip())


class Recorder:
    def __init__(self, command):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.start = None
        self.shown = {}
        self.intervals = []
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS=str(COLUMNS), LINES=str(ROWS))
            os.execvp(command[0], command)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def now(self):
        return 0.0 if self.start is None else time.monotonic() - self.start

    def read(self, quiet, limit):
        """Reads until nothing comes for `quiet` seconds. Returns False at the end of the program."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            ready, _, _ = select.select([self.terminal], [], [], quiet)
            if not ready:
                return True
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.stream.feed(data)
            for answer in (b"\x1b[6n", b"\x1b[5n"):
                if answer in data:
                    os.write(self.terminal, f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R".encode())
            self.note()
        return True

    def note(self):
        """Compares the screen with what was shown before and ends and begins the intervals of changed lines."""
        for row in range(ROWS):
            line = spans(self.screen.buffer[row])
            if line != self.shown.get(row, (None, ()))[1]:
                self.finish(row)
                self.shown[row] = (self.now(), line)

    def finish(self, row):
        begun, line = self.shown.get(row, (0.0, ()))
        if line and self.now() - begun > 0.02:
            self.intervals.append((row, line, begun, self.now()))

    def type(self, message):
        for character in message:
            os.write(self.terminal, character.encode())
            self.read(KEY_SECONDS, 1)
        os.write(self.terminal, b"\r")


def svg(intervals, title, width, height):
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
           f'aria-label="{html.escape(title)}">',
           "<style>text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; }"
           " .b { font-weight: 600; }</style>",
           f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#20242c"/>']
    for i, colour in enumerate(("#ff5f56", "#ffbd2e", "#27c93f")):
        out.append(f'<circle cx="{MARGIN + 6 + 20 * i}" cy="18" r="6" fill="{colour}"/>')
    for row, line, begun, ended in intervals:
        y = 52 + row * LINE
        hidden = "" if ended is None else ' visibility="hidden"'
        out.append(f"<g{hidden}>")
        if ended is None:
            out.append(f'<set attributeName="visibility" to="hidden" begin="0s" dur="{max(begun, 0.01):.2f}s"/>')
        else:
            out.append(f'<set attributeName="visibility" to="visible" begin="{begun:.2f}s" dur="{ended - begun:.2f}s"/>')
        for column, words, colour, bold in line:
            weight = ' class="b"' if bold else ""
            out.append(f'<text x="{MARGIN + column * CHARACTER:.1f}" y="{y}" fill="{colour}"{weight} '
                       f'textLength="{len(words) * CHARACTER:.1f}" xml:space="preserve">{html.escape(words)}</text>')
        out.append("</g>")
    out.append("</svg>\n")
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-m", "--model", help="GGUF file or name; default: the demo model")
    parser.add_argument("-s", "--say", action="append", help="a message; may be repeated")
    parser.add_argument("-o", "--output", default=str(ROOT / "docs/images/chat.svg"))
    options = parser.parse_args()
    arguments = ["chat"] + (["-m", options.model] if options.model else []) + ["--temp", "0"]
    os.chdir(ROOT)
    recorder = Recorder([str(ROOT / "jgemma"), *arguments])
    recorder.read(2.0, 300)
    recorder.start = time.monotonic() - PAUSE_SECONDS
    recorder.shown = {row: (0.0, line) for row, (_, line) in recorder.shown.items()}
    recorder.intervals = []
    for message in options.say or MESSAGES:
        recorder.type(message)
        recorder.read(PAUSE_SECONDS, 120)
    for row, (begun, line) in recorder.shown.items():
        if line:
            recorder.intervals.append((row, line, begun, None))
    os.write(recorder.terminal, b"\x04")
    recorder.read(1.0, 10)
    os.close(recorder.terminal)
    os.waitpid(recorder.child, 0)
    used = max(row for row, *_ in recorder.intervals) + 1
    picture = svg(recorder.intervals, "A conversation in the terminal: ./jgemma chat",
                  2 * MARGIN + COLUMNS * CHARACTER, 52 + used * LINE + 4)
    pathlib.Path(options.output).write_text(picture, encoding="utf-8")
    print(f"{options.output}: {len(picture)} characters, {len(recorder.intervals)} lines", file=sys.stderr)


if __name__ == "__main__":
    main()
