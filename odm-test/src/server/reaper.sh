# The reaper: runs while the owner of a server runs, in a process group of its own, and then cleans up.
#
#   $1  the owner: `pipe` (standard input ends when the owner ends, for whatever reason), the id of a process to watch,
#       or `nobody` (the server runs until the user ends it)
#   $2  the folder that the processes of a run share, or empty
#   $3  the folder of the server's own files, or empty
#   $4  `process`, followed by the command line of the server, which is started here and killed at the end;
#       `container`, followed by the command that removes the container; or `folder`, which contains the files of
#       several servers, each with a reaper of its own
owner=$1 shared_folder=$2 folder=$3 kind=$4
shift 4

if [ "$kind" = process ]; then
    # Its output stays connected to the owner, which reads there why it ended.
    "$@" </dev/null 2>&1 &
    server=$!
fi
exec >/dev/null 2>&1
# A signal to all processes, for example from a cancelled CI job, also ends the owner. The reaper still has to clean up.
trap '' HUP INT TERM

# Until `ready` arrives, which means that the server is ready, the process that starts the server is the owner.
ready=
while read -r line; do
    ready=$line
    [ "$owner" = pipe ] || break
done

if [ -n "$ready" ] && [ "$owner" = nobody ]; then
    [ "$kind" != process ] || { wait "$server"; rm -rf "$folder"; }
    exit
elif [ -n "$ready" ] && [ "$owner" != pipe ]; then
    while kill -0 "$owner"; do sleep 1; done
    rm -rf "$shared_folder"
fi

if [ "$kind" = process ]; then
    # A child keeps its id until `wait`, even if it has already ended, so this never kills another process.
    kill -KILL "$server"
    wait "$server"
    rm -rf "$folder"
elif [ "$kind" = folder ]; then
    # A server that is being killed may still write files.
    tries=30
    until rm -rf "$folder" || [ "$tries" = 0 ]; do tries=$((tries - 1)); sleep 1; done
else
    "$@"
    # If the owner ended while the engine was creating the container, the engine may finish later: remove it again.
    [ -n "$ready" ] || { sleep 5; "$@"; }
fi
