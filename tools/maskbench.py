#!/usr/bin/env python3
"""Coverage and mask time of jgemma, llguidance and XGrammar over MaskBench's schemas, one thread each, in alternating rounds.

  pip install numpy llguidance xgrammar
  tools/maskbench.py --zip maskbench.zip --vocabulary llama3.1.gguf --tokenizer tokenizer.json --work FOLDER --classpath CLASSES:JARS --rounds 3

The zip file holds files of the form {"schema": .., "tests": [{"valid": .., "data": ..}]}; the GGUF file needs only its vocabulary, which tokenizer.json
holds once more for llguidance. Results go to FOLDER,
a file for each engine and round; what is there already is not measured again, so that rounds may be run one at a time (--round N). With
--engines jgemma and another vocabulary, the time of other vocabularies. Times are elapsed ones unless --clock processor. At the end a table of all rounds in FOLDER: quantiles over each mask's
own median of the rounds, and the means of whole rounds. XGrammar has 10 seconds a schema.
"""

import argparse
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import numpy as np

ENGINES = ("jgemma", "llguidance", "xgrammar")
# --clock: elapsed time, or processor time of the one thread, which other work on the machine disturbs less. jgemma measures alike.
CLOCKS = {"elapsed": time.perf_counter_ns, "processor": time.thread_time_ns}
now = CLOCKS["elapsed"]
# For one schema with its instances, where an engine may take for ever.
SECONDS = 10


def read_tokens(folder):
    with open(folder / "tokens.txt", encoding="ascii") as lines:
        end = int(next(lines))
        kinds, pieces = [], []
        for line in lines:
            kinds.append(line[0])
            pieces.append(bytes.fromhex(line[1:].strip()))
    return end, kinds, pieces


def read_cases(folder):
    with open(folder / "cases.jsonl", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


class Result:
    def __init__(self):
        self.outcomes, self.compile, self.mask, self.worst = {}, [], [], 0

    def judge(self, case, accepts):
        """accepts(ids) says whether the engine takes an instance."""
        refused = accepted = False
        for test in case["tests"]:
            taken = accepts(test["ids"])
            refused |= not taken and test["valid"]
            accepted |= taken and not test["valid"]
        return "invalid accepted" if accepted else "valid refused" if refused else "pass"

    def limited(self, case, one, limit):
        receive, send = os.pipe()
        child = os.fork()
        if child == 0:
            own = Result()
            outcome = one(case, own)
            with os.fdopen(send, "w") as pipe:
                json.dump([outcome, own.compile, own.mask], pipe)
            os._exit(0)
        os.close(send)
        with os.fdopen(receive) as pipe:
            timer = threading.Timer(limit, os.kill, (child, signal.SIGKILL))
            timer.start()
            answer = pipe.read()
            timer.cancel()
        os.waitpid(child, 0)
        if not answer:
            return "over the limit"
        outcome, compiled, masks = json.loads(answer)
        self.compile += compiled
        self.mask += masks
        return outcome

    def run(self, folder, one, limit=None):
        """one(case, result) returns how a case ends. With a limit in seconds each case has a process of its own, which ends with the limit."""
        for case in read_cases(folder):
            begin = now()
            self.outcomes[case["file"]] = self.limited(case, one, limit) if limit else one(case, self)
            self.worst = max(self.worst, now() - begin)
        return {"outcomes": self.outcomes, "compile": self.compile, "mask": self.mask, "worst": self.worst}


def is_set(mask, token):
    return bool((int(mask[0][token >> 5]) >> (token & 31)) & 1)


def llguidance(folder, tokenizer_file):
    import llguidance.numpy
    from llguidance import LLMatcher, LLTokenizer

    end, _, pieces = read_tokens(folder)
    # Masks hold only the tokens that the tokenizer itself would cut a forced text into, so that the real one is needed.
    tokenizer = LLTokenizer(pathlib.Path(tokenizer_file).read_text(), n_vocab=len(pieces), eos_token=end)
    mask = llguidance.numpy.allocate_token_bitmask(1, tokenizer.vocab_size)
    compact = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}

    def one(case, result):
        begin = now()
        try:
            matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_json_schema(case["schema"], overrides=compact))
        except ValueError:
            return "not supported"
        if matcher.is_error():
            return "not supported"
        result.compile.append(now() - begin)

        def accepts(ids):
            fork = matcher.deep_copy()
            for token in ids:
                begin = now()
                llguidance.numpy.fill_next_token_bitmask(fork, mask, 0)
                result.mask.append(now() - begin)
                if not is_set(mask, token) or not fork.consume_token(token):
                    return False
            return fork.is_accepting()

        return result.judge(case, accepts)

    return Result().run(folder, one)


