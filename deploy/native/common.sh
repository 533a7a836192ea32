# shellcheck shell=bash
# What the scripts beside this file share. Sourced, never run.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# What is missing here and cannot be had: EX_UNAVAILABLE, so that callers can tell it from a server that does not start.
die_unavailable() { say "$*"; exit 69; }

# A password of 40 hexadecimal digits: safe in a URI and in a connection string without quoting.
random_password() { head -c 20 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# keep_secret FILE: writes standard input to FILE, readable by its owner alone from the first byte on.
keep_secret() { (umask 077 && cat >"$1.new" && mv -f "$1.new" "$1"); }

# ensure_package COMMAND PACKAGE: installs a Debian package if its command is missing.
ensure_package() {
  [ -z "$(find_command "$1")" ] || return 0
  command -v apt-get >/dev/null || die_unavailable "$2 is not installed, and this machine has no apt-get. Install $2, or use Docker."
  [ "$(id -u)" = 0 ] || die_unavailable "$2 is not installed, and only root can install it: run 'apt-get install $2' as root, then this again."
  say "installing $2 ..."
  # Debian starts a server as soon as it is installed, on its default port. This policy file says no, for the time of the install.
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && ours=1
  fi
  local result=0 log
  log=$(mktemp)
  { apt-get -o DPkg::Lock::Timeout=300 update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$2"
  } </dev/null >"$log" 2>&1 || result=$?
  [ -z "$ours" ] || rm -f "$policy"
  [ "$result" = 0 ] || { tail -n 20 "$log" >&2; rm -f "$log"; die_unavailable "apt-get could not install $2; its last lines are above."; }
  rm -f "$log"
  [ -n "$(find_command "$1")" ] || die "$2 was installed, but $1 is not where Debian puts it."
}

# Servers keep their real binaries in folders of their own; those on PATH are wrappers that switch users.
find_command() {
  local found
  found=$(find /usr/lib/postgresql/*/bin /usr/lib/rabbitmq/bin -maxdepth 1 -name "$1" 2>/dev/null | sort -V | tail -n 1)
  printf '%s' "${found:-$(command -v "$1" || true)}"
}

# random_port [COUNT]: the first of COUNT neighbouring loopback ports on which nobody listens, drawn at random below the
# kernel's own range (32768 and up, where outgoing connections take theirs), so that parallel runs seldom meet. They still
# can: whoever uses the port checks that its own server got it (owns_port) and draws again if not.
random_port() {
  local count=${1:-1} port offset
  for _ in $(seq 1 100); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 3000 * 4))
    for ((offset = 0; offset < count; offset++)); do
      ! is_listening $((port + offset)) || continue 2
    done
    echo "$port"
    return
  done
  die "found no free loopback port between 20000 and 32000."
}

# Inodes of the sockets that listen on a port, from the kernel's tables: needs no ss, and connects to nobody.
listeners() {
  local hex
  printf -v hex '%04X' "$1"
  awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

is_listening() { [ -n "$(listeners "$1")" ]; }

# owns_port PID PORT: whether that very process listens there, not another that was quicker.
owns_port() {
  local inode
  for inode in $(listeners "$2"); do
    ! find "/proc/$1/fd" -lname "socket:\[$inode\]" 2>/dev/null | grep -q . || return 0
  done
  return 1
}

# A process id comes round again, so a pid file holds "PID STARTTIME": together they name one process.
process_start() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
write_pid() { echo "$2 $(process_start "$2")" >"$1"; }

# live_pid FILE: prints the process id if that very process still runs.
live_pid() {
  local pid started
  [ -f "$1" ] && read -r pid started <"$1" || return 1
  [ -n "${started:-}" ] && is_live "$pid" "$started" && echo "$pid"
}

# is_live PID STARTTIME
is_live() { [ "$(process_start "$1")" = "$2" ] && ! is_zombie "$1"; }

# Nobody may reap an ended process in a container whose first process is no init. Its first thread may have ended while
# others still hold its ports.
is_zombie() {
  [ "$(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f1)" = Z ] &&
    [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -le 1 ]
}

# children PID: the ids of its child processes.
children() { { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v parent="$1" '{ pid = $1; sub(/^.*\) /, ""); if ($2 == parent) print pid }'; }

# kill_process FILE: SIGKILL, and waits until the process is gone and with it its children, which end by themselves, so that
# another can take its place at once.
kill_process() {
  local pid child tries=100 # 10 s
  local -A left=()
  pid=$(live_pid "$1") || return 0
  for child in "$pid" $(children "$pid"); do left[$child]=$(process_start "$child"); done
  kill -KILL "$pid" 2>/dev/null || true
  for child in "${!left[@]}"; do
    while is_live "$child" "${left[$child]}"; do
      [ $((tries--)) -gt 0 ] || die "$(basename "$(dirname "$1")"): process $child is still there 10 s after SIGKILL to $pid."
      sleep 0.1
    done
  done
}

# end_process FILE SECONDS: SIGTERM, wait, then SIGKILL; only ever the process of that pid file.
end_process() {
  local pid
  pid=$(live_pid "$1") || { rm -f "$1"; return 0; }
  kill -TERM "$pid" 2>/dev/null || true
  for _ in $(seq 1 $(($2 * 10))); do
    live_pid "$1" >/dev/null || { rm -f "$1"; return 0; }
    sleep 0.1
  done
  say "process $pid ($(basename "$1" .pid)) did not end within $2 s: killing it."
  kill_process "$1"
  rm -f "$1"
}
