#!/usr/bin/env python3
"""Tests of services.py: every fault of deploy/services.toml is named with its entry
and what to do; a good file gives the settings that the programs expect."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import services  # noqa: E402

GOOD = """
base_port = 7100

[[service]]
name = "registry"
description = "the city"
description_zh = "城市"
port = 7101
metrics_port = 7111
database = true
calls = []
flags = []

[[service]]
name = "intake"
description = "the border"
description_zh = "边界"
port = 7103
metrics_port = 7113
database = false
calls = ["registry"]
flags = ["--sources={config}/sources", "--workers=4"]
"""


class ServicesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)
        self.add_service("registry", database=True)
        self.add_service("intake")

    def add_service(self, name, database=False):
        folder = self.root / "services" / name
        (folder / "migrations" if database else folder).mkdir(parents=True)
        (folder / "CMakeLists.txt").touch()
        proto = self.root / f"proto/wangge/{name}/v1/{name}.proto"
        proto.parent.mkdir(parents=True)
        proto.touch()

    def faults(self, text):
        with self.assertRaises(services.InvalidFile) as raised:
            services.parse(text, self.root)
        return str(raised.exception).splitlines()

    def assert_fault(self, old, new, *parts):
        """The good file with `old` replaced by `new` has one fault, which says all `parts`."""
        self.assertIn(old, GOOD)
        faults = self.faults(GOOD.replace(old, new, 1))
        self.assertEqual(len(faults), 1, faults)
        for part in ("deploy/services.toml: ", *parts):
            self.assertIn(part, faults[0])

    def test_good_file(self):
        base_port, found = services.parse(GOOD, self.root)
        self.assertEqual(base_port, 7100)
        self.assertEqual([s.name for s in found], ["registry", "intake"])
        self.assertEqual(list(services.shell_lists(base_port, found)), [
            "SERVICES=(registry intake)", "STOP_ORDER=(intake registry)", "DATABASES=(registry)",
            "declare -gA PORTS=([registry]=1 [intake]=3)", "declare -gA METRICS_PORTS=([registry]=11 [intake]=13)"])

    def test_flags_on_a_host(self):
        _, found = services.parse(GOOD, self.root)
        place = services.local("/state", 200, 7332)
        flags = services.flags(found[1], place, found)
        for flag in ("--listen=127.0.0.1:7303", "--metrics=127.0.0.1:7313", "--endpoints=registry=127.0.0.1:7301",
                     f"--sources={services.ROOT}/deploy/sources", "--workers=4", "--tls_key=/state/certs/service-intake.key"):
            self.assertIn(flag, flags)
        self.assertFalse([f for f in flags if f.startswith("--dsn=")])
        self.assertIn("--dsn=host=127.0.0.1 port=7332 dbname=registry user=registry",
                      services.flags(found[0], place, found))

    def test_flags_in_containers(self):
        _, found = services.parse(GOOD, self.root)
        flags = services.flags(found[1], services.CONTAINERS, found)
        for flag in ("--listen=0.0.0.0:7103", "--endpoints=registry=registry:7101", "--sources=/etc/wangge/sources"):
            self.assertIn(flag, flags)

    def test_not_toml(self):
        self.assert_fault('name = "intake"', 'name = intake', "is not TOML", "line 15")

    def test_unknown_keys(self):
        self.assert_fault("port = 7103", "port = 7103\nprot = 7104", "service `intake`", "unknown key `prot`", "the keys are name,")
        self.assert_fault("base_port = 7100", "base_port = 7100\nbase = 1", "unknown key `base`")

    def test_missing_keys(self):
        self.assert_fault("metrics_port = 7113\n", "", "service `intake`", "`metrics_port` is missing; it is a number")
        self.assert_fault("base_port = 7100\n", "", "`base_port` must be a number")
        self.assertIn("deploy/services.toml: service 2: `name` is missing; it is a text",
                      self.faults(GOOD.replace('name = "intake"\n', "")))
        self.assertEqual(self.faults("base_port = 7100"), ["deploy/services.toml: there must be a [[service]]"])

    def test_wrong_types(self):
        self.assert_fault("port = 7103", 'port = "7103"', "service `intake`", "`port` must be a number, not '7103'")
        self.assert_fault("database = false", "database = 0", "`database` must be true or false, not 0")
        self.assert_fault('calls = ["registry"]', "calls = [1]", "`calls` must be a list of texts, not [1]")

    def test_duplicate_names(self):
        faults = self.faults(GOOD.replace('name = "intake"', 'name = "registry"'))
        self.assertIn("deploy/services.toml: service `registry`: the name is taken by another entry; choose another, or remove one", faults)

    def test_ports(self):
        self.assert_fault("port = 7103", "port = 7111", "service `intake`", "`port` 7111 is metrics_port of `registry`, too; choose a free one")
        self.assert_fault("metrics_port = 7113", "metrics_port = 7103", "`metrics_port` 7103 is port of `intake`, too")
        self.assert_fault("port = 7103", "port = 7132", "`port` 7132 must be 7101 to 7131")
        self.assert_fault("port = 7103", "port = 7100", "`port` 7100 must be 7101 to 7131")

    def test_calls(self):
        self.assert_fault('calls = ["registry"]', 'calls = ["registri"]', "service `intake`",
                          "`calls`: no service is named `registri`; the services are registry, intake")
        self.assert_fault("calls = []", 'calls = ["intake"]', "service `registry`", "`calls`: `intake` does not stand above")
        self.assert_fault("calls = []", 'calls = ["registry"]', "`calls`: `registry` does not stand above")

    def test_flags(self):
        self.assert_fault('"--workers=4"', '"workers=4"', "service `intake`", "flag `workers=4` must be --name=value")
        self.assert_fault('"--workers=4"', '"--listen=4"', "every service gets --listen; leave it out")
        self.assert_fault('"--workers=4"', '"--dsn=4"', "every service gets --dsn; leave it out")
        self.assert_fault("{config}", "{folder}", "unknown place {folder}; use {config}, {data} or {secrets}")
        self.assert_fault("{config}", "{config", "braces are for {config}, {data} and {secrets}")

    def test_names(self):
        self.assertIn("deploy/services.toml: service `In-take`: `name` must be lower-case letters, digits and _, with a letter first",
                      self.faults(GOOD.replace('name = "intake"', 'name = "In-take"')))

    def test_a_service_without_folder_or_proto(self):
        (self.root / "services/intake/CMakeLists.txt").unlink()
        (self.root / "services/intake").rmdir()
        self.assertEqual(self.faults(GOOD), [
            "deploy/services.toml: service `intake`: there is no folder services/intake; make it, or remove the entry"])
        (self.root / "services/intake").mkdir()
        (self.root / "proto/wangge/intake/v1/intake.proto").unlink()
        self.assertEqual(self.faults(GOOD), [
            "deploy/services.toml: service `intake`: there is no proto/wangge/intake/v1/intake.proto; write it, or remove the entry"])

    def test_a_folder_without_entry(self):
        self.add_service("console")
        self.assertEqual(self.faults(GOOD), [
            "deploy/services.toml: services/console has no entry; add one, or remove the folder"])

    def test_database_and_migrations_agree(self):
        self.assert_fault("database = true", "database = false", "service `registry`", "services/registry/migrations exists")
        self.assert_fault("database = false", "database = true", "service `intake`", "there is no folder services/intake/migrations")

    def test_all_faults_are_named_at_once(self):
        self.assertEqual(len(self.faults(GOOD.replace("port = 7103", "port = 7101").replace("port = 7113", "prot = 7113"))), 2)

    def test_the_real_file_is_good_and_what_comes_from_it_is_not_stale(self):
        done = subprocess.run([services.ROOT / "deploy/generate", "--check"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
