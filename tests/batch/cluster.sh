#!/bin/sh
# cluster.sh up|down FOLDER: three machines and a head on this one, as network namespaces: sshd and
# slurmd run on each machine, slurmctld on the head, and nothing in the namespace of this machine.
# Needs root and: slurm-wlm slurm-client munge iproute2 openssh-server openssh-client.
#
#   FOLDER/head COMMAND...   runs a command on the head
#   FOLDER/off N             machine N loses its power
#   FOLDER/ssh.conf          for ssh to n1, n2, n3
#   FOLDER/pids              NAME PID of every daemon
set -eu
what=$1 d=$2
net=10.78.0
machines="1 2 3"

# off NAMESPACE: ends all that runs there, also what begins meanwhile.
off() {
	while pids=$(ip netns pids "$1") && [ -n "$pids" ]; do
		# shellcheck disable=SC2086  # numbers
		kill -9 $pids 2>/dev/null || true
	done
}

down() {
	# The machines first, with whatever runs on them; then what is not on any.
	for i in $machines head; do
		[ -e "/run/netns/potok-$i" ] || continue
		off "potok-$i"
		ip netns del "potok-$i"
	done
	[ ! -s "$d/munge/pid" ] || kill "$(cat "$d/munge/pid")"
	rm -f "$d/pids"
}

if [ "$what" = down ]; then
	down
	exit 0
fi

mkdir -p "$d/state" "$d/log" "$d/munge" "$d/ssh"
chmod 755 "$d"
: >"$d/pids"
trap down EXIT

ip netns add potok-head
ip -n potok-head link set lo up
ip -n potok-head link add bridge type bridge
ip -n potok-head addr add $net.1/24 dev bridge
ip -n potok-head link set bridge up
for i in $machines; do
	ip netns add "potok-$i"
	ip -n "potok-$i" link set lo up
	ip link add "potok$i" netns potok-head type veth peer name eth0 netns "potok-$i"
	ip -n potok-head link set "potok$i" master bridge up
	ip -n "potok-$i" addr add "$net.1$i/24" dev eth0
	ip -n "potok-$i" link set eth0 up
done

# on NAMESPACE NAME COMMAND...: a daemon with a host name of its own; "ip netns exec" would take
# /sys/fs/cgroup away, without which slurmd does not start.
on() {
	space=$1 name=$2
	shift 2
	nsenter --net="/run/netns/potok-$space" unshare -u sh -c 'hostname "$0"; exec "$@"' "$name" "$@" \
		>>"$d/log/$name.out" 2>&1 &
	echo "$1 $!" >>"$d/pids"
}

# ssh: keys of its own.
mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$d/ssh/host"
ssh-keygen -q -t ed25519 -N '' -f "$d/ssh/user"
cp "$d/ssh/user.pub" "$d/ssh/authorized"
cat >"$d/ssh/sshd.conf" <<-E
	HostKey $d/ssh/host
	AuthorizedKeysFile $d/ssh/authorized
	PidFile none
	StrictModes no
	UsePAM no
	PasswordAuthentication no
	PermitRootLogin prohibit-password
	MaxStartups 100
	MaxSessions 100
E
: >"$d/ssh.conf"
for i in $machines; do
	cat >>"$d/ssh.conf" <<-E
		Host n$i
		  HostName $net.1$i
	E
done
cat >>"$d/ssh.conf" <<-E
	Host *
	  IdentityFile $d/ssh/user
	  UserKnownHostsFile /dev/null
	  StrictHostKeyChecking no
	  LogLevel ERROR
	  ConnectTimeout 5
	  ServerAliveInterval 2
	  ServerAliveCountMax 3
E
for i in $machines; do
	on "$i" "n$i" /usr/sbin/sshd -D -f "$d/ssh/sshd.conf"
done

# munge: its socket is a file, which all namespaces see.
dd if=/dev/urandom of="$d/munge/key" bs=1024 count=1 status=none
chown -R munge:munge "$d/munge"
chmod 600 "$d/munge/key"
setpriv --reuid=munge --regid=munge --clear-groups munged --force --key-file="$d/munge/key" \
	--socket="$d/munge/socket" --pid-file="$d/munge/pid" --log-file="$d/munge/log" \
	--seed-file="$d/munge/seed" --num-threads=2 2>"$d/log/munged.out"

chown slurm:slurm "$d/state" "$d/log"
cat >"$d/slurm.conf" <<-E
	ClusterName=potok
	SlurmctldHost=head($net.1)
	SlurmUser=slurm
	AuthType=auth/munge
	AuthInfo=socket=$d/munge/socket
	StateSaveLocation=$d/state
	SlurmdSpoolDir=$d/%n
	SlurmctldPidFile=$d/slurmctld.pid
	SlurmdPidFile=$d/%n.pid
	SlurmctldLogFile=$d/log/slurmctld.log
	SlurmdLogFile=$d/log/slurmd.%n.log
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU,CR_LLN
	JobAcctGatherType=jobacct_gather/none
	AccountingStorageType=accounting_storage/none
	SchedulerParameters=batch_sched_delay=1,sched_min_interval=100000
	SlurmdParameters=config_overrides
	SlurmdTimeout=15
	MessageTimeout=5
	KillWait=5
	MinJobAge=3600
	ReturnToService=2
	MaxArraySize=9
	MpiDefault=none
	NodeName=n1 NodeAddr=$net.11 CPUs=6 State=UNKNOWN
	NodeName=n[2-3] NodeAddr=$net.[12-13] CPUs=2 State=UNKNOWN
	PartitionName=batch Nodes=ALL Default=YES MaxTime=INFINITE State=UP
E
on head head slurmctld -D -f "$d/slurm.conf"
for i in $machines; do
	mkdir -p "$d/n$i"
	on "$i" "n$i" slurmd -D -N "n$i" -f "$d/slurm.conf"
done

cat >"$d/head" <<-E
	#!/bin/sh
	SLURM_CONF=$d/slurm.conf exec nsenter --net=/run/netns/potok-head "\$@"
E
cat >"$d/off" <<-E
	#!/bin/sh
	while pids=\$(ip netns pids "potok-\$1") && [ -n "\$pids" ]; do
		kill -9 \$pids 2>/dev/null || true
	done
E
chmod 755 "$d/head" "$d/off"

i=0
until [ "$("$d/head" sinfo -h -t idle -o %D 2>/dev/null)" = 3 ] &&
	"$d/head" ssh -F "$d/ssh.conf" n3 true 2>/dev/null; do
	i=$((i + 1))
	[ $i -lt 100 ] || { "$d/head" sinfo -N; cat "$d"/log/*; exit 1; } >&2
	sleep 0.2
done
trap - EXIT
