#!/usr/bin/python3
"""What the removal of tenants costs the others: the latency of a calm tenant without and with removals beside it, without and with another
tenant's flood; and how long an answer to suspend, resume and DELETE takes meanwhile.

usage: bench/removal.py [--seconds 10] [--tenants 12] [--messages-s 10] [--every 1.0]

--tenants small ones are filled for --messages-s seconds, then removed one each --every seconds. Needs what bench/try.py needs.
"""
import argparse
import json
import os
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from load_run import run_load, transport_for  # noqa: E402
from peers import PEERS  # noqa: E402

CALM = ['--pairs', '20', '--rate', '200', '--warmup', '1']
SUSPENDED_EVERY_S = 0.25


class Meanwhile:
    """Removes tenants and suspends and resumes one while a load runs; notes how many ms each answer took."""

    def __init__(self, api, removed, suspended, every_s):
        self.api, self.removed, self.suspended, self.every_s = api, removed, suspended, every_s
        self.took_ms = {'DELETE': [], 'suspend': [], 'resume': []}
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._remove, self._suspend)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _call(self, what, method, path, body=None):
        begun = time.monotonic()
        answer = self.api.call(method, '/operator/v1/tenants/' + path, body)
        self.took_ms[what].append((time.monotonic() - begun) * 1e3)
        if answer.status >= 300:
            sys.exit(f'bench/removal.py: {method} {path} was answered {answer}')

    def _remove(self):
        while self.removed and not self._ended.wait(self.every_s):
            self._call('DELETE', 'DELETE', self.removed.pop())

    def _suspend(self):
        while not self._ended.wait(SUSPENDED_EVERY_S):
            self._call('suspend', 'POST', self.suspended + '/suspend', {'reason': 'a try'})
            self._call('resume', 'POST', self.suspended + '/resume', {})

    def report(self):
        return {what: {'calls': len(ms), 'median_ms': round(sorted(ms)[len(ms) // 2], 1), 'max_ms': round(max(ms), 1)}
                for what, ms in self.took_ms.items() if ms}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--seconds', type=float, default=10)
    parser.add_argument('--tenants', type=int, default=12)
    parser.add_argument('--messages-s', type=float, default=10)
    parser.add_argument('--every', type=float, default=1.0)
    options = parser.parse_args()
    seconds = ['--seconds', str(options.seconds)]
    with PEERS['teahouse'](core=0, accounts=400, tenants=options.tenants + 3) as peer:
        plain = transport_for(peer, 'plain')
        filled = run_load(peer, 'messages', plain, ['--pairs', '120', '--seconds', str(options.messages_s)], 1)
        print('filled:', filled['units'], 'messages in', peer.tenants, 'tenants', flush=True)
        small = [f't{number}' for number in range(3, peer.tenants)]
        peer.tenants = 2    # the loads are of the first two; the third is suspended and resumed
        first, second = small[::2], small[1::2]
        calm = run_load(peer, 'messages', plain, CALM + seconds, 1)['latency_us']
        with Meanwhile(peer.api, first, 't2', options.every) as meanwhile:
            beside = run_load(peer, 'messages', plain, CALM + seconds, 1)['latency_us']
        print(json.dumps({'calm_us': calm, 'beside_removals_us': beside, 'p99_ratio': round(beside['p99'] / calm['p99'], 2),
                          **meanwhile.report()}), flush=True)
        flood = run_load(peer, 'flood', plain, seconds, 1)
        with Meanwhile(peer.api, second, 't2', options.every) as meanwhile:
            beside = run_load(peer, 'flood', plain, seconds, 1)
        print(json.dumps({'flooded_us': flood['flooded_us'], 'flooded_beside_removals_us': beside['flooded_us'],
                          'p99_ratio': round(beside['flooded_us']['p99'] / flood['flooded_us']['p99'], 2), **meanwhile.report()}), flush=True)


if __name__ == '__main__':
    main()
