#!/usr/bin/env python3
"""Loads a server of OpenAI's API with clients that work at the same time, and says what came of it.

    tools/serve-load.py http://127.0.0.1:8080 --clients 64 --seconds 600 --pid $(pgrep -f JgemmaMain)   # mixed work
    tools/serve-load.py http://127.0.0.1:8080 --clients 8 --seconds 60 --work chat --tokens 64           # throughput

Mixed work is chats, titles, answers that the client gives up, forced tool calls and embeddings. A 503 with Retry-After is
obeyed and counted; any other 5xx is a failure. With --pid the memory and the threads of the server's process are watched
(Linux), with --metrics the memory of K and V. Works with jgemma and with llama.cpp's server. Needs nothing but Python.
"""
import argparse
import http.client
import json
import random
import threading
import time
import urllib.parse

TOPICS = ["rivers", "lighthouses", "the moon", "bread", "old maps", "bicycles", "winter", "a quiet library", "bees", "trains"]
TOOL = {"type": "function", "function": {"name": "save_title", "description": "Saves a title.", "strict": True,
        "parameters": {"type": "object", "required": ["title"], "additionalProperties": False,
                       "properties": {"title": {"type": "string", "maxLength": 20}}}}}


class Load:
    def __init__(self, args):
        self.args = args
        url = urllib.parse.urlsplit(args.url)
        self.host, self.port = url.hostname, url.port or 80
        self.lock = threading.Lock()
        self.began = time.monotonic()
        self.end = self.began + args.seconds
        self.statuses, self.failures = {}, []
        self.first, self.samples = [], []
        self.counts = dict.fromkeys(["requests", "generated", "prompt", "cached", "cancelled", "busy"], 0)

    def add(self, **values):
        with self.lock:
            for name, value in values.items():
                self.counts[name] += value

    def connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=300)

    def send(self, path, body):
        """A connection and its response, or None after a 503 that says when to come back."""
        connection = self.connect()
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        with self.lock:
            self.counts["requests"] += 1
            self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
        if response.status == 200:
            return connection, response
        text = response.read().decode("utf-8", "replace")
        connection.close()
        wait = response.getheader("Retry-After")
        if response.status == 503 and wait is not None:
            self.add(busy=1)
            time.sleep(min(int(wait), 5))
        else:
            with self.lock:
                self.failures.append(f"{response.status} {path} {text[:200]}")
        return None

    def conversation(self, rng):
        words = " ".join(rng.choice(TOPICS) for _ in range(self.args.words))
        return [{"role": "system", "content": "You are helpful. " * 8}, {"role": "user", "content": f"{rng.random():.9f}: write about {words}."}]

    def chat(self, rng, cancel=False):
        body = {"messages": self.conversation(rng), "stream": True, "stream_options": {"include_usage": True}, "temperature": 0.8,
                "max_tokens": self.args.tokens, "ignore_eos": True}
        began = time.monotonic()
        sent = self.send("/v1/chat/completions", body)
        if sent is None:
            return
        connection, response = sent
        pieces, usage, done = 0, None, False
        for line in response:
            if not line.startswith(b"data:"):
                if line.startswith(b"event: error"):
                    raise ValueError("an error inside a stream")
                continue
            if line.strip() == b"data: [DONE]":
                done = True
                break
            event = json.loads(line[5:])
            usage = event.get("usage") or usage
            if any(choice["delta"].get("content") or choice["delta"].get("reasoning_content") for choice in event["choices"]):
                pieces += 1
                if pieces == 1:
                    with self.lock:
                        self.first.append(time.monotonic() - began)
                if cancel and pieces == 4:
                    connection.sock.close() if connection.sock else None
                    response.close()
                    self.add(cancelled=1)
                    return
        connection.close()
        if not done:
            raise ValueError("a stream ended without [DONE]")
        self.count(usage)

    def count(self, usage):
        if usage:
            details = usage.get("prompt_tokens_details") or {}
            self.add(generated=usage.get("completion_tokens", 0), prompt=usage["prompt_tokens"], cached=details.get("cached_tokens", 0))

    def whole(self, path, body):
        sent = self.send(path, body)
        if sent is None:
            return None
        connection, response = sent
        answer = json.loads(response.read())
        connection.close()
        self.count(answer.get("usage"))
        return answer

    def title(self, rng):
        self.whole("/v1/chat/completions", {"messages": [{"role": "system", "content": "Write a title."}, self.conversation(rng)[1]], "max_completion_tokens": 12})

    def tool(self, rng):
        answer = self.whole("/v1/chat/completions", {"messages": self.conversation(rng)[1:], "tools": [TOOL], "max_tokens": 64,
                            "tool_choice": {"type": "function", "function": {"name": "save_title"}}})
        if answer and answer["choices"][0]["finish_reason"] == "tool_calls":
            json.loads(answer["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"])

    def embed(self, rng):
        self.whole("/v1/embeddings", {"input": [rng.choice(TOPICS), f"{rng.random()}"]})

    def work(self, seed):
        rng = random.Random(seed)
        jobs = {"chat": self.chat, "title": self.title, "cancel": lambda r: self.chat(r, True), "tool": self.tool, "embed": self.embed}
        names = list(jobs) if self.args.work == "mixed" else [self.args.work]
        while time.monotonic() < self.end:
            name = rng.choice(names)
            try:
                jobs[name](rng)
            except Exception as e:  # a failure of any kind is what this program looks for
                with self.lock:
                    self.failures.append(f"{name}: {type(e).__name__}: {e}")
                time.sleep(0.2)

    def look(self):
        sample = {"seconds": round(time.monotonic() - self.began, 1)}
        if self.args.pid:
            for line in open(f"/proc/{self.args.pid}/status"):
                if line.startswith(("VmRSS", "Threads")):
                    name, value = line.split()[:2]
                    sample[name.strip(":")] = int(value)
        if self.args.metrics:
            connection = self.connect()
            connection.request("GET", "/metrics")
            for line in connection.getresponse().read().decode().splitlines():
                if line.startswith(("jgemma_kv_bytes", "llamacpp:requests_", "jgemma_connections", "jgemma_requests")):
                    name, value = line.rsplit(" ", 1)
                    sample[name] = float(value)
            connection.close()
        self.samples.append(sample)
        return sample

    def run(self):
        threads = [threading.Thread(target=self.work, args=(self.args.seed * 1000 + i,), daemon=True) for i in range(self.args.clients)]
        for thread in threads:
            thread.start()
        while time.monotonic() < self.end:
            time.sleep(min(10, max(0, self.end - time.monotonic())))
            sample = self.look()
            if self.args.pid or self.args.metrics:
                print(json.dumps(sample), flush=True)
        for thread in threads:
            thread.join(300)
        return time.monotonic() - self.began

    def report(self, seconds):
        first = sorted(self.first)
        at = lambda share: round(first[min(len(first) - 1, int(share * len(first)))], 3) if first else None
        report = dict(self.counts, seconds=round(seconds, 1), statuses=self.statuses, failures=len(self.failures), examples=self.failures[:5],
                      generated_per_second=round(self.counts["generated"] / seconds, 2),
                      tokens_per_second=round((self.counts["generated"] + self.counts["prompt"] - self.counts["cached"]) / seconds, 2),
                      first_token_seconds={"50%": at(0.5), "99%": at(0.99)})
        if self.args.pid and len(self.samples) > 12:
            time.sleep(3)
            after = self.look()
            second = [s["VmRSS"] for s in self.samples if 110 <= s["seconds"] <= 130]
            last = [s["VmRSS"] for s in self.samples[:-1]][-3:]
            if second:
                report["resident_kib"] = {"minute 2": max(second), "end": max(last), "ratio": round(max(last) / max(second), 4)}
            report["after"] = after
        return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--work", default="mixed", choices=["mixed", "chat", "title", "cancel", "tool", "embed"])
    parser.add_argument("--tokens", type=int, default=32, help="tokens of a chat's answer")
    parser.add_argument("--words", type=int, default=8, help="topics in a question")
    parser.add_argument("--pid", type=int, help="the server's process")
    parser.add_argument("--metrics", action="store_true", help="the server has jgemma's /metrics")
    parser.add_argument("--seed", type=int, default=1)
    load = Load(parser.parse_args())
    report = load.report(load.run())
    print(json.dumps(report, indent=1))
    return 1 if load.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
