#!/bin/sh
# zombie.sh FILE: writes to FILE the number of a process that is dead and will not be buried while
# this one goes on, for 100 seconds.  It dies when this one is no shell any more: a shell might bury it.
sh -c 'until grep -q sleep "/proc/$PPID/comm"; do sleep 0.01; done' &
echo $! >"$1"
exec sleep 100
