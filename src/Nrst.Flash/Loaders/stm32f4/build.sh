#!/bin/sh
# Builds loader.bin from loader.S. Needs arm-none-eabi-as, -ld and -objcopy (Debian: binutils-arm-none-eabi).
# usage: build.sh [OUTPUT]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=${1:-$here/loader.bin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arm-none-eabi-as -o "$work/loader.o" "$here/loader.S"
arm-none-eabi-ld -T "$here/loader.ld" -e entry -o "$work/loader.elf" "$work/loader.o"
arm-none-eabi-objcopy -O binary "$work/loader.elf" "$output"
