#!/bin/sh
# Builds the loader of one flash controller, or of all. Needs arm-none-eabi-gcc (Debian: gcc-arm-none-eabi); another version than the
# one named in compiler.txt makes other bytes of the same source.
# usage: build.sh                       builds and replaces every NAME/loader.bin
#        build.sh NAME OUTPUT           builds one, somewhere else
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
    arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -masm-syntax-unified -std=c11 -Os -ffreestanding -fno-builtin -fno-jump-tables -fno-tree-loop-distribute-patterns \
        -fno-unwind-tables -fno-asynchronous-unwind-tables -Wall -Wextra -Werror -nostdlib -Wl,-T,"$here/common/loader.ld" -Wl,-e,entry \
        -Wl,--build-id=none -o "$work/$1.elf" "$here/$1/flash.c"
    arm-none-eabi-objcopy -O binary "$work/$1.elf" "$2"
}

if [ $# -eq 2 ]; then
    build "$1" "$2"
else
    for source in "$here"/*/flash.c; do
        name=$(basename "$(dirname "$source")")
        build "$name" "$here/$name/loader.bin"
    done
    arm-none-eabi-gcc -dumpfullversion >"$here/compiler.txt"
fi
