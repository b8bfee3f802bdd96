#!/bin/sh
# The stack of the benchmark as a careful person starts it by hand: one thing after the other, each waited for.
#   by-hand.sh start DIRECTORY APPLICATION POSTGRES_BIN FIRST_PORT
#   by-hand.sh stop DIRECTORY _ POSTGRES_BIN
set -eu
dir=$2 app=$3 pg=$4
run="$dir/run"

until_true() {
  tries=0
  until "$@" > /dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || { echo "gave up waiting for: $*" >&2; exit 1; }
    sleep 0.1
  done
}

if [ "$1" = stop ]; then
  for file in "$run"/*.pid; do kill "$(cat "$file")" 2> /dev/null || true; done
  for n in 3 2 1; do "$pg/pg_ctl" -D "$dir/postgres-$n" -m fast -w stop > /dev/null 2>&1 || true; done
  exit 0
fi

port=$5
mkdir -p "$run"

start_postgres() {
  "$pg/pg_ctl" -D "$dir/postgres-$1" -l "$dir/postgres-$1.log" -w \
    -o "-p $((port + $1)) -k $run -c listen_addresses=127.0.0.1" start > /dev/null
}

if [ ! -d "$dir/postgres-1" ]; then
  "$pg/initdb" -D "$dir/postgres-1" --data-checksums --auth=trust -U postgres > /dev/null
  start_postgres 1
  "$pg/psql" -qh "$run" -p $((port + 1)) -U postgres -c "CREATE ROLE app LOGIN" -c "CREATE DATABASE app OWNER app"
else
  start_postgres 1
fi
for n in 2 3; do
  [ -d "$dir/postgres-$n" ] || "$pg/pg_basebackup" -h "$run" -p $((port + 1)) -U postgres -D "$dir/postgres-$n" -R -X stream -c fast
  start_postgres $n
done

cat > "$dir/pgbouncer.ini" << END
[databases]
app = host=127.0.0.1 port=$((port + 1)) user=app
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $((port + 4))
auth_type = any
pool_mode = transaction
unix_socket_dir =
pidfile = $run/pgbouncer.pid
logfile = $dir/pgbouncer.log
END
pgbouncer -qd "$dir/pgbouncer.ini"
until_true "$pg/psql" -h 127.0.0.1 -p $((port + 4)) -U app app -c "SELECT 1"

start_redis() {
  name=$1 at=$2
  shift 2
  mkdir -p "$dir/$name"
  redis-server --port "$at" --bind 127.0.0.1 --dir "$dir/$name" --daemonize yes --pidfile "$run/$name.pid" --logfile "$dir/$name.log" "$@"
  until_true redis-cli -p "$at" ping
}
start_redis redis-1 $((port + 5)) --appendonly yes
start_redis redis-2 $((port + 6)) --appendonly yes --replicaof 127.0.0.1 $((port + 5))
start_redis cache-1 $((port + 7)) --save "" --maxmemory-policy allkeys-lfu
for n in 1 2 3; do
  at=$((port + 7 + n))
  echo "sentinel monitor main 127.0.0.1 $((port + 5)) 2" > "$dir/sentinel-$n.conf"
  redis-server "$dir/sentinel-$n.conf" --sentinel --port "$at" --bind 127.0.0.1 --daemonize yes --pidfile "$run/sentinel-$n.pid" --logfile "$dir/sentinel-$n.log"
  until_true redis-cli -p "$at" ping
done

servers=""
for n in 1 2 3; do
  at=$((port + 10 + n))
  PORT=$at HOST=127.0.0.1 INSTANCE_ID=web-$n sh -c "$app" > "$dir/web-$n.log" 2>&1 &
  echo $! > "$run/web-$n.pid"
  until_true curl -sf "http://127.0.0.1:$at/health"
  servers="$servers
  server web-$n 127.0.0.1:$at check"
done

cat > "$dir/haproxy.cfg" << END
global
  daemon
  pidfile $run/haproxy.pid
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend app
  bind 127.0.0.1:$port
  default_backend app
backend app
  balance leastconn
  option httpchk GET /health$servers
END
haproxy -D -f "$dir/haproxy.cfg"
until_true curl -sf "http://127.0.0.1:$port/"
