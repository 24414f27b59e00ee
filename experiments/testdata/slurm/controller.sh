#!/usr/bin/env bash
# controller.sh LAB: the controller is killed, by SIGKILL, and started again from the state it left.
set -euo pipefail
lab=$(cd "$1" && pwd)
export SLURM_CONF=$lab/etc/slurm.conf PATH=$PATH:/usr/sbin:/sbin
kill -KILL "$(awk '$1 == "slurmctld" {print $2}' "$lab/pids")"
sleep 1
setsid slurmctld -D >>"$lab/log/slurmctld.out" 2>&1 </dev/null &
sed -i "s/^slurmctld .*/slurmctld $!/" "$lab/pids"
for _ in $(seq 100); do
	timeout 3 scontrol ping 2>/dev/null | grep -q UP && exit 0
	sleep 0.1
done
echo "controller.sh: it does not come back" >&2
exit 1
