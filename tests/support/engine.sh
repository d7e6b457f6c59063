#!/bin/bash
# A private Docker engine with two registries, for the demo and the tests; as root, away from any
# engine that the machine has. Everything lives under DIR and on bridges with addresses of its own,
# so that `stop` takes all of it away again, after a crash too.
#
#   engine.sh start DIR    prints DOCKER_HOST=… REGISTRY=… PRIVATE_REGISTRY=… (and its _USER, _PASSWORD).
#                          With DOCKER_HOST set and answering, that engine is used and not started.
#                          ENGINE_OPTIONS: more options of dockerd.
#   engine.sh images DIR   makes triphammer/busybox, triphammer/nginx, triphammer/caddy, triphammer/python3
#                          and triphammer/postgres from this machine's own files, where they are missing
#   engine.sh busybox DIR  makes the first of them alone
#   engine.sh debian DIR   makes triphammer/debian:12 with debootstrap; its archive stays in DIR for the next time
#   engine.sh tools DIR    makes triphammer/tools:12, Debian with the languages that jobs are written in, the same way
#   engine.sh machine DIR  makes DIR/machine-12.tar, Debian with systemd to boot; needs no engine
#   engine.sh docked DIR   makes DIR/docked-12.tar, the same with Docker's own engine
#   engine.sh stop DIR     ends all of it and removes DIR; fine when nothing runs
set -u

