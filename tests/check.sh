# What tests/*/run say when something fails. Sourced after deploy/lib.sh: from then
# on every command that fails ends the run and tells the step, the command, its exit
# status and output, and what the services logged meanwhile.
#
# bash's -e does not notice `! command` nor the left side of `a && b`: say
# `refused PATTERN command` and `expect PATTERN command`, or `run command`.
set -E
step_name=start
step() { # what comes next
  step_name=$*
  say "-- $*"
  mkdir -p "$STATE/log"
  local log
  for log in "$STATE"/log/*.log; do [ ! -f "$log" ] || wc -c <"$log" >"${log%.log}.before"; done
  : >"$STATE/log/output"
}

output() { cat "$STATE/log/output"; } # of the last run, expect or refused
show_output() { sed 's/^/    /' "$STATE/log/output" | tail -20 >&2; }

# run COMMAND…: it must succeed; its output is kept for `output` and for the report.
run() {
  local status=0
  "$@" >"$STATE/log/output" 2>&1 || status=$?
  [ $status = 0 ] || { failed "\`$*\` ended with $status" "${BASH_LINENO[0]}"; return 1; }
}
# expect PATTERN COMMAND…: the same, and a line of its output must match.
expect() {
  local pattern=$1 status=0; shift
  "$@" >"$STATE/log/output" 2>&1 || status=$?
  [ $status = 0 ] || { failed "\`$*\` ended with $status" "${BASH_LINENO[0]}"; return 1; }
  grep -qE -- "$pattern" "$STATE/log/output" || { failed "\`$*\` did not print \`$pattern\`" "${BASH_LINENO[0]}"; return 1; }
}
# printed PATTERN: a line of what the last of these commands printed must match.
printed() {
  grep -qE -- "$1" "$STATE/log/output" || { failed "\`$1\` was not printed" "${BASH_LINENO[0]}"; return 1; }
}
# refused PATTERN COMMAND…: it must fail, and a line of its output must match.
refused() {
  local pattern=$1 status=0; shift
  "$@" >"$STATE/log/output" 2>&1 || status=$?
  [ $status != 0 ] || { failed "\`$*\` was not refused" "${BASH_LINENO[0]}"; return 1; }
  grep -qE -- "$pattern" "$STATE/log/output" || { failed "\`$*\` ended with $status, but did not print \`$pattern\`" "${BASH_LINENO[0]}"; return 1; }
}

show_logs() { # of this step: errors and warnings, and the end of what has died
  local log name before said
  for log in "$STATE"/log/*.log; do
    [ -f "$log" ] || continue
    name=$(basename "$log" .log)
    if [ -f "$STATE/run/$name.pid" ] && ! running "$name"; then
      say "  $name does not run; the end of $log:"
      tail -10 "$log" | sed 's/^/    /' >&2
      continue
    fi
    before=$(cat "${log%.log}.before" 2>/dev/null || echo 0)
    said=$(tail -c "+$((before + 1))" "$log" | grep -iE '"level":"(warn|error|critical)|(^| )(error|fatal|panic):' | tail -5) || continue
    say "  $log said in this step:"
    sed 's/^/    /' <<<"$said" >&2
  done
}

reported=
failed() { # what, line
  [ -z "$reported" ] || return 0
  reported=yes
  say "FAILED in step: $step_name"
  say "  $1 ($0, line $2)"
  if [ -s "$STATE/log/output" ]; then say "  its output ends with:"; show_output; fi
  show_logs
  say "  all logs: $STATE/log"
}
on_error() { # status command line; not in subshells: their parent tells
  [ "$BASH_SUBSHELL" = 0 ] || return 0
  failed "\`$2\` ended with $1" "$3"
}
trap 'on_error $? "$BASH_COMMAND" $LINENO' ERR
