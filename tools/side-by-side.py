#!/usr/bin/env python3
"""Measures jgemma beside another engine's llama-bench: the same files, the same threads, always alternating.

    tools/side-by-side.py run --peer PATH/llama-bench --out docs/bench/data/cpu-avx2.json MODEL.gguf="Model's name" ...
    tools/side-by-side.py table docs/bench/data/cpu-avx2.json       prints Markdown tables
    tools/charts.py                                                 draws docs/images/cpu-avx2-*.svg

A round runs every setting of both engines once, with a plain read of memory between them (jgemma info --system). Settings are
given as NAME=OPTIONS, for example --ours "auto=--cpu-kernels auto" --theirs "repacked=-rtr 1". Rounds that were measured before
stay in the file, so that a run which was interrupted goes on where it ended. Nothing else should run on the machine.

The file has: machine, jgemma (version and commit), peer, threads, date, command, and for each model and test the tokens per
second of each setting, one value a round, and the plain read in GB/s. Needs Python 3 alone.
"""

import argparse
import datetime
import json
import pathlib
import shlex
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def output(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"side-by-side: {shlex.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def speeds(text):
    """Median tokens per second of each test in the JSON of jgemma bench or llama-bench."""
    found = {}
    for test in json.loads(text[text.index("["):]):
        depth = f" @ d{test['n_depth']}" if test.get("n_depth") else ""
        name = f"pp{test['n_prompt']}" if test["n_prompt"] else f"tg{test['n_gen']}"
        found[name + depth] = statistics.median(test.get("samples_ts") or [test["avg_ts"]])
    return found


def settings(given):
    return dict(each.split("=", 1) for each in given)


class Harness:
    def __init__(self, arguments):
        self.arguments = arguments
        self.tests = shlex.split(arguments.tests)
        self.out = pathlib.Path(arguments.out)

    def machine(self):
        return json.loads(output([self.arguments.jgemma, "info", "--system", "--json"]))

    def ours(self, model, options):
        command = [self.arguments.jgemma, "bench", "-m", model, "-t", self.arguments.threads, "-o", "json"]
        return speeds(output([*command, "-r", "1", "--warmup", "2", *self.tests, *shlex.split(options)]))

    def theirs(self, model, options):
        command = [self.arguments.peer, "-m", model, "-t", self.arguments.threads, "-o", "json", "-r", "1"]
        return speeds(output([*command, *self.tests, *shlex.split(options)]))

    def begin(self):
        if self.out.exists():
            return json.loads(self.out.read_text(encoding="utf-8"))
        machine = self.machine()
        commit = output(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]).strip()
        return {
            "machine": f"{self.arguments.machine or machine['cpu']}, {machine['processors']} processors",
            "jgemma": f"{machine['jgemma']} ({commit})",
            "peer": self.arguments.peer_name,
            "threads": int(self.arguments.threads),
            "date": datetime.date.today().isoformat(),
            "tests": self.arguments.tests,
            "ours": settings(self.arguments.ours),
            "theirs": settings(self.arguments.theirs),
            "models": {},
        }

    def run(self):
        data = self.begin()
        models = [model.split("=", 1) for model in self.arguments.models]
        for number in range(self.arguments.rounds):
            for path, name in models:
                rounds = data["models"].setdefault(name, [])
                if len(rounds) <= number:
                    rounds.append(self.round(path, data))
                    self.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
                    print(f"round {number + 1}: {name}", flush=True)

    def round(self, path, data):
        mine = [(name, self.ours, options) for name, options in data["ours"].items()]
        others = [(name, self.theirs, options) for name, options in data["theirs"].items()]
        result = {}
        for i in range(max(len(mine), len(others))):
            for name, measure, options in mine[i:i + 1] + others[i:i + 1]:
                result[name] = measure(path, options)
            if i == 0:
                result["read"] = self.machine()["memory_read_bytes_per_second"] / 1e9
        return result


def shown(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def spread(values):
    return f"{shown(statistics.median(values))} ({shown(min(values))} to {shown(max(values))})"


def table(data):
    ours, theirs = list(data["ours"]), list(data["theirs"])
    print(f"{data['machine']}, {data['threads']} threads, jgemma {data['jgemma']}, {data['peer']}, {data['date']}.")
    tests = list(next(iter(data["models"].values()))[0][ours[0]])
    for test in tests:
        print(f"\n{test}, tokens/s: median of the rounds (lowest to highest)\n")
        ratios = [f"{name} : peer" for name in ours]
        print("| model | " + " | ".join([*ours, *theirs, *ratios, "plain read, GB/s"]) + " |")
        print("|---" * (len(ours) + len(theirs) + len(ratios) + 2) + "|")
        for model, rounds in data["models"].items():
            print("| " + " | ".join([model, *cells(rounds, ours, theirs, test)]) + " |")


def cells(rounds, ours, theirs, test):
    values = {name: [r[name][test] for r in rounds if test in r[name]] for name in [*ours, *theirs]}
    row = [spread(values[name]) for name in [*ours, *theirs]]
    best = max(theirs, key=lambda name: statistics.median(values[name]))
    for name in ours:
        by_round = [a / b for a, b in zip(values[name], values[best])]
        ratio = statistics.median(values[name]) / statistics.median(values[best])
        row.append(f"{ratio:.2f} ({min(by_round):.2f} to {max(by_round):.2f})")
    return [*row, spread([r["read"] for r in rounds])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure")
    run.add_argument("--jgemma", default=str(ROOT / "jgemma"), help="the launcher")
    run.add_argument("--peer", required=True, help="the other engine's llama-bench")
    run.add_argument("--peer-name", default="llama-bench", help="its name and version")
    run.add_argument("--machine", help="what the machine is called; default: what the processor says")
    run.add_argument("--rounds", type=int, default=5)
    run.add_argument("--threads", "-t", default="2")
    run.add_argument("--tests", default="-p 512 -n 64", help="options that both understand")
    run.add_argument("--ours", action="append", metavar="NAME=OPTIONS")
    run.add_argument("--theirs", action="append", metavar="NAME=OPTIONS")
    run.add_argument("--out", required=True)
    run.add_argument("models", nargs="+", metavar="FILE=NAME")
    show = commands.add_parser("table", help="print Markdown tables")
    show.add_argument("file")
    arguments = parser.parse_args()
    if arguments.command == "table":
        table(json.loads(pathlib.Path(arguments.file).read_text(encoding="utf-8")))
        return
    arguments.ours = arguments.ours or ["auto=--cpu-kernels auto", "fast=--cpu-kernels fast"]
    arguments.theirs = arguments.theirs or ["peer=-fa 1"]
    Harness(arguments).run()


if __name__ == "__main__":
    main()
