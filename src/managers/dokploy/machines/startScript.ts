import { dockerPart, mainPart } from './startScriptMain.ts';
import { userPart } from './startScriptUser.ts';

export interface StartScriptOptions {
  /** Who logs in: a Unix user name. Made where it is missing. */
  readonly user: string;
  /** Absolute folder for the host keys, in a volume. */
  readonly hostKeyFolder: string;
  /** Mount paths of volumes: a fresh one belongs to root until the user gets it. */
  readonly folders: readonly string[];
  /** Minutes without an SSH session after which the container ends with 0. Null: never. */
  readonly idleStopMinutes: number | null;
  /** Whether to start the Docker engine that the image has. */
  readonly hasDocker: boolean;
}

/**
 * What a container runs so that one can log in to it, for `/bin/sh -c` of dash, BusyBox and bash. It ends as soon as it gets
 * TERM. Everything that is there already stays as it is, so a second start takes no time. The key comes in AUTHORIZED_KEY.
 */
export function startScript(options: StartScriptOptions): string {
  const { user, hostKeyFolder, folders, idleStopMinutes, hasDocker } = options;
  const settings = [
    `user=${shellQuoted(user)}`,
    `keys=${shellQuoted(hostKeyFolder)}`,
    `idle=${String((idleStopMinutes ?? 0) * 60)}`,
    `docker=${hasDocker ? 'yes' : ''}`,
  ];
  const owned = folders.filter((folder) => folder !== hostKeyFolder && folder !== '/var/lib/docker');
  const parts = [
    settings.join('\n'),
    basePart,
    installPart,
    ...(hasDocker ? [dockerPart] : []),
    userPart,
    owned.map((folder) => `own ${shellQuoted(folder)}`).join('\n'),
    sshdPart,
    mainPart,
  ];
  const script = parts.map((part) => part.trim()).join('\n');
  // From a file, for otherwise every list of processes would begin with all of it.
  return [
    `mkdir -p /etc/devyard && cat >/etc/devyard/start <<'${end}'`,
    script,
    end,
    'exec /bin/sh /etc/devyard/start',
  ].join('\n');
}

const end = 'END_OF_DEVYARD_START';

/** One word for a POSIX shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A shell runs a trap only between two commands, so whatever takes long runs beside it and is waited for. The shell is
 * process 1: while it waits, it also takes leave of orphans that ended.
 */
const basePart = String.raw`
umask 022
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
engine=
say() { echo "devyard: $*" >&2; }
fail() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
run() { "$@" & wait "$!"; }
finish() {
  trap '' TERM INT
  if [ -n "$engine" ] && kill "$engine" 2>/dev/null; then wait "$engine"; fi
  exit 0
}
trap finish TERM INT
`;

/** Debian's package starts sshd by itself unless policy-rc.d forbids it. */
const installPart = String.raw`
find_sshd() {
  for sshd in "$(command -v sshd)" /usr/sbin/sshd /usr/local/sbin/sshd; do
    if [ -x "$sshd" ]; then return 0; fi
  done
  return 1
}
install_packages() {
  if has apt-get; then
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then policy=; else
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod 755 "$policy"
    fi
    run env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60 update &&
      run env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=60 install --no-install-recommends "$@"
    result=$?
    if [ -n "$policy" ]; then rm -f "$policy"; fi
    return "$result"
  elif has apk; then run apk add --quiet --no-cache "$@"
  elif has dnf; then run dnf -q -y install "$@"
  elif has microdnf; then run microdnf -y install "$@"
  elif has yum; then run yum -q -y install "$@"
  else fail "This image has neither sshd nor apt-get, apk or dnf to install it with. Choose an image that has."
  fi
}
if ! find_sshd; then
  sudo=
  if [ "$user" != root ] && ! has sudo; then sudo=sudo; fi
  for pause in 2 4 8 16 0; do
    say 'installing an SSH server'
    # shellcheck disable=SC2086
    if install_packages openssh-server $sudo || { [ -n "$sudo" ] && install_packages openssh-server; }; then break; fi
    if [ "$pause" = 0 ]; then fail 'The SSH server could not be installed.'; fi
    say "that failed; again in $pause s"
    run sleep "$pause"
  done
  find_sshd || fail 'The SSH server is not where it is expected.'
fi
`;

/**
 * PAM is not used: without it an account needs no password, only one that is not locked. The environment file is how sshd
 * hands variables to every session, with or without a terminal.
 */
const sshdPart = String.raw`
conf=/etc/devyard/sshd_config
host_key=$keys/ssh_host_ed25519_key
mkdir -p /run/sshd "$keys"
chmod 755 /run/sshd
chmod 700 "$keys"
if ! ssh-keygen -y -f "$host_key" >/dev/null 2>&1; then
  rm -f "$host_key" "$host_key.pub" "$keys/new" "$keys/new.pub"
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$keys/new" || fail 'The host key could not be made.'
  mv "$keys/new.pub" "$host_key.pub"
  mv "$keys/new" "$host_key"
fi
root_login=no
if [ "$user" = root ]; then root_login=prohibit-password; fi
cat >"$conf" <<EOF_CONF
Port 22
HostKey $host_key
PidFile none
AuthorizedKeysFile .ssh/authorized_keys /etc/devyard/keys/%u
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
PermitRootLogin $root_login
PermitUserEnvironment yes
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
AllowAgentForwarding yes
GatewayPorts no
X11Forwarding no
PermitTunnel no
MaxSessions 200
MaxStartups 50:30:200
LoginGraceTime 30
ClientAliveInterval 30
ClientAliveCountMax 4
UseDNS no
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
EOF_CONF
# What only some versions know. Behind Docker's proxy all clients have one address: a penalty would be everybody's.
for option in 'UsePAM no' 'PerSourcePenalties no'; do
  if "$sshd" -t -f "$conf" -o "$option" >/dev/null 2>&1; then echo "$option" >>"$conf"; fi
done
"$sshd" -t -f "$conf" || fail 'sshd does not take its configuration.'
`;
