#!/usr/bin/env python3
"""Makes triphammer_VERSION_ARCH.deb of a program that was built: its files, who it depends on, the licences and a list
(CycloneDX) of everything that is linked with it or inside it. Prints the package's path.

    build.py --build FOLDER --to FOLDER [--version V] [--quick]
"""
import argparse
import datetime
import email.utils
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: triphammer

Files: *
Copyright: 2026 The Triphammer authors
License: Apache-2.0
 Licensed under the Apache License, Version 2.0. Its text is in
 /usr/share/common-licenses/Apache-2.0. Licences of what is inside the program are
 in third-party.txt.gz, beside this file.
"""


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def own_version():
    return re.search(r"project\(triphammer VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


# --- what is linked with it -----------------------------------------------------------------------

def packages_of(files):
    """The Debian packages that own them, those without one left out."""
    found = subprocess.run(["dpkg", "-S", *files], capture_output=True, text=True).stdout
    return {line.split(": ")[0].split(":")[0] for line in found.splitlines() if not line.startswith("diversion ")}


def real_names(path):
    """As dpkg may know it: /lib and /usr/lib are one folder here."""
    real = os.path.realpath(path)
    return {real, real.removeprefix("/usr")} if real.startswith("/usr/lib") else {real}


def shared_packages(program):
    """Of the libraries that the program itself asks for; theirs are those packages' business."""
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-d", program))
    paths = dict(re.findall(r"(\S+) => (\S+)", output("ldd", program)))
    return packages_of(sorted({name for library in needed if library in paths for name in real_names(paths[library])}))


def embedded_packages(build):
    """Whose headers were compiled into it, or whose archives are in the static runner."""
    headers = set(re.findall(r"(?m)^    (/usr/\S+)$", output("ninja", "-C", build, "-t", "deps")))
    archives = set(re.findall(r"/usr/lib/\S+\.a\b", (build / "build.ninja").read_text()))
    runner = {output("g++", f"-print-file-name={name}.a").strip() for name in ("libc", "libstdc++", "libgcc")}
    names = sorted({name for file in headers | archives | runner for name in real_names(file)})
    chunks = [names[at:at + 500] for at in range(0, len(names), 500)]
    found = set().union(*(packages_of(chunk) for chunk in chunks))
    return found - {"libgtest-dev", "libgmock-dev", "googletest", "linux-libc-dev"}


def licences_of(package):
    """As its copyright file names them; Debian's own packaging is no part of the program."""
    file = pathlib.Path(f"/usr/share/doc/{package}/copyright")
    if not file.exists():
        return []
    names = re.findall(r"(?m)^License:[ \t]*(\S.*)$", file.read_text(errors="replace"))
    return sorted({name.strip() for name in names}) or ["see its copyright file"]


def component(package):
    version, architecture = output("dpkg-query", "-W", "-f", "${Version} ${Architecture}", package).split()
    return {
        "type": "library", "name": package, "version": version,
        "purl": f"pkg:deb/debian/{package}@{version}?arch={architecture}&distro=debian-12",
        "licenses": [{"license": {"name": name}} for name in licences_of(package)],
    }


def web_licences(build):
    """name → text, of every package that has code in the dashboard (web/build.mjs)."""
    parts = (build / "web/dist/licenses.txt").read_text().split("\n----\n\n")
    return {name: text for name, _, text in (part.partition("\n\n") for part in parts)}


def web_components(build):
    """What stands in the dashboard."""
    locked = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    shipped = web_licences(build)
    for path, package in sorted(locked.items()):
        name = path.removeprefix("node_modules/")
        if name in shipped:
            yield {"type": "library", "name": name, "version": package["version"],
                   "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}",
                   "licenses": [{"license": {"id": package["license"]}}]}


