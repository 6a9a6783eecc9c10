/**
 * Makes the user, its key and what its sessions find in their environment. Needs `user`; sets `home`, and `own`, which gives
 * the user a folder that is nobody's yet. A home folder in a volume outlives the container: the user is made with the number
 * that owns it.
 */
export const userPart = String.raw`
field() { grep "^$user:" /etc/passwd | head -n 1 | cut -d : -f "$1"; }
taken() { grep -q "^[^:]*:[^:]*:$1:" /etc/passwd; }
make_user() {
  home=/home/$user
  shell=/bin/bash
  if [ ! -x "$shell" ]; then shell=/bin/sh; fi
  number=
  if [ -d "$home" ]; then number=$(stat -c %u "$home"); fi
  if [ "$number" = 0 ] || taken "$number"; then number=; fi
  has_group=
  if grep -q "^$user:" /etc/group; then has_group=yes; fi
  if has useradd; then
    set -- -M -d "$home" -s "$shell"
    if [ -n "$has_group" ]; then set -- "$@" -g "$user"; else set -- "$@" -U; fi
    if [ -n "$number" ]; then set -- "$@" -u "$number"; fi
    useradd "$@" "$user"
  elif has adduser; then
    set -- -D -H -h "$home" -s "$shell"
    if [ -n "$has_group" ]; then set -- "$@" -G "$user"; fi
    if [ -n "$number" ]; then set -- "$@" -u "$number"; fi
    adduser "$@" "$user"
  else
    if [ -z "$number" ]; then number=1000; fi
    while taken "$number"; do number=$((number + 1)); done
    if [ -z "$has_group" ]; then echo "$user:x:$number:" >>/etc/group; fi
    if [ -f /etc/shadow ]; then echo "$user:*:::::::" >>/etc/shadow; fi
    echo "$user:x:$number:$number::$home:$shell" >>/etc/passwd
  fi
}
field 1 | grep -q . || make_user || fail "The user $user could not be made."
home=$(field 6)
owner=$(field 3)
group=$(field 4)
# sshd lets nobody in whose account is locked or whose shell is none.
if [ -f /etc/shadow ]; then sed -i "s/^$user:![^:]*:/$user:*:/" /etc/shadow; fi
shell=$(field 7)
case $shell in */nologin | */false) shell= ;; esac
if [ ! -x "$shell" ]; then sed -i "s|^\($user:.*:\)[^:]*\$|\1/bin/sh|" /etc/passwd; fi

own() {
  mkdir -p "$1"
  if [ "$(stat -c %u "$1")" = 0 ] && [ -z "$(ls -A "$1")" ]; then chown "$owner:$group" "$1"; fi
}
mkdir -p "$home"
former=$(stat -c %u "$home")
if [ -z "$(ls -A "$home")" ] && [ -d /etc/skel ]; then
  cp -R /etc/skel/. "$home"/
  chown -R "$owner:$group" "$home"
elif [ "$former" != "$owner" ]; then
  # The number that the user had in another image. The folder itself comes last, for it is the sign.
  if [ "$former" != 0 ]; then find "$home" -xdev -mindepth 1 -user "$former" -exec chown -h "$owner:$group" {} +; fi
  chown "$owner:$group" "$home"
fi

if [ "$user" != root ]; then
  if has sudo; then
    mkdir -p /etc/sudoers.d
    echo "$user ALL=(ALL) NOPASSWD:ALL" >/etc/sudoers.d/devyard
    chmod 440 /etc/sudoers.d/devyard
  elif [ -d /etc/doas.d ]; then
    echo "permit nopass $user" >/etc/doas.d/devyard.conf
  fi
fi

# Keys that somebody puts into ~/.ssh/authorized_keys count, too; Devyard's is in a file of its own.
mkdir -p /etc/devyard/keys
chmod 755 /etc/devyard /etc/devyard/keys
if [ -z "$AUTHORIZED_KEY" ]; then fail 'AUTHORIZED_KEY is empty: nobody could log in.'; fi
echo "$AUTHORIZED_KEY" >"/etc/devyard/keys/$user"
chmod 644 "/etc/devyard/keys/$user"

# The container's own environment, for sessions: one NAME=value a line, a line feed in a value as \001.
variables=/etc/devyard/environment
touch "$variables"
chmod 600 "$variables"
LC_ALL=C tr '\000\012' '\012\001' <"/proc/$$/environ" | LC_ALL=C sed -n -E \
  -e '/^(HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|SHLVL|_|HOSTNAME|TERM|MAIL|AUTHORIZED_KEY)=/d' \
  -e '/^[A-Za-z_][A-Za-z0-9_]*=/p' >"$variables"
line_feed=$(printf '\001')
file=$home/.ssh/environment
mkdir -p "$home/.ssh"
chown "$owner:$group" "$home/.ssh"
chmod 700 "$home/.ssh"
(
  umask 077
  if [ -f "$file" ]; then sed '/^# >>> devyard$/,/^# <<< devyard$/d' "$file"; fi
  echo '# >>> devyard'
  LC_ALL=C sed "/$line_feed/d" "$variables"
  echo '# <<< devyard'
) >"$variables.new"
rm -f "$file"
(umask 077 && cat "$variables.new" >"$file")
rm -f "$variables.new"
chown "$owner:$group" "$file"
# A login shell begins with a PATH of its own, and only a shell can have a value of several lines.
mkdir -p /etc/profile.d
profile=/etc/profile.d/devyard.sh
touch "$profile"
chmod 640 "$profile"
chown "root:$group" "$profile"
LC_ALL=C sed -E -e "s/'/'\\\\''/g" -e "s/^([A-Za-z_][A-Za-z0-9_]*)=(.*)\$/export \\1='\\2'/" "$variables" |
  LC_ALL=C tr '\001' '\012' >"$profile"
`;
