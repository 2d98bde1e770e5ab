log=$1
folder=$2
shift 2
umask 077
exec 3<&0 </dev/null 2>>"$log" || exit 1

"$@" 3<&- >&2 &
server=$!
echo "$server"
exec >&2

until_closed() {
    read -r _ <&3
}

until_idle() {
    misses=0
    while [ "$misses" -lt 2 ]; do
        sleep 10
        if [ -e "$folder/needed" ]; then
            rm -f "$folder/needed"
            misses=0
        else
            misses=$((misses + 1))
        fi
        if [ "$misses" -ge 2 ]; then
            echo $$ >"$folder/stopping.new"
            mv "$folder/stopping.new" "$folder/stopping"
            if [ -e "$folder/needed" ]; then
                rm -f "$folder/stopping"
                misses=0
            fi
        fi
    done
}

{
    if [ -n "$folder" ]; then until_idle; else until_closed; fi
    kill -INT "$server"
} &
watcher=$!
exec 3<&-

wait "$server"
status=$?
kill "$watcher" 2>/dev/null
if [ -n "$folder" ] && [ -e "$folder/stopping" ]; then
    # Away at once, so that nobody who comes now finds a part of it; where that may not be, what is large at least.
    base=${folder%/postgres/log}
    if mv "$base" "$base.gone.$$" 2>/dev/null; then
        rm -rf "$base.gone.$$"
    else
        rm -rf "$base/postgres/data"
    fi
fi
exit "$status"
