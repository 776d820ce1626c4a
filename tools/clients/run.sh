#!/bin/sh
# Runs the clients of other languages against a server with the demo model: OpenAI's and Anthropic's for Python, the AI SDK for JavaScript.
# Installs them into a temporary folder. Usage: tools/clients/run.sh [URL]   (default: starts ./jgemma serve on a free port)
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
url=${1-}
if [ -z "$url" ]; then
    "$here/../../jgemma" serve --port 0 -c 4096 >"$work/out" 2>"$work/log" &
    server=$!
    for _ in $(seq 120); do
        url=$(sed -n 's/^listening on //p' "$work/out")
        [ -z "$url" ] || break
        sleep 1
    done
    [ -n "$url" ] || { cat "$work/log" >&2; exit 1; }
fi
failed=0
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check openai==3.51.0 anthropic
"$work/python/bin/python" "$here/check.py" "$url" || failed=1
if command -v npm >/dev/null; then
    cp "$here/check.mjs" "$work/"
    (cd "$work" && npm install --silent --no-audit --no-fund ai@7.0.173 @ai-sdk/openai-compatible@3.0.92 zod && node check.mjs "$url") || failed=1
else
    echo "AI SDK: skipped, there is no npm"
fi
exit $failed
