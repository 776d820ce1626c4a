#!/usr/bin/env python3
"""Computes the expectations of jinja-conformance.json and chat-conformance.json anew.

Needs the Python packages `transformers` and `jinja2`; made with Python 3.11.7, transformers 5.23.0 and jinja2 3.1.6.
Templates and contexts are kept as they stand in the files; only what the reference makes of them is replaced.
Run it in this folder. `strftime_now` answers for 2024-07-26 14:05:09.000123.
"""

import copy
import datetime
import json
import pathlib

from transformers.utils import chat_template_utils

NOW = datetime.datetime(2024, 7, 26, 14, 5, 9, 123)


class FixedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FixedClock


def expectation(template, context):
    try:
        compiled = chat_template_utils._cached_compile_jinja_template(template)
        return {"rendered": compiled.render(**copy.deepcopy(context))}
    except Exception as e:  # whatever it is, it is what the reference does
        return {"error": str(e), "type": type(e).__name__}


def write(name, parts, cases):
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    shared = "".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)},\n" for k, v in parts.items())
    pathlib.Path(name).write_text("{\n" + shared + '"cases": [\n' + lines + "\n]\n}\n", encoding="utf-8")


def conformance():
    table = json.loads(pathlib.Path("jinja-conformance.json").read_text(encoding="utf-8"))
    cases = []
    for case in table["cases"]:
        kept = {key: case[key] for key in ("group", "template", "context", "ownMessage") if key in case}
        cases.append(kept | expectation(case["template"], case.get("context", {})))
    write("jinja-conformance.json", {}, cases)


def chats():
    table = json.loads(pathlib.Path("chat-conformance.json").read_text(encoding="utf-8"))
    cases = []
    for case in table["cases"]:
        kept = {key: case[key] for key in ("template", "conversation", "variables")}
        context = {
            "bos_token": "<bos>",
            "eos_token": "<eos>",
            "add_generation_prompt": True,
            "messages": table["conversations"][case["conversation"]],
        } | table["variables"][case["variables"]]
        source = pathlib.Path(case["template"]).read_text(encoding="utf-8")
        cases.append(kept | expectation(source, context))
    write("chat-conformance.json", {key: table[key] for key in ("conversations", "variables")}, cases)


conformance()
chats()
