"""CPU time and memory of a process with its descendants, as bench/load/watch.h."""
import os
import time


def _stat(pid):
    with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as file:
        return file.read().rsplit(') ', 1)[1].split()


def _tree(pid):
    parents = {}
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                parents[int(name)] = int(_stat(name)[1])
            except OSError:
                continue
    found, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found


def _sum(pid, value):
    total = 0
    for each in _tree(pid):
        try:
            total += value(_stat(each))
        except OSError:
            continue
    return total


def cpu_s(pid):
    """User and system, ended children included."""
    return _sum(pid, lambda stat: sum(map(int, stat[11:15]))) / os.sysconf('SC_CLK_TCK')


def cpu_ns(pid):
    """The same of those that run now, to the nanosecond: clock_getcpuclockid(3)."""
    return sum(time.clock_gettime_ns((~each << 3) | 2) for each in _tree(pid))


def rss_kib(pid):
    """Resident; what processes share counts in each."""
    return _sum(pid, lambda stat: int(stat[21])) * os.sysconf('SC_PAGESIZE') // 1024
