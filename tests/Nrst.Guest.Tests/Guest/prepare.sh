#!/usr/bin/env bash
# Fetches a Debian kernel and makes of it what the guest boots: FOLDER/vmlinux and FOLDER/initrd.cpio.
# The kernel is fetched once and kept; everything after that works without a network. Nothing is installed and /boot is not touched.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
folder=${1:?usage: prepare.sh FOLDER}

# What the guest needs beyond the kernel itself: the network and the shared folders (virtio, 9p), USB over the network, a serial port.
modules="virtio_pci virtio_net 9p 9pnet_virtio vhci-hcd cdc-acm"

say() { echo "prepare.sh: $*" >&2; exit 1; }
for tool in dpkg-deb depmod modprobe cpio busybox xz; do
    command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || say "'$tool' is not installed"
done
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The package that linux-image-amd64 stands for today, "linux-image-6.1.0-51-amd64". Its number changes with every update of Debian.
kernel_package() {
    apt-cache depends linux-image-amd64 2>/dev/null | sed -nE 's/^ *Depends: (linux-image-[0-9].*)/\1/p' | head -n 1
}

fetch() {
    local package
    command -v apt-get >/dev/null || say "no apt-get here; the guest boots a Debian kernel"
    package=$(kernel_package)
    [ -n "$package" ] || say "apt knows no linux-image-amd64; 'apt-get update' may help"
    (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2) || say "'apt-get download $package' failed"
    dpkg-deb -x "$work/$package"_*.deb "$work/root"
}

# The kernel proper inside a bzImage lies where its header says (Linux, "The Linux/x86 Boot Protocol"): setup_sects at 0x1F1,
# payload_offset at 0x248, payload_length at 0x24C. It starts faster than its own decompressor would under emulation.
unpack_kernel() {
    local image=$1 start length magic unpack
    number() { od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }
    start=$((($(number "$image" $((0x1F1)) 1) + 1) * 512 + $(number "$image" $((0x248)) 4)))
    length=$(number "$image" $((0x24C)) 4)
    magic=$(od -An -t x1 -j "$start" -N 4 "$image" | tr -d ' ')
    case $magic in
        fd377a58) unpack="xz -dc" ;;
        28b52ffd) unpack="zstd -dc" ;;
        1f8b0800) unpack="gzip -dc" ;;
        *) say "the kernel's payload begins with $magic, which is no compression known here" ;;
    esac
    # Four bytes of length follow the compressed data, which the program takes for rubbish behind it; the ELF magic is the judge.
    tail -c "+$((start + 1))" "$image" | head -c "$((length - 4))" | $unpack >"$2" 2>/dev/null || true
    [ "$(od -An -t x1 -N 4 "$2" | tr -d ' ')" = 7f454c46 ] || say "no kernel came out of $image"
}

if [ ! -s "$folder/vmlinux" ] || [ ! -s "$folder/modules/order" ]; then
    fetch
    image=$(ls "$work"/root/boot/vmlinuz-*)
    version=${image##*/vmlinuz-}
    unpack_kernel "$image" "$work/vmlinux"
    [ -d "$work/root/lib" ] || ln -s usr/lib "$work/root/lib" # Debian 13 moved the modules there
    depmod -b "$work/root" "$version"
    mkdir "$work/modules"
    for module in $modules; do
        modprobe -d "$work/root" -S "$version" -D "$module" | sed -nE 's/^insmod ([^ ]+).*/\1/p'
    done | awk '!seen[$0]++' | while read -r file; do
        name=$(basename "$file")
        case $name in
            *.ko) cp "$file" "$work/modules/$name" ;;
            *.ko.xz) name=${name%.xz}; xz -dc "$file" >"$work/modules/$name" ;;
            *.ko.zst) name=${name%.zst}; zstd -qdc "$file" >"$work/modules/$name" ;;
            *) say "'$name' is no kernel module as known here" ;;
        esac
        echo "$name" >>"$work/modules/order"
    done
    [ -s "$work/modules/order" ] || say "the kernel $version has none of: $modules"
    rm -rf "$folder/modules" "$folder/vmlinux"
    mv "$work/modules" "$folder/modules"
    mv "$work/vmlinux" "$folder/vmlinux"
    echo "$version" >"$folder/version"
fi

initrd=$work/initrd
mkdir -p "$initrd"/{bin,proc,sys,dev,host,orig,job}
cp "$(command -v busybox)" "$initrd/bin/busybox"
cp -r "$folder/modules" "$initrd/modules"
install -m 755 "$here/init.sh" "$initrd/init"
ln -s busybox "$initrd/bin/sh"
(cd "$initrd" && find . | cpio -o -H newc --quiet) >"$work/initrd.cpio"
cmp -s "$work/initrd.cpio" "$folder/initrd.cpio" 2>/dev/null || mv "$work/initrd.cpio" "$folder/initrd.cpio"
