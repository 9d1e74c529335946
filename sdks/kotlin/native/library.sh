#!/bin/sh
# Puts the native library where JNA looks for it: <classes>/<os>-<processor>/<name>.
# TRACEWIRE_NATIVE names a library that is built already; else it is built from the repository.
set -eu
classes="$1"
case "$(uname -s)" in
  Darwin) os=darwin name=libtracewire_uniffi.dylib ;;
  Linux) os=linux name=libtracewire_uniffi.so ;;
  *) os=win32 name=tracewire_uniffi.dll ;;
esac
case "$(uname -m)" in
  arm64 | aarch64) processor=aarch64 ;;
  *) processor=x86-64 ;;
esac
library="${TRACEWIRE_NATIVE:-}"
if [ -z "$library" ]; then
  root="$(cd "$(dirname "$0")/../../.." && pwd)"
  (cd "$root" && cargo build --release -p tracewire-uniffi)
  library="${CARGO_TARGET_DIR:-$root/target}/release/$name"
fi
mkdir -p "$classes/$os-$processor"
cp "$library" "$classes/$os-$processor/$name"
