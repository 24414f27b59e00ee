#!/usr/bin/env bash
# Stops what up.sh started in LAB, last started first, and nothing else: by the pids it noted, if they still have the name.
set -uo pipefail
lab=$1
[ -s "$lab/pids" ] || exit 0
export SLURM_CONF=$lab/etc/slurm.conf
timeout 10 scancel --full --user="$(id -un)" 2>/dev/null
for _ in $(seq 50); do
	[ -z "$(timeout 5 squeue -h -t CG,R 2>/dev/null)" ] && break
	sleep 0.1
done
tac "$lab/pids" | while read -r name pid; do
	[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "${name%%.*}" ] || continue
	kill -TERM "$pid"
	for _ in $(seq 100); do
		kill -0 "$pid" 2>/dev/null || continue 2
		sleep 0.1
	done
	kill -KILL "$pid"
done
rm -f "$lab/pids"
