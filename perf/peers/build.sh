#!/usr/bin/env bash
# Builds the libusb of the virtual bench: build.sh OUT-FOLDER. Needs gcc and the header of libusb-1.0-0-dev.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
mkdir -p "$1"
made=$(mktemp "$1/libusb.XXXXXX")
gcc -O2 -Wall -Wextra -Werror -shared -fPIC -Wl,-soname,libusb-1.0.so.0 -o "$made" "$here/libusb.c" -ldl -lpthread
chmod 755 "$made"
mv "$made" "$1/libusb-1.0.so.0"
