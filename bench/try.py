#!/usr/bin/python3
"""One work of bench_load against one or several of the servers, each started for it, pinned, and stopped.

usage: bench/try.py PEER[,PEER...] WORK [--via TRANSPORT] [--accounts N] [--rounds N] [--server-core 0] [--load-core 1] [bench_load's options]

    bench/try.py teahouse,floor messages --pairs 100 --seconds 5
    bench/try.py teahouse messages --via tls --rounds 3
    bench/try.py floor,teahouse room --occupants 50

TRANSPORT is plain (the default), starttls, tls or websocket; the floor has plain and tls. Needs the programs bench_load, bench_floor
(ninja -C build/release bench_load bench_floor) and teahouse. TEAHOUSE_BINARY names another teahouse than build/release/teahouse.
"""
import argparse
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from load_run import LoadFailed, run_load, transport_for  # noqa: E402
from peers import PEERS, PeerFailed  # noqa: E402


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=True)
    parser.add_argument('peers')
    parser.add_argument('work')
    parser.add_argument('--via', default='plain')
    parser.add_argument('--accounts', type=int, default=0)
    parser.add_argument('--tenants', type=int, default=1)
    parser.add_argument('--rounds', type=int, default=1)
    parser.add_argument('--server-core', type=int, default=0)
    parser.add_argument('--load-core', type=int, default=1)
    options, rest = parser.parse_known_args()
    accounts = options.accounts or 400
    for _ in range(options.rounds):
        for name in options.peers.split(','):
            try:
                with PEERS[name](core=options.server_core, accounts=accounts, tenants=options.tenants) as peer:
                    result = run_load(peer, options.work, transport_for(peer, options.via), rest, options.load_core)
            except (PeerFailed, LoadFailed) as failure:
                sys.exit(f'bench/try.py: {name}: {failure}')
            print(json.dumps({'peer': name, **result}), flush=True)


if __name__ == '__main__':
    main()
