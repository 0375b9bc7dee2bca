#!/usr/bin/env python3
"""Reports and changes until the file STOP is there: each is tried again, with the
same reference or request, until it is acknowledged. Prints a line for each that
was: `report SOURCE_REF CASE_NO` or `accepted CASE_NO`. Usage: load.py STOP CLIENTS."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid

import scenarios

PRINT = threading.Lock()
# What says that somebody is not there for the moment.
AWAY = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "ABORTED", "RESOURCE_EXHAUSTED")


def insist(method, body, *identity):
    while True:
        done = subprocess.run([*scenarios.WGCTL, "--json", "call", method, json.dumps(body, ensure_ascii=False), *identity],
                              capture_output=True, text=True)
        if done.returncode == 0:
            return json.loads(done.stdout)
        if not any(code in done.stderr for code in AWAY):
            sys.stderr.write(f"{method}: {done.stderr}")
            os._exit(1)
        time.sleep(0.1)


def say(*words):
    with PRINT:
        print(*words, flush=True)


def work(stop, client):
    count = 0
    while not os.path.exists(stop):
        count += 1
        ref = f"load-{uuid.uuid4().hex}"
        report = {"source_id": "12345", "source_ref": ref, "title": "热力管道漏水",
                  "text": f"诗圣大道开普西一区{client}号楼{count}单元热力管道漏水", "reporter": {"name": "测试诉求人"}}
        answer = insist("intake.SubmitReport", {"request_id": str(uuid.uuid4()), "report": report}, "--as", "source/12345")
        say("report", ref, answer["case_no"])
        if answer["state"] != "CASE_STATE_DISPATCHED":
            continue
        request = {"case_no": answer["case_no"], "request_id": str(uuid.uuid4())}
        case = insist("cases.GetCase", {"case_no": answer["case_no"]}, "--as", "admin/wgctl")["case"]
        lead = next(a for a in case["assignments"] if a["role"] == "ASSIGNMENT_ROLE_LEAD")
        officer = lead.get("officer_id") or scenarios.of_unit(lead["unit_id"])
        insist("cases.AcceptAssignment", request, "--officer", officer)
        say("accepted", answer["case_no"])


def main():
    stop, clients = sys.argv[1], int(sys.argv[2])
    threads = [threading.Thread(target=work, args=(stop, i + 1)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
