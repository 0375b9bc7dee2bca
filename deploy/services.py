#!/usr/bin/env python3
"""Reads and checks deploy/services.toml, and makes from it what a host needs.

  deploy/services.py lists
      the lists of deploy/lib.sh, as shell assignments
  deploy/services.py settings STATE BASE_PORT PG_PORT
      a local suite's flag files and wgctl.toml, into its state folder
"""

import dataclasses
import pathlib
import re
import string
import sys
import tomllib
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILE = "deploy/services.toml"
PORTS = 31  # From the base port on; PostgreSQL follows.


class InvalidFile(Exception):
    """What is wrong with the services file, one fault a line, each with what to do."""


@dataclasses.dataclass(frozen=True)
class Service:
    name: str
    description: str
    description_zh: str
    port: int
    metrics_port: int
    database: bool
    calls: list
    flags: list

    @property
    def proto(self):
        return f"wangge/{self.name}/v1/{self.name}.proto"


KEYS = {field.name: field.type for field in dataclasses.fields(Service)}
WANTED = {str: "a text", int: "a number", bool: "true or false", list: "a list of texts"}


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a suite runs: what differs between a host and containers."""
    config: str
    data: str
    secrets: str
    certificates: str
    listen: str
    host: Callable[[Service], str]  # For those who call the service.
    shift: int  # From the file's ports to the place's.
    dsn: Callable[[Service], str]
    flags: tuple = ()

    def endpoint(self, service):
        return f"{service.name}={self.host(service)}:{service.port + self.shift}"


def local(state, shift, pg_port):
    return Place(config=f"{ROOT}/deploy", data=state, secrets=f"{state}/secrets", certificates=f"{state}/certs",
                 host=lambda _: "127.0.0.1", listen="127.0.0.1", shift=shift,
                 dsn=lambda s: f"host=127.0.0.1 port={pg_port} dbname={s.name} user={s.name}",
                 flags=("--reflection=true",))


CONTAINERS = Place(config="/etc/wangge", data="/srv/wangge", secrets="/run/wangge", certificates="/run/wangge",
                   host=lambda s: s.name, listen="0.0.0.0", shift=0,
                   dsn=lambda s: f"host=postgres dbname={s.name} user=postgres")


def common_flags(service, place, services):
    """The flags that every service has, as (name, value)."""
    yield "listen", f"{place.listen}:{service.port + place.shift}"
    yield "metrics", f"{place.listen}:{service.metrics_port + place.shift}"
    yield "tls_cert", f"{place.certificates}/service-{service.name}.crt"
    yield "tls_key", f"{place.certificates}/service-{service.name}.key"
    yield "tls_ca", f"{place.certificates}/ca.crt"
    yield "policy", f"{place.config}/policy/policy.textproto"
    yield "token_key", f"{place.certificates}/identity.pub"
    if service.calls:
        yield "endpoints", ",".join(place.endpoint(s) for s in services if s.name in service.calls)
    if service.database:
        yield "dsn", place.dsn(service)


def flags(service, place, services):
    own = [f.format(config=place.config, data=place.data, secrets=place.secrets) for f in service.flags]
    return [f"--{name}={value}" for name, value in common_flags(service, place, services)] + own + list(place.flags)


def wgctl_settings(place, services):
    endpoints = ", ".join(f'"{place.endpoint(s)}"' for s in services)
    return (f'endpoints = [{endpoints}]\ncertificates = "{place.certificates}"\n'
            f'city-folder = "{place.data}/city"\n')


def check_keys(entry):
    for key in sorted(entry.keys() - KEYS.keys()):
        yield f"unknown key `{key}`; the keys are {', '.join(KEYS)}"
    for key, kind in KEYS.items():
        if key not in entry:
            yield f"`{key}` is missing; it is {WANTED[kind]}"
        elif type(entry[key]) is not kind or kind is list and not all(isinstance(v, str) for v in entry[key]):
            yield f"`{key}` must be {WANTED[kind]}, not {entry[key]!r}"


def check_flag(flag, common):
    name = re.fullmatch(r"--([a-z][a-z0-9_]*)=.*", flag)
    if not name:
        yield f"flag `{flag}` must be --name=value"
    elif name[1] in common:
        yield f"flag `{flag}`: every service gets --{name[1]}; leave it out"
    try:
        places = {place for _, place, _, _ in string.Formatter().parse(flag)} - {None}
    except ValueError as error:
        yield f"flag `{flag}`: {error}; braces are for {{config}}, {{data}} and {{secrets}}"
        return
    for place in sorted(places - {"config", "data", "secrets"}):
        yield f"flag `{flag}`: unknown place {{{place}}}; use {{config}}, {{data}} or {{secrets}}"


def check_files(s, root):
    if not (root / "services" / s.name).is_dir():
        yield f"there is no folder services/{s.name}; make it, or remove the entry"
    elif s.database != (root / "services" / s.name / "migrations").is_dir():
        yield (f"`database` is true, but there is no folder services/{s.name}/migrations; add the first migration, or say false"
               if s.database else f"`database` is false, but services/{s.name}/migrations exists; say true, or remove the folder")
    if not (root / "proto" / s.proto).is_file():
        yield f"there is no proto/{s.proto}; write it, or remove the entry"


def check_service(s, above, names, base_port):
    if not re.fullmatch(r"[a-z][a-z0-9_]*", s.name):
        yield "`name` must be lower-case letters, digits and _, with a letter first"
    if s.name in (other.name for other in above):
        yield "the name is taken by another entry; choose another, or remove one"
    taken = {port: f"{key} of `{o.name}`" for o in above for key, port in (("port", o.port), ("metrics_port", o.metrics_port))}
    for key, port in (("port", s.port), ("metrics_port", s.metrics_port)):
        if not base_port < port <= base_port + PORTS:
            yield f"`{key}` {port} must be {base_port + 1} to {base_port + PORTS}"
        if port in taken:
            yield f"`{key}` {port} is {taken[port]}, too; choose a free one"
        taken[port] = f"port of `{s.name}`"
    for callee in s.calls:
        if callee not in names:
            yield f"`calls`: no service is named `{callee}`; the services are {', '.join(names)}"
        elif callee not in (other.name for other in above):
            yield f"`calls`: `{callee}` does not stand above; a service stands below those it calls"
    everything = dataclasses.replace(s, calls=[s.name], database=True)
    common = [name for name, _ in common_flags(everything, CONTAINERS, [s])]
    for flag in s.flags:
        yield from check_flag(flag, common)


def check_folders(names, root):
    for folder in sorted((root / "services").glob("*/CMakeLists.txt")):
        if folder.parent.name not in names:
            yield f"{FILE}: services/{folder.parent.name} has no entry; add one, or remove the folder"


def parse(text, root=ROOT):
    """(base port, services in the order in which they start); InvalidFile names every fault."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(f"{FILE}: is not TOML: {error}") from error
    faults = [f"{FILE}: unknown key `{key}`; there are base_port and [[service]]"
              for key in sorted(document.keys() - {"base_port", "service"})]
    base_port = document.get("base_port")
    entries = document.get("service", [])
    if type(base_port) is not int:
        raise InvalidFile("\n".join([*faults, f"{FILE}: `base_port` must be a number, for example base_port = 7100"]))
    if type(entries) is not list or not entries or not all(isinstance(e, dict) for e in entries):
        raise InvalidFile("\n".join([*faults, f"{FILE}: there must be a [[service]]"]))
    names = [str(entry.get("name")) for entry in entries]
    services = []
    for number, entry in enumerate(entries, 1):
        where = f"{FILE}: service `{entry['name']}`: " if "name" in entry else f"{FILE}: service {number}: "
        found = list(check_keys(entry))
        if not found:
            service = Service(**entry)
            found = [*check_service(service, services, names, base_port), *check_files(service, root)]
            services.append(service)
        faults += [where + fault for fault in found]
    faults += check_folders(names, root)
    if faults:
        raise InvalidFile("\n".join(faults))
    return base_port, services


