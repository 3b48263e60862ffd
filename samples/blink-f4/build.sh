#!/bin/sh
# Builds samples/blink-f4.elf, or the file named as first argument.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/../blink-f4.elf}
case $out in /*) ;; *) out=$PWD/$out ;; esac
cd "$here"
# Relative names and no debug information: the same compiler makes the same file everywhere.
exec arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=soft -std=gnu11 -Os -Wall -Wextra -Werror \
    -ffreestanding -fno-common -nostdlib -nostartfiles -Wl,-T,blink-f4.ld -Wl,-n -Wl,--build-id=none \
    startup.c blink.c crc32_table.c -o "$out"
