#!/bin/sh
# A real Slurm on this machine alone: munged, slurmctld and two slurmd of one CPU each, on loopback,
# without systemd or cgroups, everything in one folder, for tests.
#
#     tests/slurm.sh up DIR PID      starts it; 77: Slurm cannot run here. It goes down with PID
#     tests/slurm.sh node DIR N      starts the daemon of node N again
#     tests/slurm.sh kill DIR N      kills it and all that ran on the node, as a power cut does
#     tests/slurm.sh down DIR        stops it, the jobs with it, and waits until all are gone
#
# What wants to talk to it sets SLURM_CONF=DIR/etc/slurm.conf.
# Processes are known by the pid files in DIR, never by name. Ports are free ones, found by trying.
set -eu
PATH=$PATH:/usr/sbin:/sbin # the daemons are there
dir=$2
nodes=2
host=$(hostname -s)
export SLURM_CONF="$dir/etc/slurm.conf"

# The n ports from $1 on: is nobody there?
free() {
    for port in $(seq "$1" $(($1 + nodes))); do
        awk -v p="$(printf ':%04X' "$port")" 'substr($2, length($2) - 4) == p { found = 1 }
            END { exit found }' /proc/net/tcp || return 1
    done
}

find_port() {
    port=$((20000 + $$ % 20000))
    for _ in $(seq 100); do
        free "$port" && return 0
        port=$((20000 + (port - 20000 + 17) % 20000))
    done
    return 1
}

configure() {
    mkdir -p "$dir/etc" "$dir/run" "$dir/log" "$dir/state" "$dir/spool"
    chmod 755 "$dir" "$dir/etc" "$dir/run"
    chmod 700 "$dir/log"
    (umask 077 && head -c 1024 /dev/urandom >"$dir/etc/munge.key")
    find_port
    # From 24.05 on slurmd wants cgroups even where no plugin uses them, unless this says no;
    # before, the word was unknown, and an error.
    case $(slurmd -V) in
    *' '2[0-3].*) ;;
    *) echo CgroupPlugin=disabled >"$dir/etc/cgroup.conf" ;;
    esac
    # A job that is queued again waits for as long as its credential may live: cred_expire, of
    # which less than 5 s counts as the default, two minutes.
    # Memory is neither scheduled nor enforced; OverTimeLimit is 0.
    cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/run/munge.sock,cred_expire=5
StateSaveLocation=$dir/state
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdPidFile=$dir/run/slurmd-%n.pid
SlurmdLogFile=$dir/log/slurmd-%n.log
SlurmdSpoolDir=$dir/spool/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/log/jobs.txt
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
MaxArraySize=4
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
SlurmdTimeout=5
SlurmctldTimeout=30
KillWait=3
InactiveLimit=0
CONF
    for i in $(seq "$nodes"); do
        echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + i)) CPUs=1" \
            "RealMemory=4000"
    done >>"$SLURM_CONF"
    echo "PartitionName=cells Nodes=ALL Default=YES MaxTime=INFINITE State=UP" >>"$SLURM_CONF"
}

# A zombie is gone.
runs() {
    case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in '' | Z* | X*) return 1 ;; esac
}

start() {
    # --force: the test's folder is nobody else's to enter, and the socket in it neither.
    munged --force --key-file="$dir/etc/munge.key" --socket="$dir/run/munge.sock" \
        --pid-file="$dir/run/munged.pid" --log-file="$dir/log/munged.log" \
        --seed-file="$dir/run/munged.seed" || return 1
    slurmctld || return 1
    for i in $(seq "$nodes"); do
        mkdir -p "$dir/spool/n$i"
        slurmd -N "n$i" || return 1
    done
    for _ in $(seq 150); do
        up=$(timeout 5 sinfo --noheader --Node --format=%t 2>/dev/null |
            grep -cE '^(idle|mix|alloc)$') || :
        [ "$up" -ge "$nodes" ] && return 0
        sleep 0.1
    done
    echo "the nodes did not come up" >&2
    return 1
}

# TERM, 10 s of patience, KILL.
stop() {
    [ -s "$1" ] || return 0
    pid=$(cat "$1")
    if runs "$pid"; then
        kill "$pid"
        for _ in $(seq 100); do
            runs "$pid" || break
            sleep 0.1
        done
        runs "$pid" && kill -KILL "$pid"
    fi
    rm -f "$1"
}

down() {
    if [ -s "$dir/run/slurmctld.pid" ] && runs "$(cat "$dir/run/slurmctld.pid")"; then
        timeout 5 scancel --signal=KILL --full --state=RUNNING --user="$(id -un)" || :
        timeout 5 scancel --user="$(id -un)" || :
        for _ in $(seq 50); do
            [ -z "$(timeout 5 squeue --noheader)" ] && break
            sleep 0.1
        done
    fi 2>/dev/null
    for file in "$dir"/run/slurmd-*.pid; do
        stop "$file"
    done
    stop "$dir/run/slurmctld.pid"
    stop "$dir/run/munged.pid"
}

# The processes of the node's jobs, by what Slurm puts into their environment.
of_node() {
    for file in $(grep -lzxF "SLURMD_NODENAME=n$1" /proc/[0-9]*/environ 2>/dev/null); do
        ! grep -qzxF "SLURM_CONF=$SLURM_CONF" "$file" 2>/dev/null ||
            echo "$file" | cut -d / -f 3
    done
}

# The daemons first: they would tell the controller how the job ended. Then the node is down, as
# the controller would find out by itself after a while.
kill_node() {
    jobs=$(of_node "$1")
    kill -KILL "$(cat "$dir/run/slurmd-n$1.pid")"
    for job in $jobs; do
        parent=$(sed 's/.*) //' "/proc/$job/stat" | cut -d ' ' -f 2)
        ! grep -q '^slurmstepd' "/proc/$parent/comm" || kill -KILL "$parent"
    done
    for job in $jobs; do
        kill -KILL "$job" 2>/dev/null || :
    done
    scontrol update "NodeName=n$1" State=DOWN Reason=killed
}

# The test may crash: then nobody else would stop it.
watch() {
    while kill -0 "$1" 2>/dev/null; do
        sleep 1
    done
    down
}

case $1 in
up)
    for program in munged slurmctld slurmd sbatch; do
        command -v "$program" >/dev/null || {
            echo "there is no $program here" >&2
            exit 77
        }
    done
    configure
    start || {
        tail -n 5 "$dir"/log/*.log >&2
        down
        exit 77
    }
    watch "$3" >/dev/null 2>&1 </dev/null &
    ;;
node)
    slurmd -N "n$3"
    # It may have come back by itself in between: then RESUME is refused.
    for _ in $(seq 100); do
        case $(sinfo --noheader --nodes "n$3" --format %t) in
        idle | mix | alloc) exit 0 ;;
        esac
        scontrol update "NodeName=n$3" State=RESUME 2>/dev/null || :
        sleep 0.1
    done
    echo "n$3 does not come back: $(sinfo --noheader --nodes "n$3" --format %t)" >&2
    exit 1
    ;;
kill) kill_node "$3" ;;
down) down ;;
esac
