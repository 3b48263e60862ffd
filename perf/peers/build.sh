#!/usr/bin/env bash
# Builds the libusb and the serial ports of the virtual bench: build.sh OUT-FOLDER. Needs gcc and the header of libusb-1.0-0-dev.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
mkdir -p "$1"

# build FOLDER NAME SOURCE: put in its place whole, for somebody may be using the old one.
build() {
    local made
    made=$(mktemp "$1/$2.XXXXXX")
    gcc -O2 -Wall -Wextra -Werror -shared -fPIC "-Wl,-soname,$2" -o "$made" "$here/bench.c" "$here/$3" -ldl -lpthread
    chmod 755 "$made"
    mv "$made" "$1/$2"
}

build "$1" libusb-1.0.so.0 libusb.c
build "$1" libserial.so serial.c
