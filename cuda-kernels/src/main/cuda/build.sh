#!/bin/sh
# Compiles every kernel here to the PTX that ships: build.sh NVCC. Called by `./mvnw -Pptx -pl cuda-kernels generate-resources`.
# NVCC 13 writes PTX 9, which only new drivers read; the kernels use nothing that PTX 7.0 lacks, so the version is lowered and
# hints that came later (used_bytes_mask) are left out, and so is what names take from the folder they were compiled in.
# That it holds is checked in every build by a PTX compiler of CUDA 12.0 (PtxCompilerTest).
set -eu
nvcc=$1
cd "$(dirname "$0")"
to=../resources/io/jgemma/cuda/kernels
mkdir -p "$to"
for source in *.cu; do
    name=${source%.cu}
    hash=$(LC_ALL=C cat "$source" *.cuh | sha256sum | cut -d' ' -f1)
    for target in 75 80; do
        out=$to/$name.sm$target.ptx
        "$nvcc" -ptx -O3 -std=c++17 -arch="compute_$target" -o "$out.tmp" "$source"
        {
            echo "// $name, compiled for compute capability $target and newer; lowered to PTX 7.0"
            echo "// sha256 of the sources: $hash"
            sed -e 's/^\.version .*/.version 7.0/' -e "/^[[:space:]]*\.pragma \"used_bytes_mask/d" -e '/^[[:space:]]*\/\//d' -e '/^[[:space:]]*$/d' \
                -e 's/_INTERNAL_[0-9a-f]\{8\}_/_INTERNAL_/g' "$out.tmp"
        } >"$out"
        rm "$out.tmp"
    done
done
