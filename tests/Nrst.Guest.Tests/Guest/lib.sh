# What every job in the guest can use.

# Names of the USB devices that are neither hubs nor interfaces, as the kernel writes them: 1-1.
usb_devices() {
    local device
    for device in /sys/bus/usb/devices/*-*; do
        case $device in *:* | *'*'*) continue ;; esac
        [ -e "$device/idProduct" ] && basename "$device"
    done
    return 0
}

# attach PORT BUSID: plugs in a device that the host serves on that TCP port, waits until the kernel has configured it, and prints its name.
attach() {
    local before device try
    before=" $(usb_devices | tr '\n' ' ') "
    usbip --tcp-port "$1" attach -r 10.0.2.2 -b "$2" >&2 || { echo "attach: usbip attach of $2 failed" >&2; return 1; }
    for try in $(seq 1 200); do
        for device in $(usb_devices); do
            case $before in *" $device "*) continue ;; esac
            if [ -e "/sys/bus/usb/devices/$device:1.0" ]; then
                echo "$device"
                return 0
            fi
        done
        sleep 0.05
    done
    echo "attach: $2 was attached but the kernel configured no device within 10 s" >&2
    dmesg | tail -n 20 >&2
    return 1
}

# gone NAME...: waits until none of these devices is plugged in.
gone() {
    local try name
    for try in $(seq 1 200); do
        for name in "$@"; do
            [ -e "/sys/bus/usb/devices/$name" ] && { sleep 0.05; continue 2; }
        done
        return 0
    done
    echo "gone: still there after 10 s: $(usb_devices | tr '\n' ' ')" >&2
    return 1
}

# What the kernel had to complain about USB since the last 'dmesg -C'. Its virtual host controller says "speed not set" of every device
# of full speed, since it has a name only for the others.
complaints() { dmesg --level=emerg,alert,crit,err,warn | grep -Ei 'usb|vhci|cdc|hub|scsi' | grep -v 'vhci_hcd: vhci_device speed not set$' || true; }
