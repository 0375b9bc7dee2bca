#!/usr/bin/env python3
"""Makes a script for psql from PostgreSQL's JSON log: what the services wrote into
the database `cases`, statement by statement with their parameters, in the order
in which they ended. Reads, locks and listening are left out."""

import json
import re
import sys

WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|nextval)\b")
CONTROL = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK)", re.I)


def parameters(detail):
    """`parameters: $1 = 'a', $2 = NULL` as SQL literals, in order."""
    text = detail.removeprefix("parameters: ")
    return re.findall(r"\$\d+ = ('(?:[^']|'')*'|NULL)(?:, |$)", text)


def main():
    prepared = {}
    print("SET client_min_messages = warning;")
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as log:
            for line in log:
                entry = json.loads(line)
                if entry.get("dbname") != "cases":
                    continue
                match = re.match(r"duration: [\d.]+ ms  execute ([^:]*): (.*)", entry["message"], re.S)
                if not match or not WRITES.search(re.sub(r"--[^\n]*", "", match[2])):
                    continue
                name, text = match[1], match[2]
                if CONTROL.match(text):
                    continue
                if prepared.get(text) is None:
                    prepared[text] = f"s{len(prepared)}"
                    print(f"PREPARE {prepared[text]} AS {text.rstrip().rstrip(';')};")
                values = parameters(entry.get("detail", ""))
                given = f"({', '.join(values)})" if values else ""
                print(f"EXECUTE {prepared[text]}{given} \\g /dev/null")


main()
