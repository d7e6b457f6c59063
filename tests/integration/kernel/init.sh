#!/bin/sh
# The first process of the kernel that kernel_test.py starts: the machine's files, read-only, what is written in memory.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/mnt LANG=C.UTF-8 TMPDIR=/mnt/tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=1777 tmpfs /dev/shm 2>/dev/null || { mkdir /dev/shm && mount -t tmpfs tmpfs /dev/shm; }
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /mnt
mkdir /mnt/tmp
ip link set lo up
cd "$(dirname "$0")"
/usr/bin/python3 inside.py </dev/null
echo o >/proc/sysrq-trigger
sleep 60
