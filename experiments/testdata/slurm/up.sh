#!/usr/bin/env bash
# Brings up a Slurm of several nodes on this host: munged, slurmctld and one slurmd for each node, on loopback only, without
# systemd, cgroups or accounting. It shares nothing with a Slurm that may be installed here: keys, sockets, ports and state are
# its own. Needs root, for slurmd does.
#
#   up.sh LAB [NODES]    LAB: folder for all of it, not there yet; NODES: 4 if absent
#   SLURM_BASEPORT       first of the NODES + 1 ports; 26817 if absent
#
# Prints the path of slurm.conf. LAB/pids lists what was started, "name pid" a line; down.sh stops it.
# Debian: apt-get install -y --no-install-recommends slurm-wlm munge bc
set -euo pipefail
lab=$1 nodes=${2:-4} port=${SLURM_BASEPORT:-26817}
mkdir "$lab"
lab=$(cd "$lab" && pwd)
mkdir "$lab"/{etc,log,state,spool,munge,run}
chmod 700 "$lab/etc"
host=$(hostname -s) me=$(id -un) conf=$lab/etc/slurm.conf
export PATH=$PATH:/usr/sbin:/sbin

# start NAME COMMAND...: in the foreground mode of the daemon, so that $! is its pid; it survives this script.
start() {
	local name=$1
	shift
	setsid "$@" >"$lab/log/$name.out" 2>&1 </dev/null &
	echo "$name $!" >>"$lab/pids"
}

# until_ok SECONDS WHAT COMMAND...: polls until the command succeeds.
until_ok() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until timeout 3 "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "up.sh: gave up waiting for $what" >&2
			tail -n 20 "$lab"/log/* >&2
			return 1
		fi
		sleep 0.1
	done
}

(umask 077 && head -c 1024 /dev/urandom >"$lab/munge/key")
start munged munged --foreground --key-file="$lab/munge/key" --socket="$lab/munge/sock" --pid-file="$lab/munge/pid" \
	--log-file="$lab/log/munged.log" --seed-file="$lab/munge/seed" --num-threads=2
until_ok 20 munged munge --socket="$lab/munge/sock" -n

# cred_expire also sets how long a job that is put back into the queue waits. RequeueExit is as sites set it that let a
# job ask for another try: with it a dependency afterok may never be satisfied.
{
	cat <<-CONF
	ClusterName=lab
	SlurmctldHost=$host(127.0.0.1)
	SlurmctldPort=$port
	SlurmUser=$me
	SlurmdUser=$me
	AuthType=auth/munge
	CredType=cred/munge
	AuthInfo=socket=$lab/munge/sock,cred_expire=5
	CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
	AccountingStorageType=accounting_storage/none
	JobCompType=jobcomp/none
	MpiDefault=none
	MailProg=/bin/true
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	SwitchType=switch/none
	SelectType=select/cons_tres
	SelectTypeParameters=CR_Core
	SchedulerType=sched/backfill
	SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,kill_invalid_depend
	SlurmdParameters=config_overrides
	PriorityType=priority/basic
	StateSaveLocation=$lab/state
	SlurmdSpoolDir=$lab/spool/%n
	SlurmctldPidFile=$lab/run/slurmctld.pid
	SlurmdPidFile=$lab/run/slurmd.%n.pid
	SlurmctldLogFile=$lab/log/slurmctld.log
	SlurmdLogFile=$lab/log/slurmd.%n.log
	JobRequeue=1
	RequeueExit=75
	ReturnToService=2
	SlurmdTimeout=10
	SlurmctldTimeout=10
	InactiveLimit=0
	KillWait=5
	MessageTimeout=10
	CONF
	for i in $(seq "$nodes"); do
		echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + i)) CPUs=1 RealMemory=1024 State=UNKNOWN"
	done
	echo "PartitionName=lab Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE State=UP"
} >"$conf"
printf 'CgroupAutomount=no\nCgroupPlugin=cgroup/v1\n' >"$lab/etc/cgroup.conf"
export SLURM_CONF=$conf

start slurmctld slurmctld -D -c
for i in $(seq "$nodes"); do
	mkdir "$lab/spool/n$i"
	start "slurmd.n$i" slurmd -D -N "n$i"
done
up() { [ "$(sinfo -h -N -o %T | grep -cE '^(idle|mixed|allocated)$')" = "$nodes" ]; }
export -f up
export nodes
until_ok 30 slurmctld scontrol ping
until_ok 40 "the nodes" bash -c up
echo "$conf"
