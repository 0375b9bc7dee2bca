# Shared by deploy/up, deploy/down and the tests. Sourced, not run.
#
# A suite lives in a state folder (STATE) and listens on 127.0.0.1 from a base
# port (BASE): services BASE+1..5, their metrics BASE+11..15, PostgreSQL BASE+32.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
STATE=${WANGGE_STATE:-$ROOT/var}
BASE=${WANGGE_BASE_PORT:-7100}
BIN=${WANGGE_BIN:-$ROOT/build/release/bin}
PG_BIN=/usr/lib/postgresql/15/bin
SERVICES=(registry routing intake cases command)

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

port_of() {
  local i
  for i in "${!SERVICES[@]}"; do [ "${SERVICES[$i]}" = "$1" ] && echo $((BASE + 1 + i)); done
}
pg_port() { echo $((BASE + 32)); }

in_use() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # port
# A base port from which nobody listens, from FIRST: so that other suites and
# other checkouts' tests do not matter.
free_base() { # first
  local base port
  for ((base = $1; base < $1 + 1000; base += 40)); do
    for ((port = base + 1; port < base + 40; port++)); do in_use $port && continue 2; done
    echo $base
    return
  done
  die "no free ports from $1 to $(($1 + 1000))"
}

# The cluster's folder. PostgreSQL refuses to run as root, and its user may not
# reach a checkout in somebody's home, so root's cluster lives elsewhere.
pg_dir() {
  if [ "$(id -u)" = 0 ]; then echo "/var/tmp/wangge-pg-$(printf %s "$STATE" | cksum | cut -d' ' -f1)"; else echo "$STATE/pg"; fi
}
# Not by runuser, which kills what it has started two seconds after it was asked
# to end: a shutdown checkpoint may take longer.
AS_POSTGRES=()
[ "$(id -u)" != 0 ] || AS_POSTGRES=(setpriv --reuid=postgres --regid=postgres --init-groups --)
as_postgres() { "${AS_POSTGRES[@]}" "$@"; }

dsn() { echo "host=127.0.0.1 port=$(pg_port) dbname=$1 user=$1"; }
export PGPASSFILE=$STATE/secrets/pgpass

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    read -rt 0.1 <> <(:) || :
  done
}

