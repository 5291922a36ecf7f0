#!/usr/bin/python3
"""What the removal of tenants costs the others: the latency of a calm tenant without and with removals beside it, without and with another
tenant's flood; and how long an answer to suspend, resume and DELETE takes meanwhile.

usage: bench/removal.py [--rounds 4] [--seconds 10] [--removals 8] [--messages-s 10]

Small tenants are filled for --messages-s seconds, all together. A round is --seconds without removals and as many with --removals of them;
a third tenant is suspended and resumed each second of both, so that the ratio is of the removals alone. The ratio told is the median of
those of the rounds, since the second of two floods meets more of the disk's own work than the first. Needs what bench/try.py needs.
"""
import argparse
import json
import os
import sys
import threading
import time
from statistics import median

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from load_run import run_load, transport_for  # noqa: E402
from peers import PEERS  # noqa: E402

CALM = ['--pairs', '20', '--rate', '200', '--warmup', '1']
SUSPENDED_EVERY_S = 1.0


class Meanwhile:
    """Removes tenants, and suspends and resumes one, while a load runs; notes how many ms each answer took."""

    def __init__(self, api, suspended, seconds):
        self.api, self.suspended, self.seconds = api, suspended, seconds
        self.took_ms = {'DELETE': [], 'suspend': [], 'resume': []}

    def run(self, load, removed):
        """The load's own result."""
        ended = threading.Event()
        threads = [threading.Thread(target=each, args=(ended,)) for each in (lambda ended: self._remove(ended, removed), self._suspend)]
        for thread in threads:
            thread.start()
        result = load()
        ended.set()
        for thread in threads:
            thread.join()
        return result

    def _call(self, what, method, path, body=None):
        begun = time.monotonic()
        answer = self.api.call(method, '/operator/v1/tenants/' + path, body)
        self.took_ms[what].append((time.monotonic() - begun) * 1e3)
        if answer.status >= 300:
            sys.exit(f'bench/removal.py: {method} {path} was answered {answer}')

    def _remove(self, ended, removed):
        for tenant in removed:
            if ended.wait(self.seconds / len(removed)):
                return
            self._call('DELETE', 'DELETE', tenant)

    def _suspend(self, ended):
        while not ended.wait(SUSPENDED_EVERY_S):
            self._call('suspend', 'POST', self.suspended + '/suspend', {'reason': 'a try'})
            self._call('resume', 'POST', self.suspended + '/resume', {})

    def report(self):
        return {what: {'calls': len(ms), 'median_ms': round(median(ms), 1), 'max_ms': round(max(ms), 1)}
                for what, ms in self.took_ms.items() if ms}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--rounds', type=int, default=4)
    parser.add_argument('--seconds', type=float, default=10)
    parser.add_argument('--removals', type=int, default=8)
    parser.add_argument('--messages-s', type=float, default=10)
    options = parser.parse_args()
    seconds = ['--seconds', str(options.seconds)]
    small = [f't{number}' for number in range(3, 3 + 2 * options.rounds * options.removals)]
    with PEERS['teahouse'](core=0, accounts=400, tenants=3 + len(small)) as peer:
        plain = transport_for(peer, 'plain')
        filled = run_load(peer, 'messages', plain, ['--pairs', '200', '--seconds', str(options.messages_s)], 1)
        print('filled:', filled['units'], 'messages in', peer.tenants, 'tenants', flush=True)
        peer.tenants = 2    # the loads are of the first two; the third is suspended and resumed
        loads = {'calm': lambda: run_load(peer, 'messages', plain, CALM + seconds, 1)['latency_us'],
                 'flooded': lambda: run_load(peer, 'flood', plain, seconds, 1)['flooded_us']}
        for name, load in loads.items():
            meanwhile = Meanwhile(peer.api, 't2', options.seconds)
            without, beside = [], []
            for _ in range(options.rounds):
                removed, small = small[:options.removals], small[options.removals:]
                without.append(meanwhile.run(load, [])['p99'])
                beside.append(meanwhile.run(load, removed)['p99'])
            print(json.dumps({'load': name, 'p99_us': without, 'p99_beside_removals_us': beside,
                              'p99_ratio': round(median(b / w for w, b in zip(without, beside)), 2), **meanwhile.report()}), flush=True)


if __name__ == '__main__':
    main()
