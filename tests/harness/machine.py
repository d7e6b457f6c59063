"""A machine with Debian and systemd, booted in namespaces of its own: what a package finds. It shares this one's network,
or has one of its own with a wire to this one."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Runs as the first process of its namespaces; $1 is the root, the rest what it shows there: HOST-PATH=PATH.
INSIDE = r"""
set -e
root=$1; shift
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mountpoint -q sys/fs/cgroup || mount -t tmpfs none sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
for each in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${each%:*}" c 1 "${each#*:}"; done
mknod -m 666 dev/tty c 5 0
mount -t tmpfs -o mode=755 run run
for each; do mkdir -p "$(dirname ".${each#*=}")"; touch ".${each#*=}"; mount --bind "${each%%=*}" ".${each#*=}"; done
mkdir -p old; pivot_root . old; cd /
umount -l old 2>/dev/null; rmdir old
exec env -i container=triphammer-test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --log-target=console --show-status=no --unit=multi-user.target
"""


def archive(kind):
    """Debian with systemd, and with Docker's engine where it is "docked"; made once."""
    folder = ROOT / ".dev/debian"
    subprocess.run([ROOT / "tests/support/engine.sh", kind, folder], check=True)
    return folder / f"{kind}-12.tar"


def unified_hierarchy():
    for place in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        if os.path.exists(f"{place}/cgroup.procs") and not os.path.exists(f"{place}/cpu"):
            return pathlib.Path(place)
    raise RuntimeError("no cgroups of version 2")


class Wire:
    """Two addresses that reach each other: `here`, and `there` once a machine has its end."""

    def __init__(self):
        net = f"100.{random.randrange(64, 128)}.{random.randrange(256)}"
        self.here, self.there = f"{net}.1", f"{net}.2"
        self.name = f"thw{uuid.uuid4().hex[:8]}"
        _run(["ip", "link", "add", self.name, "type", "veth", "peer", "name", f"{self.name}p"], True, {})
        _run(["ip", "addr", "add", f"{self.here}/30", "dev", self.name], True, {})
        _run(["ip", "link", "set", self.name, "up"], True, {})

    def give(self, pid):
        """Its other end, as eth0, to the network of this process."""
        _run(["ip", "link", "set", f"{self.name}p", "netns", pid], True, {})
        for words in (["link", "set", f"{self.name}p", "name", "eth0"], ["addr", "add", f"{self.there}/30", "dev", "eth0"],
                      ["link", "set", "lo", "up"], ["link", "set", "eth0", "up"], ["route", "add", "default", "via", self.here]):
            _run(["nsenter", "-t", pid, "-n", "ip", *words], True, {})

    def cut(self):
        _run(["ip", "link", "del", self.name], False, {})  # the other end goes with it


class Machine:
    def __init__(self, folder, kind="machine", wire=None):
        self.wire = wire
        self.root = pathlib.Path(folder) / "root"
        self.root.mkdir(parents=True)
        subprocess.run(["tar", "-C", self.root, "-xpf", archive(kind)], check=True)
        (self.root / "etc/resolv.conf").unlink(missing_ok=True)
        (self.root / "etc/dpkg/dpkg.cfg.d/fast").write_text("force-unsafe-io\n")
        self.console = pathlib.Path(folder) / "console.log"
        self.group = None
        self.process = None
        self.first = None  # the pid of its systemd, out here

    # --- without systemd ----------------------------------------------------------------------------

    def chroot(self, *command, check=True, **environment):
        return _run(["chroot", self.root, *command], check, environment)

    # --- life ---------------------------------------------------------------------------------------

    def boot(self, shown=None):
        """`shown`: {path here: path there}."""
        self.group = unified_hierarchy() / f"triphammer-machine-{uuid.uuid4().hex[:8]}"
        self.group.mkdir()
        binds = [f"{here}={there}" for here, there in (shown or {}).items()]
        own = "-m -p -C -u -i -n" if self.wire else "-m -p -C -u -i"
        enter = f"echo $$ >{self.group}/cgroup.procs && exec unshare {own} --fork --kill-child sh -c \"$0\" sh \"$@\""
        with open(self.console, "ab") as console:
            self.process = subprocess.Popen(["sh", "-c", enter, INSIDE, self.root, *binds], stdin=subprocess.DEVNULL,
                                            stdout=console, stderr=console, start_new_session=True)
        self.wait_for(self._find_first, 10, "no first process")
        if self.wire:
            self.wire.give(self.first)
        self.wait_for(self.is_up, 60, "systemd does not come up")
        return self

    def _find_first(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.first = int(children[0]) if children else None
        return self.first

    def is_up(self):
        return self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def run(self, *command, check=True, stdin=None, **environment):
        network = ["-n"] if self.wire else []
        entered = ["nsenter", "-t", self.first, "-m", "-p", "-C", "-u", "-i", "-r", "-w", *network]
        return _run([*entered, *command], check, environment, stdin)

    def off(self):
        if self.process is None:
            return
        if self.first:
            os.kill(self.first, signal.SIGKILL)  # and with it everything in its namespace
        self.process.wait(timeout=20)
        self.process = None
        for _ in range(100):
            folders = sorted(self.group.rglob("*/"), key=lambda path: -len(path.parts))
            try:
                for folder in [*(folder for folder in folders if folder.is_dir()), self.group]:
                    folder.rmdir()
                return
            except OSError:
                time.sleep(0.05)

    def close(self):
        self.off()
        shutil.rmtree(self.root)

    # --- looking ------------------------------------------------------------------------------------

    def wait_for(self, what, seconds, message):
        limit = time.monotonic() + seconds
        while not (found := what()):
            if time.monotonic() > limit:
                raise TimeoutError(f"{message}\n{self.console.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)
        return found

    def files(self):
        """Every path with what it is, what the system writes about itself left out."""
        noise = ("/proc", "/sys", "/dev", "/run", "/tmp", "/old", "/var/log", "/var/cache", "/var/lib/dpkg", "/var/lib/apt",
                 "/var/tmp", "/var/lib/systemd/timers", "/var/lib/systemd/random-seed", "/var/lib/systemd/catalog",
                 "/etc/machine-id", "/etc/.pwd.lock", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/root")
        found = {}
        for folder, folders, files in os.walk(self.root):
            here = "/" + os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if not os.path.join(here, name).replace("/./", "/").startswith(noise)]
            for name in folders + files:
                path = os.path.join(here, name).replace("/./", "/")
                status = os.lstat(os.path.join(folder, name))
                size = status.st_size if os.path.isfile(os.path.join(folder, name)) else 0
                if not path.startswith(noise):
                    found[path] = (status.st_mode, status.st_uid, status.st_gid, size)
        return found


def _run(command, check, environment, stdin=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, input=stdin or "", timeout=180,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
                                            "DEBIAN_FRONTEND": "noninteractive", **environment})
    if check and done.returncode != 0:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done