die() { echo "engine.sh: $*" >&2; exit 1; }
[ $# = 2 ] || die "usage: engine.sh start|images|busybox|debian|tools|machine|docked|stop DIR"
mkdir -p "$2" || die "cannot make $2"
dir=$(readlink -f "$2")
tag=$(printf '%s' "$dir" | sha256sum | cut -c1-8)
bridge=th$tag
socket=$dir/docker.sock
# The socket's path has to fit into 107 bytes.
[ ${#socket} -lt 100 ] || socket=/run/triphammer-engine-$tag.sock
registry_user=triphammer
registry_password=anvil-and-steel
# bcrypt of the password above: docker-registry takes nothing else, and Debian's base has no tool for it.
registry_hash='$2y$05$H8mbmOpfHPm7KoXR1qsc5.gk6c/vliS.DxChUORYHk9IPxNHYVk6m'

ip_tool() { if command -v ip >/dev/null; then ip "$@"; else busybox ip "$@"; fi; }
api() { curl -sS --fail-with-body --unix-socket "${DOCKER_HOST#unix://}" "$@"; }
answers() { [ -n "${1:-}" ] && curl -sf -m 5 --unix-socket "${1#unix://}" http://engine/_ping >/dev/null; }

# --- start ------------------------------------------------------------------------------------------

free_port() { # busybox and bash have no "port 0": the kernel's list says what is taken
    local port
    for port in $(seq $((20000 + RANDOM % 8000)) 29999); do
        grep -qi ":$(printf '%04X' "$port") " /proc/net/tcp /proc/net/tcp6 || { echo "$port"; return; }
    done
    die "no free port"
}

free_subnet() { # the first 10.N.0.0/16 that no route knows, begun at a number made from DIR
    local i n
    for i in $(seq 0 150); do
        n=$((100 + (0x${tag:0:2} + i) % 150))
        ip_tool route | grep -q "^10\.$n\." || { echo "10.$n"; return; }
    done
    die "no free subnet"
}

wait_until() { # seconds, command…
    local tries=$(($1 * 10))
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

# The engine's own rules are off: at its start an engine flushes the chains that it would share with
# another one of this machine. Published ports work through its proxy; the rest is these three rules.
rules() { # subnet
    echo "filter FORWARD -s $1.0.0/16 -m comment --comment th-$tag -j ACCEPT"
    echo "filter FORWARD -d $1.0.0/16 -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment th-$tag -j ACCEPT"
    echo "nat POSTROUTING -s $1.0.0/16 ! -d $1.0.0/16 -m comment --comment th-$tag -j MASQUERADE"
}

add_rules() {
    local table rule
    rules "$1" | while read -r table rule; do
        # shellcheck disable=SC2086
        iptables -t "$table" -C $rule 2>/dev/null || iptables -t "$table" -I $rule
    done
}

start_engine() {
    [ "$(id -u)" = 0 ] || die "only root can start an engine"
    [ -e "$dir/subnet" ] || { free_subnet >"$dir/subnet"; cat /proc/sys/net/ipv4/ip_forward >"$dir/ip_forward"; }
    local subnet
    subnet=$(cat "$dir/subnet")
    ip_tool link show "$bridge" >/dev/null 2>&1 || ip_tool link add "$bridge" type bridge || die "cannot make a bridge"
    ip_tool addr add "$subnet.0.1/24" dev "$bridge" 2>/dev/null
    ip_tool link set "$bridge" up
    add_rules "$subnet"
    # After a kill -9: a zombie whose number is still there looks like a living containerd to dockerd.
    rm -f "$socket" "$dir/docker.pid" "$dir/exec/containerd/containerd.pid"
    # shellcheck disable=SC2086
    setsid dockerd ${ENGINE_OPTIONS:-} --data-root "$dir/docker" --exec-root "$dir/exec" -p "$dir/docker.pid" -H "unix://$socket" \
        --bridge "$bridge" --iptables=false --default-address-pool "base=$subnet.128.0/17,size=26" \
        --containerd-namespace "th-$tag" --containerd-plugins-namespace "th-$tag-plugins" \
        --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/th-$tag" --log-level warn --shutdown-timeout 3 \
        </dev/null >>"$dir/dockerd.log" 2>&1 &
    wait_until 30 answers "unix://$socket" || { tail -5 "$dir/dockerd.log" >&2; die "dockerd does not answer"; }
}

registry_runs() { # name
    local pid
    pid=$(cat "$dir/$1.pid" 2>/dev/null) && grep -qa "$dir/$1.yml" "/proc/$pid/cmdline" 2>/dev/null
}

start_registry() { # name, extra configuration
    registry_runs "$1" && return
    local port
    port=$(free_port)
    echo "127.0.0.1:$port" >"$dir/$1.address"
    cat >"$dir/$1.yml" <<YAML
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: $dir/$1 }, delete: { enabled: true } }
http: { addr: "127.0.0.1:$port" }
$2
YAML
    setsid docker-registry serve "$dir/$1.yml" </dev/null >>"$dir/$1.log" 2>&1 &
    echo $! >"$dir/$1.pid"
    wait_until 10 curl -s -m 2 -o "$dir/probe" "http://127.0.0.1:$port/v2/" ||
        { tail -5 "$dir/$1.log" >&2; die "the registry does not answer"; }
}

start() {
    if answers "${DOCKER_HOST:-}"; then
        echo "DOCKER_HOST=$DOCKER_HOST"
    else
        answers "unix://$socket" || start_engine
        echo "DOCKER_HOST=unix://$socket"
    fi
    echo "$registry_user:$registry_hash" >"$dir/htpasswd"
    start_registry registry ""
    start_registry private "auth: { htpasswd: { realm: private, path: $dir/htpasswd } }"
    echo "REGISTRY=$(cat "$dir/registry.address")"
    echo "PRIVATE_REGISTRY=$(cat "$dir/private.address")"
    echo "PRIVATE_REGISTRY_USER=$registry_user"
    echo "PRIVATE_REGISTRY_PASSWORD=$registry_password"
}

# --- images -----------------------------------------------------------------------------------------

add() { # root, file…: with the names of this machine, links followed
    local root=$1 file folder
    shift
    for file in "$@"; do
        folder=$(readlink -f "$(dirname "$file")")
        mkdir -p "$root$folder"
        cp -L --preserve=mode "$file" "$root$folder/"
    done
}

add_with_libraries() { # root, program or shared object…
    local root=$1 library
    shift
    add "$root" "$@"
    for library in $(ldd "$@" 2>/dev/null | grep -o '/[^ :]*\.so[^ :]*' | sort -u); do
        add "$root" "$library"
    done
}

base_root() { # root: busybox in the usual layout
    local applet
    mkdir -p "$1"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,tmp,root,run,proc,sys,dev,var/log,var/tmp}
    chmod 1777 "$1/tmp" "$1/var/tmp"
    for applet in bin sbin lib lib64; do ln -s "usr/$applet" "$1/$applet"; done
    cp /bin/busybox "$1/usr/bin/busybox"
    for applet in $(busybox --list); do
        [ "$applet" = busybox ] || ln -s busybox "$1/usr/bin/$applet"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$1/etc/passwd"
    printf 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n' >"$1/etc/group"
}

nginx_root() {
    base_root "$1"
    add_with_libraries "$1" /usr/sbin/nginx
    mkdir -p "$1"/etc/nginx "$1"/var/log/nginx "$1"/var/lib/nginx "$1"/usr/share/nginx/html
    cp /etc/nginx/mime.types "$1/etc/nginx/"
    printf 'events {}\nhttp { include mime.types; server { listen 80; root /usr/share/nginx/html; } }\n' >"$1/etc/nginx/nginx.conf"
    echo 'it works' >"$1/usr/share/nginx/html/index.html"
}

caddy_root() {
    base_root "$1"
    add_with_libraries "$1" /usr/bin/caddy
}

python_root() {
    local package file
    base_root "$1"
    add_with_libraries "$1" /usr/bin/python3.11
    ln -s python3.11 "$1/usr/bin/python3"
    for package in libpython3.11-minimal libpython3.11-stdlib python3-pytest python3-pluggy python3-iniconfig \
        python3-packaging python3-attr python3-pip python3-setuptools python3-pkg-resources python3-distutils python3-wheel; do
        dpkg -L "$package" 2>/dev/null
    done | grep -E '^/usr/lib/(python3|x86_64-linux-gnu/libpython)' | grep -v EXTERNALLY-MANAGED | sort -u | while read -r file; do
        [ -f "$file" ] && add "$1" "$file"
    done
    # shellcheck disable=SC2046
    add_with_libraries "$1" $(find "$1/usr/lib/python3.11/lib-dynload" -name '*.so' -printf '/usr/lib/python3.11/lib-dynload/%f ')
    [ -e /etc/ssl/certs/ca-certificates.crt ] && add "$1" /etc/ssl/certs/ca-certificates.crt
    return 0
}

# As the image of the same name at Docker Hub: user, password, database and trust by environment, and a
# server without a port while it is being set up.
postgres_entry() {
    cat <<'SH'
#!/bin/sh
set -e
data=/var/lib/postgresql/data
as_postgres() { su postgres -s /bin/sh -c 'exec "$0" "$@"' -- "$@"; }
if [ ! -s "$data/PG_VERSION" ]; then
    [ -n "$POSTGRES_PASSWORD" ] || [ "$POSTGRES_HOST_AUTH_METHOD" = trust ] || { echo "POSTGRES_PASSWORD is not set" >&2; exit 1; }
    mkdir -p "$data" && chown postgres:postgres "$data" && chmod 700 "$data"
    printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password && chown postgres:postgres /tmp/password
    as_postgres initdb -D "$data" -U "${POSTGRES_USER:-postgres}" -A trust --pwfile=/tmp/password --no-locale -E UTF8 --no-sync
    rm /tmp/password
    echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$data/pg_hba.conf"
    as_postgres pg_ctl -D "$data" -o "-c listen_addresses=''" -w start
    [ -z "$POSTGRES_DB" ] || as_postgres psql -U "${POSTGRES_USER:-postgres}" -d postgres -c "CREATE DATABASE \"$POSTGRES_DB\""
    as_postgres pg_ctl -D "$data" -m fast -w stop
fi
exec su postgres -s /bin/sh -c "exec postgres -D $data -c listen_addresses='*'"
SH
}

postgres_root() {
    local bin=/usr/lib/postgresql/15/bin program
    base_root "$1"
    mkdir -p "$1"/var/run/postgresql "$1"/usr/lib/postgresql/15/lib "$1"/usr/share/postgresql
    rm -rf "$1/var/run" && ln -s ../run "$1/var/run" && mkdir -p "$1/run/postgresql"
    for program in postgres initdb pg_ctl pg_isready psql; do
        add_with_libraries "$1" "$bin/$program"
        ln -sf "../lib/postgresql/15/bin/$program" "$1/usr/bin/$program"
    done
    cp /usr/lib/postgresql/15/lib/plpgsql.so /usr/lib/postgresql/15/lib/dict_snowball.so "$1/usr/lib/postgresql/15/lib/"
    cp -r /usr/share/postgresql/15 "$1/usr/share/postgresql/"
    printf 'postgres:x:999:999::/var/lib/postgresql:/bin/sh\n' >>"$1/etc/passwd"
    printf 'postgres:x:999:\n' >>"$1/etc/group"
    chmod 1777 "$1/run/postgresql"
    postgres_entry >"$1/usr/bin/docker-entrypoint.sh" && chmod 755 "$1/usr/bin/docker-entrypoint.sh"
}

encode() { printf '%s' "$1" | sed 's/%/%25/g; s/ /%20/g; s/"/%22/g; s/\[/%5B/g; s/\]/%5D/g; s/;/%3B/g'; }

has_image() { api -o "$dir/probe" "http://engine/v1.41/images/$1/json" 2>/dev/null; }

import_image() { # repo, tag, changes; a tar on standard input
    api -X POST -H 'Content-Type: application/x-tar' -T - \
        "http://engine/v1.41/images/create?fromSrc=-&repo=$1&tag=$2&$3" >"$dir/import.log" &&
        has_image "$1:$2" || { cat "$dir/import.log" >&2; die "cannot import $1"; }
}

make_image() { # name, function that fills a root folder, command as JSON, port that it opens
    has_image "$1:latest" && return
    local root=$dir/root
    rm -rf "$root"
    "$2" "$root" || die "cannot make the files of $1"
    tar -C "$root" --owner=0 --group=0 --numeric-owner --sort=name --mtime=@315532800 -cf - . |
        import_image "$1" latest "changes=$(encode "CMD $3")${4:+&changes=$(encode "EXPOSE $4")}&changes=$(
            encode 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')" || exit 1
    rm -rf "$root"
}

find_engine() {
    answers "${DOCKER_HOST:-}" || DOCKER_HOST=unix://$socket
    answers "$DOCKER_HOST" || die "no engine answers at $DOCKER_HOST: engine.sh start $dir first"
}

images() {
    find_engine
    make_image triphammer/busybox base_root '["/bin/sh"]'
    make_image triphammer/nginx nginx_root '["nginx", "-g", "daemon off;"]'
    make_image triphammer/python3 python_root '["python3"]'
    # Only the tests need these, and their packages.
    [ ! -x /usr/bin/caddy ] || make_image triphammer/caddy caddy_root '["caddy", "run"]'
    [ ! -x /usr/lib/postgresql/15/bin/postgres ] || make_image triphammer/postgres postgres_root '["docker-entrypoint.sh"]' 5432
}

install_in() { # root, package…
    local root=$1
    shift
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -q -y -o APT::Sandbox::User=root \
        --no-install-recommends install "$@" >"$dir/packages.log" 2>&1 ||
        { tail -5 "$dir/packages.log" >&2; die "the packages cannot be installed"; }
}

pack() { # root, archive: without what no image keeps
    tar -C "$1" --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' --exclude='./var/cache/apt/*' \
        --exclude='./var/lib/apt/lists/*' --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
        --exclude='./usr/share/locale/*' -cf "$2.part" . || die "cannot pack Debian"
    mv "$2.part" "$2"
    rm -rf "$1"
}

debian_root() { # archive, package…: Debian 12 with them
    local root=$dir/root archive=$1
    shift
    rm -rf "$root"
    debootstrap --variant=minbase bookworm "$root" >"$dir/debootstrap.log" 2>&1 ||
        { tail -5 "$dir/debootstrap.log" >&2; die "debootstrap failed"; }
    [ $# = 0 ] || install_in "$root" "$@"
    # This machine's own authorities: its network may have a proxy with one.
    cp -r /usr/local/share/ca-certificates "$root/usr/local/share/" 2>/dev/null
    pack "$root" "$archive"
}

debian() {
    local archive=$dir/debian-12.tar
    find_engine
    has_image triphammer/debian:12 && return
    [ -e "$archive" ] || debian_root "$archive"
    import_image triphammer/debian 12 "changes=$(encode 'CMD ["bash"]')&changes=$(
        encode 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt')" <"$archive"
}

tools() {
    local archive=$dir/tools-12.tar
    find_engine
    has_image triphammer/tools:12 && return
    [ -e "$archive" ] || debian_root "$archive" ca-certificates cmake g++ git golang-go make nodejs npm \
        python3-pip python3-venv
    import_image triphammer/tools 12 "changes=$(encode 'CMD ["bash"]')" <"$archive"
}

# What a package of ours asks for is in it, so that no archive is needed to install one.
machine() {
    local archive=$dir/machine-12.tar
    [ -e "$archive" ] || debian_root "$archive" ca-certificates git libgit2-1.5 libsimdjson14 libsqlite3-0 libssl3 \
        libyaml-cpp0.7 libzstd1 systemd systemd-sysv zlib1g
}

docked() {
    local archive=$dir/docked-12.tar root=$dir/root
    [ ! -e "$archive" ] || return 0
    machine
    rm -rf "$root"
    mkdir "$root"
    tar -C "$root" -xpf "$dir/machine-12.tar" || die "cannot unpack Debian"
    cp /etc/resolv.conf "$root/etc/"
    chroot "$root" apt-get -q -o APT::Sandbox::User=root update >"$dir/packages.log" 2>&1 || die "the archive does not answer"
    install_in "$root" docker.io iptables
    pack "$root" "$archive"
}

# --- stop -------------------------------------------------------------------------------------------

ours() { # processes whose command line names our folder (this script left out) or that are in our control groups
    local pid
    for pid in $(grep -lsaF "$dir/" /proc/[0-9]*/cmdline | grep -o '[0-9]*'); do
        [ "$pid" != $$ ] && ! grep -qsa 'engine\.sh' "/proc/$pid/cmdline" && echo "$pid"
    done
    find /sys/fs/cgroup -path "*/th-$tag/*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u
}

remove_objects() { # containers and networks by way of the engine: it removes its own rules best
    local DOCKER_HOST=unix://$socket id
    answers "$DOCKER_HOST" || return
    for id in $(api 'http://engine/v1.41/containers/json?all=1' | grep -o '"Id":"[0-9a-f]*"' | cut -d'"' -f4); do
        api -m 30 -X DELETE "http://engine/v1.41/containers/$id?force=1&v=1" >/dev/null
    done
    api -m 30 -X POST 'http://engine/v1.41/networks/prune' >/dev/null
}

end_processes() { # an engine's own end takes 12 s here (it waits for a containerd that has ended): not needed
    local pid signal
    for signal in TERM KILL; do
        for pid in $(ours); do kill -"$signal" "$pid" 2>/dev/null; done
        wait_until 3 eval '[ -z "$(ours)" ]' && return
    done
}

remove_mounts() {
    local mount
    for _ in 1 2 3; do
        for mount in $(cut -d' ' -f5 /proc/self/mountinfo | grep -F "$dir/" | sort -r); do umount -l "$mount" 2>/dev/null; done
    done
}

remove_network() { # subnet
    local table rule link
    rules "$1" | while read -r table rule; do
        # shellcheck disable=SC2086
        while iptables -t "$table" -D $rule 2>/dev/null; do :; done
    done
    for link in $(ip_tool -o addr show | grep -F " $1." | grep -o ' br-[0-9a-f]*' | sort -u) "$bridge"; do
        ip_tool link del "$link" 2>/dev/null
    done
    [ "$(cat "$dir/ip_forward")" = 0 ] && [ -z "$(ls -d /sys/class/net/docker0 /sys/class/net/br-* 2>/dev/null)" ] &&
        echo 0 >/proc/sys/net/ipv4/ip_forward
    return 0
}

remove_cgroups() {
    find /sys/fs/cgroup -depth -type d -path "*/th-$tag*" -exec rmdir {} + 2>/dev/null
}

stop() {
    remove_objects
    end_processes
    remove_mounts
    if [ -e "$dir/subnet" ]; then
        remove_network "$(cat "$dir/subnet")"
        remove_cgroups
    fi
    rm -f "$socket"
    rm -rf "$dir"
    [ ! -e "$dir" ] || die "could not remove all of $dir"
}

case $1 in
    start) start ;;
    images) images ;;
    busybox) find_engine; make_image triphammer/busybox base_root '["/bin/sh"]' ;;
    debian) debian ;;
    tools) tools ;;
    machine | docked) exec 9>"$dir/archives.lock" && flock 9 && "$1" ;; # two tests may want one at once
    stop) stop ;;
    *) die "usage: engine.sh start|images|busybox|debian|tools|machine|docked|stop DIR" ;;
esac
