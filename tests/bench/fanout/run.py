#!/usr/bin/env python3
"""Fan-out of one message of 1 KiB to everybody: command's hub and shards, NATS and
Redis, with the same light clients, connections and payload, in plain text.
Prints JSON lines; `load_cpu` and `server_cpu` are seconds of processor time of
either side for one round.
  tests/bench/fanout/run.py BIN_FOLDER STATE_FOLDER [--quick]"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

BIN, STATE = sys.argv[1], sys.argv[2]
QUICK = "--quick" in sys.argv
RECIPIENTS = 75350
BYTES = 1024
ROUNDS = 3 if QUICK else 7
SHARDS = 128  # As command has by default.
PORT = 7560  # And the next ones.


def start(*command):
    return subprocess.Popen([str(word) for word in command], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ask(process, line):
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return process.stdout.readline().split()


def cpu_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Wangge:
    name = "wangge"

    def __init__(self, replicas):
        self.ports = [PORT + i for i in range(replicas)]
        self.servers = [start(f"{BIN}/fanout_server", port, SHARDS) for port in self.ports]
        for server in self.servers:
            assert server.stdout.readline() == "ready\n"

    def publish(self, first, recipients):
        # Each replica reads it from the log; here it is told in turn.
        lines = [ask(server, f"publish {first} {recipients} {BYTES}") for server in self.servers]
        return min(int(line[1]) for line in lines)

    def pids(self):
        return [server.pid for server in self.servers]

    def resident_kib(self):
        return sum(int(ask(server, "usage")[2]) for server in self.servers)

    def stop(self):
        for server in self.servers:
            server.kill()
            server.wait()


class Nats:
    name = "nats"

    def __init__(self, replicas):
        self.ports = [PORT + 10 + i for i in range(replicas)]
        self.servers = []
        for port in self.ports:
            config = f"{STATE}/nats-{port}.conf"
            with open(config, "w") as file:
                file.write(f"listen: 127.0.0.1:{port}\nmax_connections: 100000\n"
                           "max_pending: 512MB\nwrite_deadline: \"60s\"\n")
            self.servers.append(subprocess.Popen(
                ["nats-server", "-c", config], stderr=subprocess.DEVNULL))
        time.sleep(1)

    def publish(self, first, recipients):
        done = subprocess.run([f"{BIN}/fanout_publish", "nats", ",".join(map(str, self.ports)),
                               str(BYTES)], capture_output=True, text=True, check=True)
        return int(done.stdout.split()[1])

    def pids(self):
        return [server.pid for server in self.servers]

    stop = Wangge.stop


class Redis:
    name = "redis"

    def __init__(self, replicas):
        self.ports = [PORT + 20]
        self.servers = [subprocess.Popen(
            ["redis-server", "--port", str(self.ports[0]), "--save", "", "--maxclients", "19000",
             "--client-output-buffer-limit", "pubsub 0 0 0"], stdout=subprocess.DEVNULL)]
        time.sleep(1)

    def publish(self, first, recipients):
        done = subprocess.run([f"{BIN}/fanout_publish", "redis", str(self.ports[0]), str(BYTES),
                               str(first), str(recipients)], capture_output=True, text=True,
                              check=True)
        return int(done.stdout.split()[1])

    pids = Nats.pids
    stop = Wangge.stop


def measure(system, connections, streams, recipients, replicas=1):
    """Median seconds from the publication to the last delivery, and CPU seconds."""
    suite = system(replicas)
    try:
        base_kib = suite.resident_kib() if system is Wangge else 0
        loads = []
        for i, port in enumerate(suite.ports):
            part = [total * (i + 1) // replicas - total * i // replicas
                    for total in (connections, streams, recipients)]
            first = recipients * i // replicas
            # Another loopback address for each: a client port for every connection.
            loads.append(start(f"{BIN}/fanout_load", system.name, "127.0.0.1", port, *part, first))
        for load in loads:
            assert load.stdout.readline() == "ready\n", "recipients were not taken"
        kib = (suite.resident_kib() - base_kib) if system is Wangge else 0
        seconds, load_cpu, server_cpu = [], [], []
        for round_number in range(1, ROUNDS + 2):
            for load in loads:
                load.stdin.write(f"{round_number}\n")
                load.stdin.flush()
            time.sleep(0.1)
            cpu = sum(map(cpu_of, suite.pids()))
            begin = suite.publish(0, recipients)
            ends = [load.stdout.readline().split() for load in loads]
            if round_number == 1:
                continue  # Warms buffers and queues.
            seconds.append((max(int(end[1]) for end in ends) - begin) / 1e9)
            load_cpu.append(sum(float(end[2]) for end in ends))
            server_cpu.append(sum(map(cpu_of, suite.pids())) - cpu)
        for load in loads:
            load.kill()
            load.wait()
        return {"seconds": statistics.median(seconds), "load_cpu": statistics.median(load_cpu),
                "server_cpu": statistics.median(server_cpu), "kib": kib / max(streams, 1)}
    finally:
        suite.stop()


def unary_rate(port):
    done = subprocess.run([f"{BIN}/fanout_unary", str(port), "3" if QUICK else "8"],
                          capture_output=True, text=True, check=True)
    return int(done.stdout.split()[1])


def unary_with_idle_streams():
    suite = Wangge(1)
    try:
        port = suite.ports[0]
        unary_rate(port)  # Warms up.
        alone = unary_rate(port)
        load = start(f"{BIN}/fanout_load", "wangge", "127.0.0.1", port, 100, RECIPIENTS,
                     RECIPIENTS, 0)
        assert load.stdout.readline() == "ready\n"
        beside = unary_rate(port)
        load.kill()
        load.wait()
        print(json.dumps({"bench": "fanout", "figure": "unary calls beside idle streams",
                          "value": beside, "unit": "1/s", "peer": "without streams",
                          "peer_value": alone, "ratio": round(beside / alone, 3),
                          "limit": 0.8}), flush=True)
    finally:
        suite.stop()


def show(figure, result, peer=None, peer_result=None, **more):
    line = {"bench": "fanout", "figure": figure, "value": round(result["seconds"], 4), "unit": "s",
            "load_cpu": round(result["load_cpu"], 3), "server_cpu": round(result["server_cpu"], 3)}
    if peer:
        line |= {"peer": peer, "peer_value": round(peer_result["seconds"], 4),
                 "ratio": round(result["seconds"] / peer_result["seconds"], 3),
                 "peer_load_cpu": round(peer_result["load_cpu"], 3),
                 "peer_server_cpu": round(peer_result["server_cpu"], 3)}
    print(json.dumps(line | more), flush=True)


def compare(figure, connections, streams, peers):
    ours = measure(Wangge, connections, streams, RECIPIENTS)
    for peer in peers:
        theirs = measure(peer, connections, connections, RECIPIENTS)
        show(figure, ours, peer.name, theirs)
    return ours


def main():
    compare("100 streams", 100, 100, [Nats, Redis])
    thousand = compare("1,000 streams", 1000, 1000, [Nats, Redis])
    ours = measure(Wangge, 100, RECIPIENTS, RECIPIENTS)
    show("a stream each, 100 connections", ours, limit=0.25)
    tenfold = measure(Wangge, 1000, 1000, 10 * RECIPIENTS)
    show("tenfold, 1,000 streams", tenfold, times=round(tenfold["seconds"] / thousand["seconds"], 2),
         limit=12)
    unary_with_idle_streams()
    # One process may open 20,000 descriptors.
    replicas = 4
    ours = measure(Wangge, RECIPIENTS, RECIPIENTS, RECIPIENTS, replicas)
    theirs = measure(Nats, RECIPIENTS, RECIPIENTS, RECIPIENTS, replicas)
    show("a connection each", ours, "nats", theirs, kib_per_connection=round(ours["kib"], 1),
         kib_limit=32)


if __name__ == "__main__":
    os.makedirs(STATE, exist_ok=True)
    for program in ("nats-server", "redis-server"):
        assert shutil.which(program) or os.path.exists(f"/usr/sbin/{program}"), program
    os.environ["PATH"] += ":/usr/sbin"
    main()
