#!/usr/bin/python3
"""What a login by a token of a device (SASL2, Bind 2 and FAST in one request) costs the server beside one by SCRAM-SHA-256.

usage: bench/login.py [--rounds 9] [--count 3000] [WAY...]

Both log in to the same server until they are bound, in turns; each round begins with the other. WAY is websocket (plain, from this machine, as
behind a proxy: over plain TCP no token is taken), tls (1.3, each handshake a whole one) or tls-again: who has a token has been here before, and so
resumes the TLS session too, while SCRAM's is a whole handshake. A round takes a short storm of logins and one that is
longer by --count: their difference counts, so that the logins by which clients get their tokens do not. Told are the medians of the server's CPU
for a login in µs (user and system of the process), the least and the greatest, and the median of the rounds' ratios. Needs what bench/try.py needs.
"""
import argparse
import json
import os
import sys
from statistics import median

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from load_run import run_load, transport_for  # noqa: E402
from peers import PEERS  # noqa: E402

SCRAM, TOKEN = 'SCRAM-SHA-256', 'HT-SHA-256-NONE'
WAYS = ('websocket', 'tls', 'tls-again')
SERVER_CORE, LOAD_CORE = 0, 1
USERS = 100
SHORT = 300


def cpu_us(peer, way, count):
    """Of a storm of so many logins."""
    options = ['--presence', 'off', '--count', str(count), '--users', str(USERS)]
    if way == 'tls-again' and peer.mechanism == TOKEN:
        options += ['--resume-tls', 'on']
    return run_load(peer, 'login', transport_for(peer, way.partition('-')[0]), options, LOAD_CORE)['server']['cpu_us_each'] * count


def measure(peer, way, mechanism, count):
    """µs of the server's CPU for each login."""
    peer.mechanism = mechanism
    return (cpu_us(peer, way, SHORT + count) - cpu_us(peer, way, SHORT)) / count


def compare(peer, way, options):
    found = {SCRAM: [], TOKEN: []}
    for number in range(options.rounds):
        for mechanism in (SCRAM, TOKEN) if number % 2 == 0 else (TOKEN, SCRAM):
            found[mechanism].append(measure(peer, way, mechanism, options.count))
    print(json.dumps({'way': way, 'rounds': options.rounds, 'cpu_us': {name: round(median(each), 1) for name, each in found.items()},
                      'range_us': {name: [round(min(each), 1), round(max(each), 1)] for name, each in found.items()},
                      'token_to_scram': round(median(token / scram for scram, token in zip(found[SCRAM], found[TOKEN])), 3)}), flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('ways', nargs='*', default=list(WAYS))
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--count', type=int, default=3000)
    options = parser.parse_args()
    with PEERS['teahouse'](core=SERVER_CORE, accounts=USERS) as peer:
        for way in options.ways:
            compare(peer, way, options)


if __name__ == '__main__':
    main()
