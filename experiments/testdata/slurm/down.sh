#!/usr/bin/env bash
# Stops what up.sh started in LAB, and nothing else: by the pids it noted, if they still have the name.
set -uo pipefail
lab=$1
[ -s "$lab/pids" ] || exit 0
export SLURM_CONF=$lab/etc/slurm.conf
timeout 10 scancel --full --user="$(id -un)" 2>/dev/null
for _ in $(seq 50); do
	[ -z "$(timeout 5 squeue -h -t CG,R 2>/dev/null)" ] && break
	sleep 0.1
done
ours() { [ "$(cat "/proc/$2/comm" 2>/dev/null)" = "${1%%.*}" ]; }
while read -r name pid; do
	ours "$name" "$pid" && kill -TERM "$pid"
done < <(tac "$lab/pids")
# A controller may take its time; there is nothing in the lab to be kept.
for _ in $(seq 30); do
	left=
	while read -r name pid; do
		ours "$name" "$pid" && left+=" $pid"
	done <"$lab/pids"
	[ -n "$left" ] || break
	sleep 0.1
done
[ -z "$left" ] || kill -KILL $left
rm -f "$lab/pids"
