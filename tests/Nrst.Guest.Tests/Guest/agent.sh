# Runs in the guest. Takes one line a job from the host, "NUMBER SECONDS", runs /mnt/job/NUMBER.sh within that time, and answers
# "NUMBER EXITCODE". What the job printed lies in NUMBER.out and NUMBER.err before the answer is sent.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C TERM=dumb
export BASH_ENV=/mnt/job/lib.sh DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_TieredPGO=0 NRST_BENCH_DIR=/tmp/bench
cd /tmp || exit 1
read -r port </mnt/job/port || exit 2
exec 3<>"/dev/tcp/10.0.2.2/$port" || exit 3
echo "up" >&3
while read -r number seconds <&3; do
    timeout -k 2 "$seconds" bash "/mnt/job/$number.sh" >"/mnt/job/$number.out" 2>"/mnt/job/$number.err" </dev/null 3>&-
    echo "$number $?" >&3
done
