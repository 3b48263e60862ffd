#!/bin/sh
# Rebuilds work*.bin; done() is placed right after the two vectors, 8 bytes into the flash.
set -e
cd "$(dirname "$0")"

# build NAME FLASH RAM KIB OPTIONS...
build() {
    name=$1 flash=$2 ram=$3 kib=$4
    shift 4
    arm-none-eabi-gcc "$@" -mthumb -O2 -DRAM="$ram" -DKIB="$kib" -ffunction-sections -fno-math-errno -fno-tree-loop-distribute-patterns \
        -nostdlib -Wl,--defsym=FLASH="$flash",--defsym=RAM="$ram" -Wl,-T,work.ld -Wl,--build-id=none -o work.elf work.c -lgcc
    arm-none-eabi-objcopy -O binary -j .text work.elf "$name.bin"
    rm work.elf
}

build work 0x08000000 0x20000000 64 -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16
build work-m0 0 0x20000000 8 -mcpu=cortex-m0
build work-m3 0x08000000 0x20000000 64 -mcpu=cortex-m3
build work-m7 0 0x20000000 64 -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
build work-m33 0x10000000 0x38000000 64 -mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16
