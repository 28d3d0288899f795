#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the libraries and profiles in testdata/binaries: with gcc, rustc, binutils and python3.
set -euo pipefail
cd "$(dirname "$0")"
out=../../binaries
mkdir -p "$out"
flags=(-shared -fPIC -nostdlib -fno-exceptions -fno-rtti -O1 "-fdebug-prefix-map=$PWD=."
    -Wl,--build-id=sha1 -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,-z,max-page-size=4096)
g++ "${flags[@]}" -g -gdwarf-5 -o "$out/lot.so" lot.cc
g++ "${flags[@]}" -g -gdwarf-4 -o "$out/lot.dwarf4.so" lot.cc
g++ "${flags[@]}" -g -gz=zlib -o "$out/lot.gz.so" lot.cc
(cd "$out" && g++ "${flags[@]}" "-fdebug-prefix-map=$PWD=." -g -gsplit-dwarf -o lot.split.so ../src/binaries/lot.cc)
strip -g -o "$out/lot.symbols.so" "$out/lot.so"
strip -o "$out/lot.stripped.so" "$out/lot.so"
nm "$out/lot.so" | awk '$2 == "t" { print $3 }' >"$out/local"
objcopy -S --keep-symbols="$out/local" "$out/lot.so" "$out/packed"
xz "$out/packed"
objcopy --add-section .gnu_debugdata="$out/packed.xz" "$out/lot.stripped.so" "$out/lot.packed.so"
rm "$out/local" "$out/packed.xz"
rustc --edition 2021 -g -O -C panic=abort -C link-arg=-nostdlib -C symbol-mangling-version=v0 \
    -C link-arg=-Wl,-z,noseparate-code,-z,norelro,-z,max-page-size=4096 \
    --remap-path-prefix="$PWD=." -o "$out/crate.so" crate.rs
chmod -x "$out"/*.so
python3 make_profiles.py "$out"