def xgrammar(folder, _):
    import xgrammar

    end, _, pieces = read_tokens(folder)
    info = xgrammar.TokenizerInfo(
        pieces, vocab_type=xgrammar.VocabType.RAW, vocab_size=len(pieces), stop_token_ids=[end])
    compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
    mask = np.zeros((1, (len(pieces) + 31) // 32), dtype=np.int32)

    def one(case, result):
        begin = now()
        try:
            grammar = compiler.compile_json_schema(
                case["schema"], any_whitespace=False, separators=(",", ":"), strict_mode=False)
        except (RuntimeError, ValueError):
            return "not supported"
        result.compile.append(now() - begin)

        def accepts(ids):
            matcher = xgrammar.GrammarMatcher(grammar)
            for token in ids:
                begin = now()
                matcher.fill_next_token_bitmask(mask, 0)
                result.mask.append(now() - begin)
                if not is_set(mask, token) or not matcher.accept_token(token):
                    return False
            matcher.fill_next_token_bitmask(mask, 0)
            return is_set(mask, end)

        return result.judge(case, accepts)

    # Some schemas keep it busy for minutes.
    return Result().run(folder, one, limit=SECONDS)


def java(options, command, output):
    subprocess.run(
        [options.java, "-XX:+UseSerialGC", "-Xms2g", "-Xmx2g", "--enable-native-access=ALL-UNNAMED", "-cp", options.classpath,
         "io.jgemma.bench.grammar.MaskBench", command, options.zip, options.vocabulary, str(output), options.clock], check=True)


def measure(options, engine, output):
    if engine == "jgemma":
        java(options, "run", output)
        return
    # A process for each, so that none finds what another left in caches and heaps.
    child = [sys.executable, __file__, "--work", str(options.work), "--child", engine, "--output", str(output), "--tokenizer", options.tokenizer,
             "--clock", options.clock]
    subprocess.run(child, check=True)


def spread(values, digits=1):
    middle = sorted(values)[len(values) // 2]
    ends = "" if len(values) == 1 else f" ({min(values):,.{digits}f} to {max(values):,.{digits}f})"
    return f"{middle:,.{digits}f}{ends}"


def steady(results, name):
    """Each compilation's or mask's own median over the rounds, which all take the same ones: free of what other work interrupted."""
    shortest = min(len(result[name]) for result in results)
    return np.median(np.array([result[name][:shortest] for result in results]), axis=0)


FIGURES = (("mean", np.mean),) + tuple((f"{q}%", lambda x, q=q: np.percentile(x, q)) for q in (50, 90, 99, 99.9))


def report(folder):
    rounds = {engine: [json.loads(path.read_text()) for path in sorted(folder.glob(engine + "-*.json"))] for engine in ENGINES}
    rounds = {engine: results for engine, results in rounds.items() if results}
    print("| | " + " | ".join(rounds) + " |\n|---|" + "---|" * len(rounds))
    print("| rounds | " + " | ".join(str(len(results)) for results in rounds.values()) + " |")
    for outcome in ("pass", "not supported", "valid refused", "invalid accepted", "over the limit"):
        counts = [collections.Counter(results[0]["outcomes"].values())[outcome] for results in rounds.values()]
        print(f"| {outcome} | " + " | ".join(str(count) for count in counts) + " |")
    for name in ("compile", "mask"):
        for label, figure in FIGURES:
            cells = [f"{figure(steady(results, name)) / 1e3:,.1f}" for results in rounds.values()]
            print(f"| {name}, {label}, µs | " + " | ".join(cells) + " |")
        cells = [spread([np.mean(result[name]) / 1e3 for result in results]) for results in rounds.values()]
        print(f"| {name}, mean of whole rounds, µs | " + " | ".join(cells) + " |")
    cells = [spread([result["worst"] / 1e9 for result in results], 2) for results in rounds.values()]
    print("| slowest schema with its instances, s | " + " | ".join(cells) + " |")
    print("| collecting garbage, µs a mask | " + " | ".join(
        spread([result.get("gc", 0) * 1e3 / len(result["mask"]) for result in results]) for results in rounds.values()) + " |")
    print("| masks | " + " | ".join(f"{len(results[0]['mask']):,}" for results in rounds.values()) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zip")
    parser.add_argument("--vocabulary")
    parser.add_argument("--tokenizer", default="tokenizer.json", help="the vocabulary as a tokenizer.json, for llguidance")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--classpath", default=os.environ.get("CLASSPATH"))
    parser.add_argument("--java", default="java")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--round", type=int)
    parser.add_argument("--clock", choices=CLOCKS, default="elapsed")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    options = parser.parse_args()
    global now
    now = CLOCKS[options.clock]
    if options.child:
        result = {"llguidance": llguidance, "xgrammar": xgrammar}[options.child](options.work, options.tokenizer)
        pathlib.Path(options.output).write_text(json.dumps(result))
        return
    numbers = [options.round] if options.round else range(1, options.rounds + 1)
    if numbers and not (options.work / "cases.jsonl").exists():
        java(options, "prepare", options.work)
    for number in numbers:
        for engine in options.engines.split(","):
            output = options.work / f"{engine}-{number}.json"
            if not output.exists():
                measure(options, engine, output)
    report(options.work)


if __name__ == "__main__":
    main()
