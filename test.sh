#!/usr/bin/env bash
# Installs what the tests need, builds, and runs everything. The last line is the verdict.
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$root"

# The judges: programs nobody here wrote, and the Debian package each comes in.
judges="openocd:openocd qemu-system-arm:qemu-system-arm arm-none-eabi-gcc:gcc-arm-none-eabi srec_cat:srecord"
missing=""
for judge in $judges; do
    command -v "${judge%%:*}" >/dev/null || missing="$missing ${judge##*:}"
done
if [ -n "$missing" ]; then
    install="apt-get install -y --no-install-recommends$missing"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing$missing ..."
        log=$(mktemp)
        if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1; then
            tail -n 20 "$log"
            echo "The packages could not be installed; the tests that need them will say so."
        fi
        rm -f "$log"
    else
        echo "Some tests need programs that are not installed. On Debian or Ubuntu:"
        echo "  sudo $install"
        echo "Without them those tests are skipped."
    fi
fi

command -v dotnet >/dev/null || { echo "The .NET 10 SDK (https://dot.net) is needed; 'dotnet' was not found on PATH."; exit 1; }

echo "Building ..."
if ! log=$(dotnet build Nrst.slnx -c Release -v quiet --nologo 2>&1); then
    printf '%s\n' "$log" | grep -E 'error|warning' | sort -u | head -n 40
    echo "The build failed."
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi

passed=0 failed=0 skipped=0
for project in tests/*.Tests tests/*.Specs; do
    name=$(basename "$project")
    log=$(mktemp)
    timeout 1800 dotnet "artifacts/bin/$name/release/$name.dll" -noLogo -noColor >"$log" 2>&1 </dev/null
    status=$?
    # "   Nrst.Specs  Total: 12, Errors: 0, Failed: 1, Skipped: 2, Not Run: 0, Time: 3.141s"
    summary=$(grep -E '^ *[A-Za-z.]+ +Total: [0-9]+' "$log" | tail -n 1)
    number() { printf '%s' "$summary" | sed -nE "s/.*$1: ([0-9]+).*/\1/p"; }
    if [ -z "$summary" ] || { [ "$status" -ne 0 ] && [ "$(number Failed)$(number Errors)" = 00 ]; }; then
        tail -n 60 "$log"
        echo "$name did not finish (exit code $status)."
        failed=$((failed + 1))
        if [ -z "$summary" ]; then rm -f "$log"; continue; fi
    fi
    bad=$(($(number Failed) + $(number Errors)))
    passed=$((passed + $(number Total) - bad - $(number Skipped) - $(number 'Not Run')))
    failed=$((failed + bad))
    skipped=$((skipped + $(number Skipped)))
    grep -vE '^ *(Discover|Start|Finish)(ing|ed):|^=== ' "$log" | head -n 400
    rm -f "$log"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
