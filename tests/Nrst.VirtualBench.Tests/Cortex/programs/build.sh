#!/bin/sh
# Rebuilds work.bin; done() is placed right after the two vectors, at 0x08000008.
set -e
cd "$(dirname "$0")"
arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2 -ffunction-sections -fno-math-errno -fno-tree-loop-distribute-patterns \
    -nostdlib -Wl,-T,work.ld -Wl,--build-id=none -o work.elf work.c -lgcc
arm-none-eabi-objcopy -O binary -j .text work.elf work.bin
rm work.elf
