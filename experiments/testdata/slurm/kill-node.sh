#!/usr/bin/env bash
# kill-node.sh LAB NODE: the node dies at once, as by a power cut: its slurmd, and all that its jobs run, by SIGKILL.
set -uo pipefail
lab=$(cd "$1" && pwd) node=$2
has() { { tr "\0" "\n" <"/proc/$1/environ" | grep -qxF "$2"; } 2>/dev/null; }
kill -KILL "$(awk -v n="slurmd.$node" '$1 == n {print $2}' "$lab/pids")"
victims=
for d in /proc/[0-9]*; do
	p=${d#/proc/}
	has "$p" "SLURM_CONF=$lab/etc/slurm.conf" && has "$p" "SLURMD_NODENAME=$node" || continue
	parent=$(awk '$1 == "PPid:" {print $2}' "$d/status" 2>/dev/null)
	[ "$(cat "/proc/$parent/comm" 2>/dev/null)" = slurmstepd ] && victims+=" $parent" # first, for it would report the end of its job
	victims+=" $p"
done
[ -z "$victims" ] || kill -KILL $victims 2>/dev/null
echo "killed $node:$victims"
