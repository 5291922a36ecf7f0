#!/usr/bin/python3
"""Measures teahouse beside the floor, ejabberd and Prosody; script/bench builds and installs what it needs and calls it.

Each server is started for each measurement, pinned to one core, with the load on another; the peers take turns in each round. Results go
to build/bench-results/*.json; from a whole run (or with --write) docs/performance.md and its charts are made.
"""
import argparse
import datetime
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import report  # noqa: E402
from load_run import LoadFailed, run_load, transport_for  # noqa: E402
from measurements import ALL, MEASUREMENTS  # noqa: E402
from peers import PEERS, PeerFailed  # noqa: E402
from peers.peer import ROOT, allow_many_files  # noqa: E402
from usage import rss_kib  # noqa: E402

DISTURBED = 0.15  # of a core


def parse():
    parser = argparse.ArgumentParser(prog='script/bench', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog='measurements: ' + ' '.join(m.name for m in MEASUREMENTS))
    parser.add_argument('names', nargs='*', metavar='MEASUREMENT', help='only these (a name, or the beginning of several: room-)')
    parser.add_argument('--quick', action='store_true', help='a few minutes: the four figures that matter most, one round of 3 s')
    parser.add_argument('--rounds', type=int, help='default 3; 1 with --quick')
    parser.add_argument('--seconds', type=float, help='of each measurement; default 5; 3 with --quick')
    parser.add_argument('--patience', type=int, default=2,
                        help='how often to measure again what other programs disturbed (more than 15 %% of a core); default 2')
    parser.add_argument('--peers', default=','.join(ALL), help='default: ' + ','.join(ALL))
    parser.add_argument('--server-core', type=int, default=0)
    parser.add_argument('--load-core', type=int, default=1)
    parser.add_argument('--write', action='store_true', help='write docs/performance.md though the run is not whole')
    parser.add_argument('--from', dest='source', metavar='RESULTS.json', help='measure nothing; make the page from these results')
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (3 if options.quick else 5)
    options.peers = options.peers.split(',')
    unknown = [p for p in options.peers if p not in PEERS] + [n for n in options.names if not chosen([n], False)]
    if unknown:
        parser.error(f'there is no {", ".join(unknown)}')
    return options


def chosen(names, quick):
    if names:
        known = {m.name for m in MEASUREMENTS}
        return [m for m in MEASUREMENTS if any(m.name == n or (n not in known and m.name.startswith(n)) for n in names)]
    return [m for m in MEASUREMENTS if m.quick or not quick]


def measure(measurement, name, options):
    """One result, of one peer in one round."""
    details = {'core': options.server_core if measurement.pinned else None, 'tenants': measurement.tenants,
               'accounts': measurement.accounts_of.get(name, measurement.accounts)}
    if name == 'teahouse':
        details['loops'] = measurement.loops
    load = [*measurement.options, *measurement.per_peer.get(name, ())]
    if measurement.seconds:
        load += ['--seconds', str(options.seconds)]
    with PEERS[name](**details) as peer:
        before = {'peer_start_s': peer.start_s, 'idle_rss_kib': rss_kib(peer.watches()['server'])}
        result = run_load(peer, measurement.work, transport_for(peer, measurement.via), load,
                          options.load_core if measurement.pinned else None)
        return {**before, **result}


def measure_patiently(measurement, name, options):
    """The least disturbed of several results."""
    best = None
    for _ in range(options.patience + 1):
        result = measure(measurement, name, options)
        if best is None or report.disturbance(result) < report.disturbance(best):
            best = result
        if report.disturbance(best) <= DISTURBED or measurement.once:
            break
    return best


def run(options, measurements, results, failures):
    """Fills {measurement: {peer: [result...]}}; a failure is told, kept as text, and does not end the run."""
    for number in range(options.rounds):
        for measurement in measurements:
            if measurement.once and number > 0:
                continue
            for name in measurement.peers:
                if name not in options.peers:
                    continue
                began = datetime.datetime.now()
                try:
                    result = measure_patiently(measurement, name, options)
                except (PeerFailed, LoadFailed, OSError) as failure:
                    failures.append(f'{measurement.name}, {name}: {str(failure).strip()[:500]}')
                    print(f'round {number + 1}: {failures[-1]}', flush=True)
                    continue
                results.setdefault(measurement.name, {}).setdefault(name, []).append(result)
                took = (datetime.datetime.now() - began).seconds
                print(f'round {number + 1}: {measurement.name}, {name}: {report.line(measurement, result)}  [{took} s]', flush=True)


def main():
    options = parse()
    if options.source:
        with open(options.source, encoding='utf-8') as file:
            report.write(json.load(file))
        return 0
    allow_many_files()
    measurements = chosen(options.names, options.quick)
    about = report.machine()
    results, failures = {}, []
    try:
        run(options, measurements, results, failures)
    except KeyboardInterrupt:
        failures.append('The run was interrupted.')
    versions = {}
    for name in options.peers:
        peer = PEERS[name]()
        versions.update(peer.versions())
        peer.close()
    whole = {'about': about, 'versions': versions, 'rounds': options.rounds, 'seconds': options.seconds, 'failures': failures,
             'command': 'script/bench ' + ' '.join(sys.argv[1:]), 'results': results}
    folder = os.path.join(ROOT, 'build/bench-results')
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, datetime.datetime.now().strftime('%Y%m%d-%H%M%S.json'))
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(whole, file, indent=1)
    print('\n' + report.tables(whole) + '\n' + report.memory(whole))
    print(f'All results: {os.path.relpath(path, ROOT)}')
    if options.write or len(measurements) == len(MEASUREMENTS):
        report.write(whole)
        print('Written: docs/performance.md and docs/images/bench-*.svg')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
