#pragma once

// How a tool that is there becomes the job's. $1 is the program, $2 a new folder; the last line
// said is what goes on PATH.

namespace triphammer::runner {

/// Where nothing is called python and pip yet, and where the system's own packages must stay as
/// they are, a virtual environment gives both. ensurepip takes seconds, most of them to compile
/// what is never used: its wheels are unpacked as an installer does it. Source:
/// packaging.python.org, "Binary distribution format" and "Recording installed projects".
inline constexpr const char* kInstallPython = R"sh(set -e
with_pip() {
    "$1" -m venv --without-pip "$2" || return 1
    "$2/bin/python" -I - "$2/bin" <<'PYTHON'
import ensurepip, glob, os, sys, sysconfig, zipfile

bin, site = sys.argv[1], sysconfig.get_paths()["purelib"]
folders = [
    os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"),
    str(getattr(ensurepip, "_WHEEL_PKG_DIR", None) or ""),
]
scripts = ("pip", "pip3", "pip{}.{}".format(*sys.version_info))

def unpack(project, version, scripts=()):
    name = project + "-*.whl"
    wheels = [w for f in folders if os.path.isabs(f) for w in glob.glob(os.path.join(f, name))]
    wheel = next((w for w in wheels if "/" + project + "-" + version + "-" in w), wheels[0])
    with zipfile.ZipFile(wheel) as files:
        files.extractall(site)
    facts = "-".join(os.path.basename(wheel).split("-")[:2]) + ".dist-info"
    with open(os.path.join(site, facts, "INSTALLER"), "w") as file:
        file.write("pip\n")
    with open(os.path.join(site, facts, "RECORD"), "a") as record:
        record.write(facts + "/INSTALLER,,\n")
        for script in scripts:
            record.write("../../../bin/" + script + ",,\n")
            place = os.path.join(bin, script)
            with open(place, "w") as file:
                file.write("#!" + os.path.join(bin, "python") + "\n")
                file.write("import runpy\nrunpy.run_module('pip', run_name='__main__')\n")
            os.chmod(place, 0o755)

unpack("pip", ensurepip.version(), scripts)
if sys.version_info < (3, 12):
    unpack("setuptools", ensurepip._SETUPTOOLS_VERSION)
PYTHON
}
if ! with_pip "$1" "$2" > "$2.log" 2>&1 && ! "$1" -m venv --clear "$2" > "$2.log" 2>&1; then
    echo "no pip in a folder of its own ($(tail -n 1 "$2.log")): packages of the system are used"
    "$1" -m venv --without-pip --system-site-packages --clear "$2"
    printf '#!/bin/sh\nexec "%s" -m pip "$@"\n' "$2/bin/python" > "$2/bin/pip"
    chmod 755 "$2/bin/pip"
fi
echo "$2/bin"
)sh";

/// npm and its like stand beside node, or nowhere.
inline constexpr const char* kInstallBeside = R"sh(set -e
mkdir -p "$2/bin"
for file in "$(dirname "$1")"/*; do
    case ${file##*/} in
    node | nodejs | npm | npx | corepack | yarn | pnpm) ln -sf "$file" "$2/bin/${file##*/}" ;;
    esac
done
ln -sf "$1" "$2/bin/node"
echo "$2/bin"
)sh";

/// An archive that holds one JDK: $1 the archive, $2 a new folder for it, which is said last.
inline constexpr const char* kUnpackJdk = R"sh(set -e
[ -f "$1" ] || { echo "there is no file $1"; exit 1; }
mkdir -p "$2"
case $1 in
*.zip) unzip -q "$1" -d "$2" 2>&1 ;;
*) tar -xf "$1" -C "$2" 2>&1 ;;
esac
cd "$2"
pwd -P
)sh";

/// Go and Java are a folder with bin in it already.
inline constexpr const char* kInstallHome = "dirname \"$1\"";

}  // namespace triphammer::runner
