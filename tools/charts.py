#!/usr/bin/env python3
"""Draws docs/images/*.svg from docs/bench/data/*.json. Run it from anywhere; it needs Python 3 alone.

A file that tools/side-by-side.py wrote becomes one bar chart for each of its tests. Any other file is one bar chart.

Such a file has: title, subtitle, source (where the figures are documented), unit, series (names), rows (label and one value
for each series) and, where bars should be compared by factors, "scale": "log".
"""

import html
import json
import math
import pathlib
import statistics

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTH = 760
LABEL = 236
VALUE = 84
BAR = 14
GAP = 14
TOP = 84

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .note { font-size: 11px; fill: #57606a; }
  .s0 { fill: #0b6bcb; } .s1 { fill: #a8b1bb; } .s2 { fill: #d0a15b; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .note { fill: #9aa4af; }
    .s0 { fill: #4aa3ff; } .s1 { fill: #6e7781; } .s2 { fill: #c49a5a; }
  }
"""


def text(x, y, words, cls="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{cls}" text-anchor="{anchor}">{html.escape(words)}</text>'


def length(value, data, largest, smallest):
    room = WIDTH - LABEL - VALUE
    if data.get("scale") == "log":
        floor = math.log10(smallest) - 0.3
        return room * (math.log10(value) - floor) / (math.log10(largest) - floor)
    return room * value / largest


def number(value, unit):
    shown = f"{value:,.0f}" if value >= 100 else f"{value:g}"
    return shown + ("%" if unit == "%" else "")


def chart(data):
    values = [v for row in data["rows"] for v in row["values"]]
    out = [text(0, 18, data["title"], "title"), text(0, 38, data["subtitle"], "note")]
    colours = data.get("colours", range(len(data["series"])))
    x = 0
    for i, name in enumerate(data["series"]):
        out.append(f'<rect x="{x}" y="52" width="12" height="12" rx="2" class="s{colours[i]}"/>')
        out.append(text(x + 18, 62, name))
        x += 34 + 7.2 * len(name)
    y = TOP
    for row in data["rows"]:
        height = BAR * len(row["values"])
        out.append(text(LABEL - 10, y + height / 2 + 4, row["label"], "", "end"))
        for i, value in enumerate(row["values"]):
            width = length(value, data, max(values), min(values))
            out.append(f'<rect x="{LABEL}" y="{y + i * BAR}" width="{width:.1f}" height="{BAR - 2}" rx="2" class="s{colours[i]}"/>')
            out.append(text(LABEL + width + 6, y + i * BAR + BAR - 4, number(value, data["unit"])))
        y += height + GAP
    out.append(text(0, y + 12, "Source: " + data["source"], "note"))
    body = "\n".join(out)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 20}" role="img" '
            f'aria-label="{html.escape(data["title"])}">\n<style>{STYLE}</style>\n{body}\n</svg>\n')


def side_by_side(data):
    """The charts of a file of tools/side-by-side.py, by test: jgemma's settings and the peer's better one for each model."""
    ours, theirs = list(data["ours"]), list(data["theirs"])
    first = next(iter(data["models"].values()))
    for test in first[0][ours[0]]:
        rows = []
        for model, rounds in data["models"].items():
            median = {n: statistics.median(r[n][test] for r in rounds) for n in [*ours, *theirs]}
            values = [median[n] for n in ours] + [max(median[n] for n in theirs)]
            rows.append({"label": model, "values": [float(f"{v:.3g}") for v in values]})
        kind = "Decode" if test.startswith("tg") else "Prompt"
        yield test, {
            "title": f"{kind} ({test}), tokens per second",
            "subtitle": f"{data['machine']}, {data['threads']} threads; median of {len(first)} alternating rounds",
            "source": f"jgemma {data['jgemma']}, {data['peer']} at its better setting, {data['date']}",
            "unit": "tokens/s",
            "colours": [0, 2, 1],
            "series": [f"jgemma, {name}" for name in ours] + [data["peer"].split(" ")[0]],
            "rows": rows,
        }


def main():
    for file in sorted((ROOT / "docs/bench/data").glob("*.json")):
        data = json.loads(file.read_text(encoding="utf-8"))
        charts = {}
        if "models" in data:
            charts = {f"{file.stem}-{test.replace(' @ ', '-')}": each for test, each in side_by_side(data)}
        elif "rows" in data and "series" in data:
            charts = {file.stem: data}
        for name, each in charts.items():
            (ROOT / "docs/images" / (name + ".svg")).write_text(chart(each), encoding="utf-8")
            print(f"docs/images/{name}.svg")


if __name__ == "__main__":
    main()
