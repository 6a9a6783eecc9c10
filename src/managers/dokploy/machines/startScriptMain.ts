/**
 * Starts the Docker engine of the image, through its own entry point where it has one. On control groups of version 2, a
 * group with processes in it cannot have groups below it, so they move into one of their own first.
 */
export const dockerPart = String.raw`
start_engine() {
  rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
  if has dockerd-entrypoint.sh; then
    DOCKER_TLS_CERTDIR='' dockerd-entrypoint.sh dockerd &
  else
    dockerd &
  fi
  engine=$!
}
if [ -n "$docker" ] && has dockerd; then
  if ! has dockerd-entrypoint.sh && [ -f /sys/fs/cgroup/cgroup.controllers ] && mkdir -p /sys/fs/cgroup/init; then
    while read -r process; do
      { echo "$process" >/sys/fs/cgroup/init/cgroup.procs; } 2>/dev/null
    done </sys/fs/cgroup/cgroup.procs
    { sed -e 's/ / +/g' -e 's/^/+/' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control; } 2>/dev/null
  fi
  if ! grep -q '^docker:' /etc/group; then
    if has groupadd; then groupadd -r docker; else addgroup -S docker; fi
  fi
  start_engine
elif [ -n "$docker" ]; then
  docker=
  say 'this image has no Docker engine (dockerd): there is none in this workspace'
fi
`;

/**
 * Lets people in and stays until there is a reason to end. Sessions are counted by their connections (proc(5), net/tcp):
 * port 22 here, state 01, established. sshd drops those whose other end is gone, so that they do not count for ever.
 */
export const mainPart = String.raw`
if [ -n "$docker" ]; then
  if [ "$user" != root ]; then
    if has usermod; then usermod -a -G docker "$user"; else addgroup "$user" docker; fi
  fi
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if [ -S /var/run/docker.sock ] || ! kill -0 "$engine" 2>/dev/null; then break; fi
    run sleep 1
  done
fi
sessions() {
  count=0
  for table in /proc/net/tcp /proc/net/tcp6; do
    if [ ! -r "$table" ]; then continue; fi
    while read -r _ local _ state _; do
      case $local/$state in *:0016/01) count=$((count + 1)) ;; esac
    done <"$table"
  done
  echo "$count"
}
"$sshd" -D -e -f "$conf" &
server=$!
say "ready for $user"
quiet=0
while [ "$idle$docker" != 0 ] && kill -0 "$server" 2>/dev/null; do
  run sleep 15
  if [ -n "$docker" ] && ! kill -0 "$engine" 2>/dev/null; then
    say 'the Docker engine ended; it is started again'
    start_engine
  fi
  if [ "$(sessions)" -gt 0 ]; then quiet=0; else quiet=$((quiet + 15)); fi
  if [ "$idle" -gt 0 ] && [ "$quiet" -ge "$idle" ]; then
    say 'nobody was here for a while; good night'
    finish
  fi
done
wait "$server"
fail 'sshd ended.'
`;
