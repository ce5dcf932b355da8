# The reaper: runs beside the owner of a server, in a process group of its own, and outlives it only to clean up.
#
#   $1  the owner: `pipe` (end of file on standard input says that it is gone, however it died), the id of a process
#       to watch, or `nobody` (the server stays until somebody ends it)
#   $2  the folder in which the processes of a run meet, or nothing
#   $3  the folder of the server's own files, or nothing
#   $4  `process`, with the server's command line after it: it is started here and killed at the end; or
#       `container`, with the command that removes the container after it
owner=$1 meeting=$2 folder=$3 kind=$4
shift 4

if [ "$kind" = process ]; then
    # Its output stays connected to the owner, who reads there why it died.
    "$@" </dev/null 2>&1 &
    server=$!
fi
exec >/dev/null 2>&1
# Who ends everything at once, as a job that is cancelled does, ends the owner too; then there is still work to do here.
trap '' HUP INT TERM

# Until the owner says that the server stands, the process that starts it is the owner.
stands=
while read -r line; do
    stands=$line
    [ "$owner" = pipe ] || break
done

if [ -n "$stands" ] && [ "$owner" = nobody ]; then
    [ "$kind" = container ] || { wait "$server"; rm -rf "$folder"; }
    exit
elif [ -n "$stands" ] && [ "$owner" != pipe ]; then
    while kill -0 "$owner"; do sleep 1; done
    rm -rf "$meeting"
fi

if [ "$kind" = process ]; then
    # A child keeps its id until `wait`, even if it has died before, so this never meets a stranger.
    kill -KILL "$server"
    wait "$server"
    rm -rf "$folder"
else
    "$@"
    # An owner that died while the container was being made leaves the engine at it: ask again.
    [ -n "$stands" ] || { sleep 5; "$@"; }
fi
