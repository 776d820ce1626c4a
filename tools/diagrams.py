#!/usr/bin/env python3
"""Draws the diagrams of the documentation: docs/images/token.svg, modules.svg and request.svg. It needs Python 3 alone."""

import html
import pathlib

IMAGES = pathlib.Path(__file__).resolve().parent.parent / "docs" / "images"

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .h { font-weight: 600; } .n { font-size: 11px; fill: #57606a; } .t { font-size: 16px; font-weight: 600; }
  rect { stroke: #8c959f; fill: #f6f8fa; } .a { fill: #ddf4ff; stroke: #54aeff; } .b { fill: #fff8c5; stroke: #d4a72c; }
  .c { fill: #dafbe1; stroke: #4ac26b; } .f { fill: none; stroke-dasharray: 4 3; }
  path { stroke: #57606a; fill: none; stroke-width: 1.4; } .head { fill: #57606a; stroke: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .n { fill: #9aa4af; }
    rect { stroke: #6e7781; fill: #21262d; } .a { fill: #0c2d4d; stroke: #388bfd; } .b { fill: #3b2f0b; stroke: #bb8009; }
    .c { fill: #10331d; stroke: #2ea043; } .f { fill: none; }
    path { stroke: #9aa4af; } .head { fill: #9aa4af; stroke: none; }
  }
"""


class Drawing:
    def __init__(self, name, title, width, height):
        self.name, self.title, self.width, self.height, self.parts = name, title, width, height, []

    def text(self, x, y, words, cls="", anchor="middle"):
        self.parts.append(f'<text x="{x}" y="{y}" class="{cls}" text-anchor="{anchor}">{html.escape(words)}</text>')

    def box(self, x, y, width, height, heading, lines=(), cls=""):
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" class="{cls}"/>')
        top = y + height / 2 + 5 - 8 * len(lines)
        self.text(x + width / 2, top, heading, "h")
        for i, line in enumerate(lines):
            self.text(x + width / 2, top + 17 + 15 * i, line, "n")

    def frame(self, x, y, width, height, label):
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" class="f"/>')
        self.text(x + 10, y + 17, label, "n", "start")

    def arrow(self, *points, label=None, at=None):
        """A line through the points with a head at the last one."""
        self.parts.append('<path d="M' + " L".join(f"{x} {y}" for x, y in points) + '"/>')
        (x0, y0), (x, y) = points[-2], points[-1]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        corners = [(x, y), (x - 8 * dx - 4 * dy, y - 8 * dy - 4 * dx), (x - 8 * dx + 4 * dy, y - 8 * dy + 4 * dx)]
        self.parts.append('<path class="head" d="M' + " L".join(f"{a} {b}" for a, b in corners) + ' Z"/>')
        if label:
            self.text(*at, label, "n")

    def write(self):
        body = "\n".join(self.parts)
        (IMAGES / f"{self.name}.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-label="{html.escape(self.title)}">\n<style>{STYLE}</style>\n{body}\n</svg>\n', encoding="utf-8")
        print(f"docs/images/{self.name}.svg")


def token():
    d = Drawing("token", "How a token is computed", 760, 380)
    d.box(10, 30, 130, 60, "Chat template", ("messages to text",), "a")
    d.box(180, 30, 130, 60, "Tokenizer", ("text to token ids",), "a")
    d.box(350, 30, 130, 60, "Scheduler", ("rows of all requests",), "a")
    d.arrow((140, 60), (180, 60))
    d.arrow((310, 60), (350, 60))
    d.arrow((415, 90), (415, 118), (75, 118), (75, 150), label="one step: new tokens, and slices of prompts", at=(245, 112))

    d.box(10, 150, 130, 70, "Embedding", ("id to a row of", "the residual stream"), "b")
    d.frame(165, 130, 400, 190, "repeated for each block")
    d.box(180, 158, 80, 54, "RMSNorm", (), "b")
    d.box(280, 158, 110, 54, "Attention", ("Q, K, V, RoPE",), "b")
    d.box(180, 246, 80, 54, "RMSNorm", (), "b")
    d.box(280, 246, 110, 54, "Feed-forward", ("gate, up, down",), "b")
    d.box(430, 158, 120, 54, "K/V cache", ("256-token pages",), "c")
    d.box(430, 246, 120, 54, "Weights", ("quantized, mapped", "or repacked"), "c")
    d.arrow((140, 185), (180, 185))
    d.arrow((260, 185), (280, 185))
    d.arrow((430, 178), (390, 178))
    d.arrow((390, 194), (430, 194))
    d.arrow((335, 212), (335, 229), (220, 229), (220, 246))
    d.arrow((260, 273), (280, 273))
    d.arrow((430, 273), (390, 273))
    d.arrow((335, 300), (335, 345), (660, 345), (660, 312))

    d.box(590, 240, 145, 72, "Output", ("RMSNorm, then", "one logit a token"), "b")
    d.box(590, 140, 145, 72, "Sampler", ("temperature, top-k,", "top-p, grammar mask"), "a")
    d.box(590, 30, 145, 60, "Text", ("decoded and streamed",), "a")
    d.arrow((660, 240), (660, 212))
    d.arrow((660, 140), (660, 90), label="token id", at=(692, 120))
    d.arrow((590, 165), (575, 165), (575, 60), (480, 60), label="next step", at=(528, 52))
    d.text(10, 372, "Blue: policy, once a token. Yellow: maths, on the CPU or a GPU. Green: memory.", "n", "start")
    d.write()


def modules():
    d = Drawing("modules", "Modules and packages", 760, 560)
    d.box(20, 20, 220, 52, "cli", ("commands, chat, pull, launcher",), "a")
    d.box(270, 20, 220, 52, "server", ("HTTP routes, models, web page",), "a")
    d.box(520, 20, 220, 52, "your application", ("engine API, LangChain4j",), "a")
    d.arrow((240, 46), (270, 46))
    for x in (130, 380, 630):
        d.arrow((x, 72), (x, 100))
    d.frame(20, 100, 720, 330, "engine")
    rows = [
        ("API", "a", ("engine: Engine, Session, EngineOptions",)),
        ("requests", "a", ("schedule", "answer", "prompt", "generation", "session", "grammar")),
        ("inputs, plans", "a", ("vision", "placement", "plan", "selftest")),
        ("models", "b", ("model", "nn", "kv")),
        ("text, sampling", "a", ("chat", "template", "text", "sample")),
        ("maths", "b", ("backend: Ops", "cpu", "tensor")),
        ("files", "c", ("gguf", "quant", "spec", "memory", "platform")),
    ]
    for i, (label, cls, packages) in enumerate(rows):
        y = 126 + 43 * i
        d.text(32, y + 21, label, "n", "start")
        room = 612 / len(packages)
        for j, package in enumerate(packages):
            d.box(120 + j * room, y, room - 8, 32, package, (), cls)
    d.box(20, 470, 220, 64, "models", ("Gemma 3, Llama, Qwen 2 and 3:", "one file each; the demo model"), "b")
    d.box(270, 470, 220, 64, "cuda-kernels", ("CUDA backend, PTX kernels,", "the stand-in driver of the tests"), "b")
    d.box(520, 470, 220, 64, "bench", ("JMH benchmarks,", "tests of the architecture rules"), "")
    d.arrow((130, 470), (130, 430), label="Architecture", at=(175, 455))
    d.arrow((380, 470), (380, 430), label="Accelerator", at=(422, 455))
    d.arrow((630, 470), (630, 430))
    d.text(20, 553, "Arrows point at what a module depends on. A package imports only packages of its own row and of the rows below it.",
           "n", "start")
    d.write()


def request():
    d = Drawing("request", "A request's path through server, scheduler, engine and kernels", 760, 520)
    lanes = [("server", 10), ("engine API", 165), ("scheduler thread", 320), ("model and backend", 475), ("kernels", 630)]
    for label, x in lanes:
        d.text(x + 60, 18, label, "h")
        d.parts.append(f'<path d="M{x + 60} 26 L{x + 60} 512" stroke-dasharray="2 4"/>')
    d.box(10, 36, 120, 54, "Fields", ("JSON to a request",), "a")
    d.box(10, 110, 120, 54, "Admission", ("-np, queue, 503",), "a")
    d.box(165, 110, 120, 54, "Prompt", ("template, tokenizer,", "pictures"), "a")
    d.box(320, 110, 120, 54, "Prefix memory", ("fork the longest", "known prefix"), "c")
    d.box(320, 190, 120, 54, "Round planner", ("a row per answer,", "slices of prompts"), "a")
    d.box(475, 190, 120, 54, "Decoder", ("embed, blocks,", "norm, logits"), "b")
    d.box(630, 190, 120, 54, "Row pool", ("rows divided", "among threads"), "b")
    d.box(630, 270, 120, 54, "Kernels", ("x86, Vector API,", "scalar, CUDA"), "b")
    d.box(475, 270, 120, 54, "K/V pages", ("store, attend,", "share, free"), "c")
    d.box(320, 350, 120, 54, "Sampler", ("mask, top-k, draw",), "a")
    d.box(165, 350, 120, 54, "Answer", ("text, reasoning,", "tool calls, stops"), "a")
    d.box(10, 350, 120, 54, "Event stream", ("SSE or one JSON",), "a")
    d.arrow((70, 90), (70, 110))
    d.arrow((130, 137), (165, 137))
    d.arrow((285, 137), (320, 137))
    d.arrow((380, 164), (380, 190))
    d.arrow((440, 217), (475, 217))
    d.arrow((595, 217), (630, 217))
    d.arrow((690, 244), (690, 270))
    d.arrow((630, 297), (595, 297))
    d.arrow((535, 324), (535, 377), (440, 377), label="logits", at=(490, 370))
    d.arrow((320, 377), (285, 377))
    d.arrow((165, 377), (130, 377))
    d.arrow((380, 350), (380, 244), label="next step", at=(412, 338))
    d.arrow((70, 404), (70, 440), (380, 440), (380, 404), label="client gone: cancel", at=(225, 434))
    d.text(10, 480, "Only the scheduler thread calls the model. Every other thread hands it a task and reads events from a log,", "n", "start")
    d.text(10, 496, "so a slow client never delays another one's tokens.", "n", "start")
    d.write()


if __name__ == "__main__":
    token()
    modules()
    request()