def bill_of_materials(version, packages, moment, build):
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'triphammer {version} {moment}')}",
        "metadata": {"component": {"type": "application", "name": "triphammer", "version": version,
                                   "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": [component(package) for package in sorted(packages)] + list(web_components(build)),
    }


def third_party(packages, build):
    """The licence texts, package after package."""
    files = {package: pathlib.Path(f"/usr/share/doc/{package}/copyright") for package in packages}
    texts = {package: file.read_text(errors="replace") for package, file in files.items() if file.exists()}
    for name, text in sorted({**texts, **web_licences(build)}.items()):
        yield f"{'=' * 100}\n{name}\n{'=' * 100}\n\n{text}\n"


def changelog(version, moment):
    """In the form that Debian's tools read; what changed stands in CHANGELOG.md.gz."""
    maintainer = re.search(r"(?m)^Maintainer: (.+)$", (HERE / "control").read_text())[1]
    date = email.utils.format_datetime(datetime.datetime.fromtimestamp(int(moment), datetime.timezone.utc))
    return f"triphammer ({version}) stable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- {maintainer}  {date}\n"


# --- the tree -------------------------------------------------------------------------------------

def put(tree, path, content, mode=0o644):
    target = tree / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, pathlib.Path):
        shutil.copyfile(content, target)
    else:
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    target.chmod(mode)


def fill(tree, program, version, packages, moment, build):
    put(tree, "usr/bin/triphammer", program, 0o755)
    put(tree, "etc/triphammer/triphammer.yml", ROOT / "deploy/triphammer.yml")
    for unit in sorted((ROOT / "deploy/systemd").glob("*.service")):
        put(tree, f"lib/systemd/system/{unit.name}", unit)
    documents = "usr/share/doc/triphammer"
    put(tree, f"{documents}/copyright", COPYRIGHT)
    put(tree, f"{documents}/changelog.gz", gzip.compress(changelog(version, moment).encode(), 9, mtime=0))
    put(tree, f"{documents}/CHANGELOG.md.gz", gzip.compress((ROOT / "CHANGELOG.md").read_bytes(), 9, mtime=0))
    put(tree, f"{documents}/NOTICE", ROOT / "NOTICE")
    put(tree, f"{documents}/third-party.txt.gz", gzip.compress("".join(third_party(packages, build)).encode(), 9, mtime=0))
    put(tree, f"{documents}/sbom.cdx.json", json.dumps(bill_of_materials(version, packages, moment, build), indent=1) + "\n")


def describe(tree, version, depends):
    values = {"VERSION": version, "ARCHITECTURE": output("dpkg", "--print-architecture").strip(),
              "SCHEMA": str(max(int(file.name[:4]) for file in (ROOT / "migrations").glob("*.sql"))),
              "DEPENDS": ", ".join(sorted(depends)),
              "INSTALLED_SIZE": str(sum(f.stat().st_size for f in tree.rglob("*") if f.is_file()) // 1024 + 1)}

    def filled(name):
        return re.sub("@([A-Z_]+)@", lambda found: values[found[1]], (HERE / name).read_text())

    put(tree, "DEBIAN/control", filled("control"))
    put(tree, "DEBIAN/conffiles", "/etc/triphammer/triphammer.yml\n")
    for name in SCRIPTS:
        put(tree, f"DEBIAN/{name}", filled(name), 0o755)
    return values["ARCHITECTURE"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--version", default=own_version())
    parser.add_argument("--quick", action="store_true", help="larger, made in a second")
    asked = parser.parse_args()
    moment = output("git", "-C", ROOT, "log", "-1", "--format=%ct").strip()
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "triphammer"
        subprocess.run(["strip", "-o", program, asked.build / "triphammer"], check=True)
        linked = shared_packages(program)
        tree = pathlib.Path(folder) / "tree"
        tree.mkdir(mode=0o755)
        fill(tree, program, asked.version, linked | embedded_packages(asked.build), moment, asked.build)
        architecture = describe(tree, asked.version, linked)
        asked.to.mkdir(parents=True, exist_ok=True)
        pressing = ["-Zgzip", "-z1"] if asked.quick else ["-Zxz"]
        package = asked.to / f"triphammer_{asked.version}_{architecture}.deb"
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", *pressing, tree, package], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": moment})
    print(package)


main()
