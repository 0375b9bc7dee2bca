"""Rules for documents: links lead somewhere, names exist, pages keep their form,
generated pages are up to date."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_README_LINES = 100
MAX_DECISION_WORDS = 300
DECISION_PARTS = ("- Date: 20", "- Status: ", "- Replaces: ", "## Context", "## Decision", "## Consequences")
# What a document may call a path of the repository.
PATH = re.compile(r"`((?:libs|services|tools|tests|deploy|proto|cmake|docs)/[\w./*-]*[\w*])`")


def documents():
    found = [p for pattern in ("*.md", "services/**/*.md", "libs/**/*.md", "tools/**/*.md", "docs/**/*.md")
             for p in ROOT.glob(pattern)]
    return sorted(found)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def numbered_prose(path):
    """The lines outside fenced code, with their numbers."""
    fenced = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors(path):
    """The anchors of headings, as a forge makes them."""
    found = set()
    for _, line in numbered_prose(path):
        heading = re.match(r"#+ (.*)", line)
        if heading:
            text = re.sub(r"[^\w\- ]", "", heading.group(1).strip().lower())
            found.add(text.replace(" ", "-"))
    return found


def links(path):
    for number, line in numbered_prose(path):
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
            if not re.match(r"[a-z]+:", target):
                yield number, target


def check_links(path):
    for number, target in links(path):
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists():
            yield f"{relative(path)}:{number}: the link {target} leads nowhere"
        elif anchor and (there.suffix != ".md" or anchor not in anchors(there)):
            yield f"{relative(path)}:{number}: {relative(there)} has no heading for #{anchor}"


def check_paths(path):
    """Paths in `code` exist. Decisions and notebooks speak of their own day."""
    if relative(path).startswith(("docs/adr/", "docs/research/", "docs/reference/", "CHANGELOG")):
        return
    for number, line in numbered_prose(path):
        for name in PATH.findall(line):
            if not any(ROOT.glob(name)):
                yield f"{relative(path)}:{number}: {name} is not there"


def is_named(name, folders):
    return subprocess.run(["grep", "-rqwF", "--include=*.proto", "--include=*.h", "--include=*.cc", name, *folders],
                          cwd=ROOT).returncode == 0


def check_names(path):
    """Names in tables of entry points and in the glossary are in the code."""
    inside = False
    for number, line in numbered_prose(path):
        cells = [c.strip() for c in line.split("|")[1:-1]]
        if line.startswith("## "):
            inside = line == "## Entry points"
        if inside and len(cells) == 3 and cells[0].startswith("`"):
            names, folders = cells[0], [cells[1]]
        elif path.name == "glossary.md" and len(cells) == 3:
            names, folders = cells[2], ["proto", "libs", "services"]
        else:
            continue
        for name in re.findall(r"`([\w.]+)`", names):
            if not all((ROOT / f).is_dir() for f in folders) or not is_named(name, folders):
                yield f"{relative(path)}:{number}: {name} is not in {' '.join(folders)}"


def check_flags(path):
    """Flags of services exist; those of wgctl and citysim have no underscores."""
    if relative(path).startswith("docs/reference/"):
        return
    known = set(re.findall(r"`(--\w+)`", (ROOT / "docs/reference/flags.md").read_text())) | {"--flagfile"}
    for number, line in numbered_prose(path):
        named = set(re.findall(r"--\w*_\w+", line))
        if path.name == "configure.md":
            named |= set(re.findall(r"`(--\w+)", line))
        yield from (f"{relative(path)}:{number}: no service has the flag {flag}" for flag in sorted(named - known))


def check_readmes():
    both = {}
    for name in ("README.md", "README.zh-CN.md"):
        path = ROOT / name
        lines = path.read_text().count("\n")
        if lines > MAX_README_LINES:
            yield f"{name}: has {lines} lines; {MAX_README_LINES} at most"
        both[name] = {target for _, target in links(path)} - {"README.md", "README.zh-CN.md"}
    english, chinese = both.values()
    yield from (f"README.zh-CN.md: does not link to {target}" for target in sorted(english - chinese))
    yield from (f"README.md: does not link to {target}" for target in sorted(chinese - english))


def check_decisions():
    index = (ROOT / "docs/adr/README.md").read_text()
    for path in sorted((ROOT / "docs/adr").glob("[0-9]*.md")):
        text = path.read_text()
        if not re.match(rf"# {int(path.name[:4])}\. \S", text):
            yield f"{relative(path)}:1: begins with `# {int(path.name[:4])}. Title`"
        for part in DECISION_PARTS:
            if f"\n{part}" not in text:
                yield f"{relative(path)}:1: has no `{part}`"
        if len(text.split()) > MAX_DECISION_WORDS:
            yield f"{relative(path)}: has {len(text.split())} words; {MAX_DECISION_WORDS} at most, the rest belongs to docs/research"
        if f"({path.name})" not in index:
            yield f"docs/adr/README.md: does not list {path.name}"


def check_mentions():
    """Documents that sources name exist."""
    done = subprocess.run(["grep", "-rnoE", "--include=*.h", "--include=*.cc", "--include=*.proto", "--include=*.sql",
                           "--include=*.cmake", "--include=*.txt", r"docs/[a-z0-9_/-]+\.md", "libs", "services", "tools",
                           "tests", "proto", "cmake", "deploy"], cwd=ROOT, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        place, _, name = line.rpartition(":")
        # Migrations are never edited, so they may name what has moved since.
        if "/migrations/" not in place and not (ROOT / name).exists():
            yield f"{place}: {name} is not there"


def check_reference():
    for command in (["generate_test.py", "--quiet"], ["generate.py", "--check"]):
        done = subprocess.run([sys.executable, ROOT / "docs/reference" / command[0], *command[1:]],
                              capture_output=True, text=True)
        if done.returncode != 0:
            yield from (done.stdout + done.stderr).splitlines()


def faults():
    """Every fault as file:line: what is wrong."""
    found = []
    for path in documents():
        for check in (check_links, check_paths, check_names, check_flags):
            found += check(path)
    for check in (check_readmes, check_decisions, check_mentions, check_reference):
        found += check()
    return found
