# SPDX-License-Identifier: Apache-2.0
"""Runs what cprof-ci(7) has for continuous integration: the steps of the jobs, with programs in the
place of the services that they talk to, and the shell function on a repository of its own.

usage: recipes.py CPROF SOURCE_ROOT [ROOT]

With ROOT the jobs' steps run in that root, which shares the folder for temporary files with this
one and where cprof is not installed; CPROF may then be a package for Debian as well.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from examples import roff_unescape

try:
    import yaml
except ImportError:
    yaml = None

CPROF, ROOT = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
OTHER_ROOT = sys.argv[3] if len(sys.argv) > 3 else None
PAGE = (ROOT / "man/cprof-ci.7").read_text(encoding="utf-8")
TESTDATA = ROOT / "testdata"


class Skip(Exception):
    """What is needed is not there."""


def recipe(name):
    return plain(re.search(rf'^\.\\" recipe: {name}\n(?:\.PP\n)?\.EX\n(.*?)^\.EE$', PAGE, re.S | re.M)[1])


def gates():
    return plain(re.search(r"^\.EX\n(# a merge request.*?)^\.EE$", PAGE, re.S | re.M)[1])


def plain(lines):
    """The text of an example of a manual page."""
    return "".join(roff_unescape(line) + "\n" for line in lines.splitlines())


def program(folder, name, text):
    path = pathlib.Path(folder, "bin", name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
    path.chmod(0o755)


def run(script, folder, shell="bash", cprof=os.path.dirname(CPROF), **env):
    path = f"{folder}/bin:{cprof}:{os.environ['PATH']}"
    keep = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
    command = [shell, "-e", "-c", script]
    if OTHER_ROOT:
        command = ["chroot", OTHER_ROOT, "sh", "-c", 'cd "$HOME" && exec "$@"', "sh", *command]
    return subprocess.run(command, cwd=folder, timeout=240, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**keep, "PATH": path, "HOME": folder, "TZ": "UTC", "PACKAGE": ".",
                               "LC_ALL": "C.UTF-8", **env})


def read(*path):
    return pathlib.Path(*path).read_text(encoding="utf-8")


def prepared(folder, after):
    """A checkout with gates, and cprof at an address of its own, as nothing was installed."""
    pathlib.Path(folder, ".cprof-gates").write_text(gates(), encoding="utf-8")
    shutil.copy(TESTDATA / "parcels_mem.1.pb.gz", f"{folder}/main.pb.gz")
    shutil.copy(TESTDATA / after, f"{folder}/new.pb.gz")
    program(folder, "go", 'for a; do case $a in -memprofile=*) cp new.pb.gz "${a#*=}";; esac; done\n')
    for left in ("base", "report.md", "comment.md", "base.pb.gz"):
        path = pathlib.Path(folder, left)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def fetched(folder, path=CPROF):
    """Where cprof is fetched from, and its sum."""
    copy = shutil.copy(path, f"{folder}/published")
    digest = hashlib.sha256(pathlib.Path(copy).read_bytes()).hexdigest()
    return {"CPROF_URL": f"file://{copy}", "CPROF_SHA256": digest}


def install(script, folder, env):
    """Runs the steps that install cprof, of a package, too, with nothing but its first bytes."""
    program(folder, "sudo", 'exec "$@"\n')
    if not OTHER_ROOT:
        program(folder, "apt-get", 'echo "$@" >>apt.log\n')
        package = pathlib.Path(folder, "package")
        package.write_bytes(b"!<arch>\ndebian-binary")
        done = run(script, folder, **{**env, **fetched(folder, package)})
        assert done.returncode == 0, done.stdout
        log, = pathlib.Path(folder).rglob("apt.log")
        assert re.fullmatch(r"update\ninstall -y \S*/cprof.deb\n", read(log)), read(log)
        log.unlink()
    bad = run(script, folder, **{**env, **fetched(folder), "CPROF_SHA256": "0" * 64})
    assert bad.returncode != 0, bad.stdout
    done = run(script, folder, **{**env, **fetched(folder)})
    assert done.returncode == 0, done.stdout


def check_comment(comment, status, fires):
    assert status == (3 if fires else 0), status
    assert comment.startswith("<!-- cprof: allocations -->\n"), comment
    assert ("- `gate failed: alloc_space: total > +5%:" in comment) == fires, comment
    assert " ± " in comment and "`main.pack` |" in comment and "### `alloc_space` " in comment


def check_first_comment(comment, status):
    """Nothing to compare with is no failure."""
    assert status == 0, status
    assert "has no profile yet, so nothing is compared" in comment and "`main.pack`" in comment, comment


GH = """echo "$@" >>gh.log
case "$*" in
"run list"*) [ ! -f main.pb.gz ] || echo 17;;
"run download"*) mkdir -p base; cp main.pb.gz base/mem.pb.gz;;
*--paginate*) [ ! -f posted.md ] || echo 23;;
"api -X"*) cp comment.md posted.md;;
esac
"""


def github(folder):
    job = yaml.safe_load(recipe("github"))["jobs"]["allocations"]
    steps = {step.get("name"): step for step in job["steps"]}
    assert all(("run" in step) != ("uses" in step) for step in job["steps"])
    env = {"RUNNER_TEMP": f"{folder}/runner", "GITHUB_PATH": f"{folder}/path",
           "GITHUB_REPOSITORY": "a/b", "NUMBER": "5"}
    os.mkdir(env["RUNNER_TEMP"])
    program(folder, "gh", GH)
    install(steps["Install cprof"]["run"], folder, env)
    for after, fires in ((None, False), ("parcels_mem.2.pb.gz", False), ("parcels_mem_more.pb.gz", True)):
        prepared(folder, after or "parcels_mem.2.pb.gz")
        if not after:
            os.remove(f"{folder}/main.pb.gz")
        for name in ("Record", "Fetch the profile of the main branch"):
            done = run(steps[name]["run"], folder, **env)
            assert done.returncode == 0, done.stdout
        compared = run(steps["Compare"]["run"], folder, cprof=f"{folder}/runner/bin", **env)
        done = run(steps["Comment"]["run"], folder, **env)
        assert done.returncode == 0, done.stdout
        if after:
            check_comment(read(folder, "posted.md"), compared.returncode, fires)
        else:
            check_first_comment(read(folder, "posted.md"), compared.returncode)
    log = read(folder, "gh.log")
    assert "run download 17 --name=allocations --dir=base\n" in log
    assert log.count("api -X POST repos/a/b/issues/5/comments ") == 1, log
    assert log.count("api -X PATCH repos/a/b/issues/comments/23 ") == 2, log
    assert steps["Keep the profile of the main branch"]["with"]["name"] == "allocations"


CURL = """echo "$@" >>curl.log
case "$*" in
*file://*) exec /usr/bin/curl "$@";;
*--output*) [ -f main.pb.gz ] || exit 22; cp main.pb.gz base.pb.gz;;
*per_page*) [ ! -f posted.md ] || echo '[{"id":9,"type":null,"body":"x"},{"id":31,"type":null,"body":"\\u003c!-- cprof: allocations --\\u003e"}]';;
*notes*) cp comment.md posted.md;;
esac
"""


def gitlab(folder):
    job = yaml.safe_load(recipe("gitlab"))["allocations"]
    program(folder, "curl", CURL)
    env = {name: name for name in ("CI_API_V4_URL", "CI_PROJECT_ID", "CI_JOB_TOKEN", "NOTES_TOKEN")}
    before = "\n".join(job["before_script"])
    install(before.replace("/tmp/", f"{folder}/").replace("/usr/local/bin", f"{folder}/bin"), folder, env)
    for after, fires in ((None, False), ("parcels_mem.2.pb.gz", False), ("parcels_mem_more.pb.gz", True)):
        prepared(folder, after or "parcels_mem.2.pb.gz")
        if not after:
            os.remove(f"{folder}/main.pb.gz")
        compared = run("\n".join(job["script"]), folder, **env, CI_MERGE_REQUEST_IID="5")
        done = run("\n".join(job["after_script"]), folder, **env, CI_MERGE_REQUEST_IID="5")
        assert done.returncode == 0, done.stdout
        if after:
            check_comment(read(folder, "posted.md"), compared.returncode, fires)
        else:
            check_first_comment(read(folder, "posted.md"), compared.returncode)
    log = read(folder, "curl.log")
    assert log.count("-X PUT") == 2 and "notes/31" in log, log
    os.remove(f"{folder}/mem.pb.gz")
    done = run("\n".join(job["script"]), folder, **env)  # on the main branch
    assert done.returncode == 0 and os.path.exists(f"{folder}/mem.pb.gz"), done.stdout


def make(folder):
    """The first run keeps a base, the second is stopped by a gate, as is a push."""
    if not shutil.which("make"):
        raise Skip("no make")
    prepared(folder, "parcels_mem.1.pb.gz")
    pathlib.Path(folder, "Makefile").write_text(recipe("make"), encoding="utf-8")
    pathlib.Path(folder, "a.go").touch()
    assert run("make allocations", folder).returncode == 0
    os.remove(f"{folder}/mem.pb.gz")
    shutil.copy(TESTDATA / "parcels_mem_more.pb.gz", f"{folder}/new.pb.gz")
    done = run(recipe("hook"), folder, "sh")
    assert done.returncode != 0 and b"gate failed: alloc_space: total > +5%" in done.stdout, done.stdout


MODULE = {"go.mod": "module example.com/allocs\n\ngo 1.19\n",
          "a_test.go": 'package allocs\n\nimport "testing"\n\nvar kept []byte\n\n'
                       "func BenchmarkA(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n"
                       "\t\tkept = make([]byte, SIZE)\n\t}\n}\n"}


def shell(folder):
    if not shutil.which("go") or not shutil.which("git"):
        raise Skip("no go or no git")
    git = "git -c user.name=a -c user.email=a@example.com -c init.defaultBranch=main "
    put = lambda size: [pathlib.Path(folder, name).write_text(text.replace("SIZE", size),
                                                              encoding="utf-8")
                        for name, text in MODULE.items()]
    env = {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off", "CGO_ENABLED": "0",
           "GOCACHE": f"{folder}/.git/cache"}
    put("1 << 20")
    assert run(f"{git} init -q && {git} add . && {git} commit -qm a", folder).returncode == 0
    allocs = recipe("shell") + "allocs . 'total > +20%' 'flat(BenchmarkA) > +2GB'\n"
    done = run(allocs, folder, "sh", **env)
    assert done.returncode == 0 and b"\xc2\xb1 is 95%" in done.stdout, done.stdout
    put("2 << 20")
    done = run(allocs, folder, "sh", **env)
    assert done.returncode == 3 and b"gate failed: total > +20%: alloc_space grew by" in done.stdout, \
        done.stdout
    assert b"flat(BenchmarkA) > +2GB" not in done.stdout
    left = run("git worktree list; git status --short", folder).stdout.decode().splitlines()
    assert len(left) == 2 and left[1].endswith("a_test.go"), left


def main():
    failed = 0
    tests = [github, gitlab] if OTHER_ROOT else [github, gitlab, make, shell]
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory(prefix="cprof-recipe.") as folder:
            try:
                if test in (github, gitlab) and not yaml:
                    raise Skip("no PyYAML")
                test(folder)
                print(f"ok {number} - {test.__name__}")
            except Skip as why:
                print(f"ok {number} - {test.__name__} # SKIP {why}")
            except AssertionError as wrong:
                failed += 1
                print(f"not ok {number} - {test.__name__}\n# {wrong}".replace("\\n", "\n# "))
            finally:
                # Go's caches are read-only.
                subprocess.run(["chmod", "-R", "u+w", folder], check=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
