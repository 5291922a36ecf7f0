"""Runs bench_load once, on a core of its own."""
import json
import os
import subprocess

from peers.peer import ROOT, allow_many_files

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
    return [program, work, *peer.load_options(transport), *options]


def run_load(peer, work, transport, options=(), core=None, timeout_s=LOAD_S):
    """What bench_load printed. A wrong message fails."""
    command = command_of(peer, work, transport, options)
    if core is not None:
        command = ['taskset', '-c', str(core), *command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, preexec_fn=allow_many_files, check=False)
    except subprocess.TimeoutExpired:
        raise LoadFailed(f'{work} took longer than {timeout_s} s') from None
    if done.returncode == 3:
        raise LoadFailed('messages went wrong: ' + json.loads(done.stdout)['first_wrong'])
    if done.returncode:
        raise LoadFailed(done.stderr.strip() + '\n' + peer.last_words())
    return json.loads(done.stdout)
