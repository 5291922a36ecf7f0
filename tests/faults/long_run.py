#!/usr/bin/python3
"""Random kills, power cuts and bad disks under load, round after round, with a checker of everything that was acknowledged. Use
script/faults, which builds the server where that is missing.

    script/faults MINUTES SEED [--from ROUND] [--cores SHARE] [--cheat]

The plan of faults and load is a function of SEED; how threads and clients interleave is not. --from begins with a later round of the
plan, in a new house. --cores: how much of one core it may take, with the server (0.5 unless told). --cheat: the disk claims syncs that
it does not do, messages are doubled and given to strangers: the run must fail, and count the lost, doubled and crossed.
"""
import argparse
import asyncio
import contextlib
import logging
import os
import shutil
import sys
import time
from collections import Counter

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from fixtures import tap                              # noqa: E402
from fixtures.client import Unexpected                # noqa: E402
from fixtures.poll import pause                       # noqa: E402
from fixtures.server import Server, logs_folder       # noqa: E402
import bad_days                                       # noqa: E402
from book import KINDS                                # noqa: E402
from house import House                               # noqa: E402

ROUNDS_OF_A_HOUSE = 20   # then all its archives are read once more, and the next one is made
FAILURES_MAX = 5


class Run:
    """Rounds until the time is over, and their sums."""

    def __init__(self, options):
        self.options = options
        self.number = options.first
        self.rounds = Counter()      # fault -> how often
        self.broken = Counter()      # kind -> how often
        self.acknowledged = self.checked = self.failures = 0
        self.ends = time.monotonic() + 60 * options.minutes
        self.worked = spent_s(), time.monotonic()

    def is_over(self):
        return time.monotonic() >= self.ends or self.failures >= FAILURES_MAX

    async def house(self):
        """One house from its making to its last check."""
        first = self.number
        server = Server(f'long-run-{self.options.seed}-{first}', ['server.loops=3'])
        with contextlib.suppress(FileNotFoundError):
            os.unlink(server.log_path)
        house = House(server)
        try:
            await house.make()
            while not self.is_over() and self.number < first + ROUNDS_OF_A_HOUSE:
                await self.round(house)
            await house.check_whole()
            house.people.book.verdict()
            if server.complaint():
                raise Unexpected(server.complaint())
        except Exception as error:   # the run goes on with the next house
            self.fail(house, first, error)
        finally:
            for kind, found in house.people.book.broken.items():
                self.broken[kind] += len(found)
            await asyncio.to_thread(house.close)
            os.unlink(server.log_path)   # a failure has kept it

    async def round(self, house):
        plan = bad_days.plan(self.options.seed, self.number, self.options.cheat)
        self.number += 1
        book = house.people.book
        before = book.acknowledged(), book.checked
        self.rounds.update([plan.trouble.name, plan.end.name])
        try:
            undone = await house.round(plan)
        finally:
            acknowledged, checked = book.acknowledged() - before[0], book.checked - before[1]
            self.acknowledged += acknowledged
            self.checked += checked
        print(f'round {plan.number}: {plan}: {acknowledged} acknowledged, {checked} checked{undone}', flush=True)
        book.verdict()
        await self.rest()

    async def rest(self):
        """Until it has taken no more than its share of a core."""
        spent, begun = self.worked
        await pause(max(0, (spent_s() - spent) / self.options.cores - (time.monotonic() - begun)))
        self.worked = spent_s(), time.monotonic()

    def fail(self, house, first, error):
        self.failures += 1
        kept = os.path.join(logs_folder(), f'long-run-{self.options.seed}-failed-{self.number - 1}')
        shutil.rmtree(kept, ignore_errors=True)
        house.keep(kept)
        print(f'round {self.number - 1} FAILED: {tap.told(error)}\n  The house and its log are in {kept}.\n'
              f'  To repeat it: script/faults 5 {self.options.seed} --from {first}{" --cheat" if self.options.cheat else ""}', flush=True)

    def tell(self):
        faults = ', '.join(f'{count} {name}' for name, count in sorted(self.rounds.items()))
        print(f'{sum(self.rounds.values()) // 2} rounds: {faults}')
        print(f'{self.acknowledged} acknowledged messages, {self.checked} checks: '
              + ', '.join(f'{self.broken[kind]} {kind}' for kind in KINDS) + f'; {self.failures} failures')
        if self.options.cheat and (missed := [kind for kind in KINDS[:3] if not self.broken[kind]]):
            print(f'The cheat was NOT seen: nothing was {" or ".join(missed)}.')
            return 2
        return 1 if self.failures else 0


def spent_s():
    return sum(os.times()[:4])


def options():
    parser = argparse.ArgumentParser(prog='script/faults', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('minutes', type=float)
    parser.add_argument('seed')
    parser.add_argument('--from', dest='first', metavar='ROUND', type=int, default=1)
    parser.add_argument('--cores', metavar='SHARE', type=float, default=0.5)
    parser.add_argument('--cheat', action='store_true')
    return parser.parse_args()


async def main():
    run = Run(options())
    logging.getLogger('asyncio').setLevel(logging.ERROR)   # clients that write to a server that is gone
    while not run.is_over():
        await run.house()
    return run.tell()


if __name__ == '__main__':
    try:
        sys.exit(asyncio.run(main()))
    except KeyboardInterrupt:
        sys.exit(130)
