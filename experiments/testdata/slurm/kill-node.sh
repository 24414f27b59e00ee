#!/usr/bin/env bash
# kill-node.sh LAB NODE: the node dies at once, as by a power cut: its slurmd, and all that its jobs run, by SIGKILL. Prints how many
# processes of jobs died with it: none if what it computed had ended by then.
set -uo pipefail
lab=$(cd "$1" && pwd) node=$2
hit=0
victims=$(awk -v n="slurmd.$node" '$1 == n {print $2}' "$lab/pids")
# What a job runs says so in its environment; the slurmstepd above it has to go too, for it would report the end of the job.
for file in $(grep -lzxF "SLURMD_NODENAME=$node" /proc/[0-9]*/environ 2>/dev/null); do
	grep -qzxF "SLURM_CONF=$lab/etc/slurm.conf" "$file" 2>/dev/null || continue
	job=${file%/environ}
	parent=$(awk '$1 == "PPid:" {print $2}' "$job/status" 2>/dev/null)
	[ "$(cat "/proc/$parent/comm" 2>/dev/null)" = slurmstepd ] && victims+=" $parent"
	victims+=" ${job#/proc/}"
	hit=$((hit + 1))
	kill -STOP "${job#/proc/}" # it does not end while the others are looked for
done
kill -KILL $victims
echo "$hit"