def load():
    return parse((ROOT / FILE).read_text())


def shell_lists(base_port, services):
    names = [s.name for s in services]
    yield f"SERVICES=({' '.join(names)})"
    yield f"STOP_ORDER=({' '.join(reversed(names))})"
    yield f"DATABASES=({' '.join(s.name for s in services if s.database)})"
    for variable, key in (("PORTS", "port"), ("METRICS_PORTS", "metrics_port")):
        offsets = " ".join(f"[{s.name}]={getattr(s, key) - base_port}" for s in services)
        yield f"declare -gA {variable}=({offsets})"


def write_settings(base_port, services, state, suite_base_port, pg_port):
    place = local(state, int(suite_base_port) - base_port, pg_port)
    folder = pathlib.Path(state, "etc")
    folder.mkdir(parents=True, exist_ok=True)
    for service in services:
        (folder / f"{service.name}.flags").write_text("\n".join(flags(service, place, services)) + "\n")
    pathlib.Path(state, "wgctl.toml").write_text(wgctl_settings(place, services))


def main(arguments):
    try:
        base_port, services = load()
    except InvalidFile as error:
        sys.exit(str(error))
    match arguments:
        case ["lists"]:
            print("\n".join(shell_lists(base_port, services)))
        case ["settings", state, suite_base_port, pg_port]:
            write_settings(base_port, services, state, suite_base_port, pg_port)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
