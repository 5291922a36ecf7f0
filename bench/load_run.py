"""Runs bench_load once, on a core of its own."""
import json
import os
import subprocess
import threading
import time

from peers.peer import ROOT, allow_many_files
from usage import cpu_s, rss_kib

LOAD_S = 1800


class LoadFailed(Exception):
    """bench_load could not do the work, or a message was lost."""


def transport_for(peer, wanted):
    """The peer's own name of plain, starttls, tls, websocket."""
    if peer.name == 'floor':
        return {'plain': 'floor', 'tls': 'floor_tls'}[wanted]
    return wanted


def command_of(peer, work, transport, options):
    program = os.environ.get('BENCH_LOAD') or os.path.join(ROOT, 'build/release/bench/bench_load')
    more = ['--http', peer.addresses['http'], '--key', peer.keys[0]['api_key']] if work == 'post' else []
    return [program, work, *peer.load_options(transport), *more, *options]


def restart(peer, told):
    """What bench_load asked for; `told` gets what it took."""
    begun = time.monotonic()
    peer.stop()
    stopped = time.monotonic()
    peer.start()
    told.update(stop_s=stopped - begun, start_s=time.monotonic() - stopped)


def run_load(peer, work, transport, options=(), core=None, timeout_s=LOAD_S):
    """What bench_load printed. A wrong message fails."""
    command = command_of(peer, work, transport, options)
    if core is not None:
        command = ['taskset', '-c', str(core), *command]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=allow_many_files)
    timer = threading.Timer(timeout_s, process.kill)
    timer.start()
    result, told = None, {}
    with process, process.stdout, process.stderr:
        for line in process.stdout:
            result = json.loads(line)
            if result.get('event') == 'established':
                restart(peer, told)
        errors = process.stderr.read().strip()
    timer.cancel()
    if process.returncode == 3:
        raise LoadFailed('messages went wrong: ' + result['first_wrong'])
    if process.returncode < 0:
        raise LoadFailed(f'{work} took longer than {timeout_s} s')
    if process.returncode:
        raise LoadFailed(errors + '\n' + peer.last_words())
    if told:
        # The processes are new ones: all that they used, they used for starting and for the sessions that came back.
        for name, pid in peer.watches().items():
            told[name] = {'cpu_s': cpu_s(pid), 'cpu_us_each': cpu_s(pid) * 1e6 / result['units'], 'rss_kib': rss_kib(pid)}
        result.update(told)
    return result
