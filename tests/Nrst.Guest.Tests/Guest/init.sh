#!/bin/sh
# The guest's first process. It makes the host's root file system its own, read-only, and then does what the host sends.
bb=/bin/busybox
say() { echo "guest: $*"; }
stop() { say "$*"; $bb poweroff -f; }

$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
while read -r module; do
    $bb insmod "/modules/$module" || stop "the module $module cannot be loaded"
done </modules/order

options="trans=virtio,version=9p2000.L,msize=512000"
$bb mount -t 9p -o "$options,cache=loose,ro" host /host || stop "the host's root cannot be mounted"
$bb mount --bind /host /orig
for folder in proc sys dev; do
    $bb mount --bind "/$folder" "/host/$folder" || stop "no /$folder"
done
for folder in tmp run var/tmp mnt; do
    $bb mount -t tmpfs tmpfs "/host/$folder" || stop "no /$folder"
done
$bb mkdir -p /host/mnt/job
$bb mount -t 9p -o "$options,access=any" job /host/mnt/job || stop "the folder of the jobs cannot be mounted"
# What lies in one of the folders just hidden, such as a checkout in /tmp, is brought back.
while read -r path; do
    $bb mkdir -p "/host$path" 2>/dev/null
    $bb mount --bind "/orig$path" "/host$path" || stop "no $path"
done </host/mnt/job/keep

$bb ip link set lo up
$bb ip addr add 10.0.2.15/24 dev eth0 && $bb ip link set eth0 up || stop "no network"
say "up"
$bb chroot /host /bin/bash /mnt/job/agent.sh </dev/null || say "the agent ended with $?"
$bb poweroff -f
