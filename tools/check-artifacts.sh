#!/bin/sh
# Installs all artifacts into an empty Maven repository and runs examples/quick-start from it, without any JVM flag.
# Prints what each step took. Needs the network; takes some minutes.
#
#   tools/check-artifacts.sh [WORK]     WORK: an empty or absent folder, by default a temporary one that is removed
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -gt 0 ]; then
    work=$1
    [ -z "$(ls -A "$work" 2>/dev/null)" ] || { echo "check-artifacts: $work is not empty" >&2; exit 1; }
    mkdir -p "$work"
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
work=$(cd "$work" && pwd)
repository=$work/repository

# timed LABEL LIMIT_SECONDS COMMAND...: runs it, prints its seconds, fails where it takes longer than the limit (0: none).
timed() {
    label=$1
    limit=$2
    shift 2
    start=$(date +%s)
    "$@"
    seconds=$(($(date +%s) - start))
    echo "$label: $seconds s"
    [ "$limit" -eq 0 ] || [ "$seconds" -lt "$limit" ] || { echo "check-artifacts: over $limit s" >&2; exit 1; }
}

# The same sources elsewhere, so that nothing compiled earlier helps and the checkout stays as it is.
mkdir "$work/checkout"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - -f -) | tar -x -C "$work/checkout" -f -
mvnw=$work/checkout/mvnw
cd "$work/checkout"
timed "install from an empty repository" 300 "$mvnw" -B -q -Dmaven.repo.local="$repository" -Dmaven.test.skip install

# The program starts from a folder of its own, as a user's would.
cp -R "$root/examples/quick-start" "$work/quick-start"
rm -rf "$work/quick-start/target"
cd "$work/quick-start"
timed "quick start with Maven" 0 "$mvnw" -B -q -Dmaven.repo.local="$repository" compile exec:exec >"$work/answer"
cat "$work/answer"
grep -v "^quick start" "$work/answer" | grep -q "[^ ]" || { echo "check-artifacts: no answer" >&2; exit 1; }

cd "$work/checkout"
timed "sources and Javadoc" 0 "$mvnw" -B -q -Dmaven.repo.local="$repository" -Ppublish -Dmaven.test.skip install
for module in engine models cuda-kernels server cli; do
    for kind in .jar -sources.jar -javadoc.jar .pom; do
        set -- "$repository/io/jgemma/jgemma-$module"/*/*"$kind"
        [ -s "$1" ] || { echo "check-artifacts: jgemma-$module has no $kind" >&2; exit 1; }
    done
done
[ ! -e "$repository/io/jgemma/jgemma-bench" ] || { echo "check-artifacts: the benchmarks were installed" >&2; exit 1; }
echo "all artifacts are there"