install_packages() { # kinds of deploy/packages.txt
  local wanted missing=() package
  wanted=$(awk -v kinds=" $* " '!/^#/ && index(kinds, " " $1 " ") {print $2}' "$ROOT/deploy/packages.txt")
  for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${#missing[@]} packages"
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

build() { # preset [target]
  (cd "$ROOT" && { [ -f "build/$1/build.ninja" ] || cmake --preset "$1" >/dev/null; } &&
    cmake --build --preset "$1" --target "${2:-all}")
}

running() { [ -f "$STATE/run/$1.pid" ] && kill -0 "$(cat "$STATE/run/$1.pid")" 2>/dev/null; }

# start NAME COMMAND…: under a supervisor that starts it again when it dies. What
# runs already is left alone, unless its program was built anew since.
start() {
  local name=$1; shift
  if running "$name"; then
    [ "$1" -nt "$STATE/run/$name.pid" ] || return 0
    stop "$name"
  fi
  mkdir -p "$STATE/run" "$STATE/log"
  setsid "$ROOT/deploy/supervise" "$STATE/run/$name" "$@" >>"$STATE/log/$name.log" 2>&1 </dev/null &
  echo $! >"$STATE/run/$name.pid"
  disown
}

stop() { # name: ends it in its own order
  running "$1" || return 0
  local pid; pid=$(cat "$STATE/run/$1.pid")
  kill -TERM "$pid" 2>/dev/null || :
  wait_for 120 sh -c "! kill -0 $pid" || kill -KILL -- "-$pid" 2>/dev/null || :
  rm -f "$STATE/run/$1.pid" "$STATE/run/$1.child"
}

make_cluster() {
  local dir; dir=$(pg_dir)
  mkdir -p "$STATE/secrets"; chmod 700 "$STATE/secrets"
  [ -f "$dir/PG_VERSION" ] && [ -f "$STATE/secrets/pgpass" ] && return
  rm -rf "$dir"
  local user password
  : >"$STATE/secrets/pgpass"; chmod 600 "$STATE/secrets/pgpass"
  for user in postgres registry cases command; do
    password=$(openssl rand -hex 16)
    echo "127.0.0.1:*:*:$user:$password" >>"$STATE/secrets/pgpass"
  done
  mkdir -p "$dir"
  [ "$(id -u)" = 0 ] && chown postgres "$dir"
  local pwfile; pwfile=$(mktemp); chmod 644 "$pwfile"
  awk -F: '$4=="postgres"{print $5}' "$STATE/secrets/pgpass" >"$pwfile"
  as_postgres $PG_BIN/initdb -D "$dir" -U postgres -A scram-sha-256 --pwfile="$pwfile" -E UTF8 --lc-collate=C --lc-ctype=C.UTF-8 >/dev/null
  rm -f "$pwfile"
  as_postgres tee -a "$dir/postgresql.conf" >/dev/null <<C
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 512MB
max_wal_size = 4GB
wal_compression = on
log_min_duration_statement = 1000
C
}

sql() { psql -qAtX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(pg_port)" -U postgres -d "${2:-postgres}" -c "$1"; }

start_postgres() {
  make_cluster
  start postgres "${AS_POSTGRES[@]}" $PG_BIN/postgres -D "$(pg_dir)" -p "$(pg_port)"
  wait_for 60 sql 'SELECT 1' || { tail -5 "$STATE/log/postgres.log" >&2; die "PostgreSQL did not start: $STATE/log/postgres.log"; }
}

make_databases() {
  local name password
  for name in registry cases command; do
    [ "$(sql "SELECT count(*) FROM pg_database WHERE datname='$name'")" = 1 ] && continue
    password=$(awk -F: -v u=$name '$4==u{print $5}' "$STATE/secrets/pgpass")
    sql "CREATE ROLE $name LOGIN PASSWORD '$password'"
    sql "CREATE DATABASE $name OWNER $name"
  done
}

migrate() {
  local name
  for name in registry cases command; do
    "$BIN/wangge_migrate" --service=$name --dsn="$(dsn $name)" 2>>"$STATE/log/migrate.log" ||
      { tail -3 "$STATE/log/migrate.log" >&2; die "the tables of $name were not migrated: $STATE/log/migrate.log"; }
  done
}

write_flags() {
  mkdir -p "$STATE/etc"
  [ -f "$STATE/secrets/personal.key" ] || (umask 077; echo "local-1 $(openssl rand -hex 32)" >"$STATE/secrets/personal.key")
  local name
  for name in "${SERVICES[@]}"; do
    cat >"$STATE/etc/$name.flags" <<F
--listen=127.0.0.1:$(port_of "$name")
--metrics=127.0.0.1:$(($(port_of "$name") + 10))
--tls_cert=$STATE/certs/service-$name.crt
--tls_key=$STATE/certs/service-$name.key
--tls_ca=$STATE/certs/ca.crt
--policy=$ROOT/deploy/policy/policy.textproto
--token_key=$STATE/certs/identity.pub
--registry=127.0.0.1:$(port_of registry)
--routing=127.0.0.1:$(port_of routing)
--cases=127.0.0.1:$(port_of cases)
--dsn=$(dsn "$name")
--reflection=true
F
  done
  echo "--model=$STATE/text.model" >>"$STATE/etc/routing.flags"
  # Its handlers wait for groups of other calls, so more of them make larger groups.
  printf "%s\n" "--personal_key=$STATE/secrets/personal.key" --workers=64 >>"$STATE/etc/cases.flags"
  echo "--sources=$ROOT/deploy/sources" >>"$STATE/etc/intake.flags"
  echo "--gateways=$ROOT/deploy/gateways" >>"$STATE/etc/command.flags"
  {
    for name in "${SERVICES[@]}"; do echo "$name = \"127.0.0.1:$(port_of "$name")\""; done
    echo "certificates = \"$STATE/certs\""
    echo "city-folder = \"$STATE/city\""
  } >"$STATE/wgctl.toml"
}

wgctl() { WANGGE_CONFIG=$STATE/wgctl.toml "$BIN/wgctl" "$@"; }

make_city() { # small or full
  [ "$(cat "$STATE/city/scale" 2>/dev/null)" = "$1" ] && return
  rm -rf "$STATE/city"
  "$BIN/citysim" write --out "$STATE/city" --scale "$1"
  wgctl model train --labeled "$STATE/city/labelled.csv" --city "$STATE/city" \
    --addresses "$STATE/city/addresses.csv" --out "$STATE/text.model" >/dev/null
  echo "$1" >"$STATE/city/scale"
}

start_services() {
  local name
  for name in "${SERVICES[@]}"; do start "$name" "$BIN/wangge_${name}_server" --flagfile="$STATE/etc/$name.flags"; done
}

# The log may hold what an earlier run said, so the registry itself is asked.
registry_serves() {
  local said; said=$(wgctl health 2>&1 || :)
  grep -q '^registry .* SERVING' <<<"$said"
}

suite_up() { # city scale
  mkdir -p "$STATE/log"
  "$ROOT/deploy/certs/make" "$STATE/certs"
  start_postgres
  make_databases
  migrate
  write_flags
  make_city "$1"
  start registry "$BIN/wangge_registry_server" --flagfile="$STATE/etc/registry.flags"
  wait_for 60 registry_serves || die "the registry did not start: $STATE/log/registry.log"
  wgctl city import "$STATE/city" --comment "simulated city"
  start_services
  wait_for 60 wgctl health || { wgctl health >&2; die "a service is not healthy; see $STATE/log"; }
}

suite_down() {
  local name
  for name in command intake cases routing registry; do stop $name; done
  stop postgres
}

# Before a run of its own listens: ends what an interrupted one may have left,
# and takes the base port that was asked for, or else free ones.
use_ports() { # first [asked for]
  suite_down
  BASE=${2:-$(free_base "$1")}
  [ -n "$BASE" ] && export WANGGE_BASE_PORT=$BASE
}

suite_purge() {
  suite_down
  rm -rf "$(pg_dir)" "$STATE"
}
