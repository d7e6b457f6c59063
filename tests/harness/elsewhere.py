"""A server on another machine: in a network of its own, with a wire to this one and an address that is kept for
documentation (RFC 5737), which a job's steps may reach. Needs root."""
import contextlib
import subprocess


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def claim_network():
    """(name, number) of a network namespace that nobody else has: several tests may want one at once."""
    for number in range(2, 64):
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("netns", "add", f"th-other-{number}")
            return f"th-other-{number}", 4 * number
    raise RuntimeError("62 other machines are there already: ip netns")


@contextlib.contextmanager
def other_machine(*command, stdin="", **options):
    """The address of a machine that runs the command: it reads `stdin`, and says "ready" once it listens."""
    name, number = claim_network()
    here, there = f"203.0.113.{number + 1}", f"203.0.113.{number + 2}"
    try:
        ip("link", "add", name, "type", "veth", "peer", "name", "there", "netns", name)
        ip("address", "add", f"{here}/30", "dev", name)
        ip("link", "set", name, "up")
        ip("-n", name, "address", "add", f"{there}/30", "dev", "there")
        ip("-n", name, "link", "set", "there", "up")
        with subprocess.Popen(["ip", "netns", "exec", name, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, **options) as server:
            try:
                server.stdin.write(stdin)
                server.stdin.close()
                assert server.stdout.readline() == "ready\n"
                yield there
            finally:
                server.kill()
    finally:
        subprocess.run(["ip", "link", "del", name], check=False)
        ip("netns", "del", name)
