/**
 * For `sh -c`, with a signal's name, a folder and a command: runs the command, sends it that signal once standard input ends,
 * which it does when the process that began this is gone, however it went, and erases the folder after the command's end.
 */
export const guardScript = `
signal=$1 folder=$2; shift 2
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
{ cat <&3 >/dev/null; kill "-$signal" "$child" 2>/dev/null; } &
exec 3<&-
wait "$child" 2>/dev/null
code=$?
rm -rf -- "$folder"
exit "$code"
`;
