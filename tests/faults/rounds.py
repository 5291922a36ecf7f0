"""The long run (long_run.py) made short: a day of each kind, and that it sees a disk and a server that cheat."""
import asyncio
import os
import random
import subprocess
import sys
import tempfile

import shims
from bad_days import ENDS, TROUBLES, Plan, named
from fixtures import limits
from fixtures.client import Unexpected
from fixtures.poll import poll
from house import House
from power_cut import PowerCut

CASES = []
LOAD_S = 0.7
DAYS = (('slow disk', 'power cut'), ('clock jump', 'kill -9'), ('failing disk', 'SIGTERM and power cut'),
        ('full disk', 'power cut while starting'), ('calm', 'kill -9 while starting'), ('calm', 'SIGTERM'))

# A disk's day: each line is one change, of which only those that are synced last when the power is cut.
PROGRAM = r'''
import os
def write(name, at, what, sync):
    file = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    os.pwrite(file, what, at)
    if sync: os.fdatasync(file)
    os.close(file)
def sync_names():
    folder = os.open('.', os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
for name in ('synced', 'half', 'overwritten', 'emptied', 'moved', 'covered', 'gone', 'failed', 'cut'):
    write(name, 0, b'first ' + name.encode(), True)
sync_names()
write('half', 10, b' and more', False)
write('overwritten', 2, b'XXXXXXXXXXXXXXXXXXXXXXXX', False)
os.close(os.open('emptied', os.O_RDWR | os.O_TRUNC))
os.truncate(os.open('synced', os.O_RDWR), 3)
os.truncate('cut', 3)
os.rename('moved', 'covered')
os.unlink('gone')
open(os.environ['FAILING_DISK'], 'w').write('fsync')
try: write('failed', 12, b'unseen', True)
except OSError: pass
os.unlink(os.environ['FAILING_DISK'])
write('failed', 18, b'lasts', True)
write('new', 0, b'synced, but not its name', True)
os.mkdir('folder')
'''
LEFT = {name: f'first {name}' for name in ('synced', 'overwritten', 'emptied', 'moved', 'covered', 'gone', 'cut')} | {'half': 'first half', 'failed': 'first failed' + 6 * '\0' + 'lasts'}


async def undone(_):
    """Changes that are not synced are undone: writes behind the end and within it, a file emptied or cut, names made, changed and removed;
    those that a failed sync was to cover do not come back with the next one."""
    with tempfile.TemporaryDirectory() as data:
        power = PowerCut(data)
        try:
            subprocess.run([sys.executable, '-c', PROGRAM], cwd=data, check=True,
                           env={**os.environ, **shims.preload('power_cut', 'failing_disk'), **power.environment(),
                                'FAILING_DISK': data + '.failing', 'FAILING_DISK_OF': data + '/'})
            power.cut(None)
            left = {name: open(os.path.join(data, name), encoding='ascii').read() for name in os.listdir(data)}
            if left != LEFT:
                raise Unexpected(f'what is left is {left}\nand not {LEFT}')
        finally:
            power.close()
CASES.append(('power cut: changes that are not synced are undone', undone))


def mark(server):
    with open(server.data + '/control.db-mark', encoding='ascii') as file:
        return file.read()


async def unsynced_commit(server):
    """A commit of the control plane that was on its way to the disk at a kill is there for the next start, and gone after a power cut: the
    house starts all the same, since nobody was told of it."""
    house = House(server)
    try:
        await house.make()
        log = server.data + '/control.db-wal'
        with house.gate('slow'):
            size = os.path.getsize(log)
            telling = asyncio.ensure_future(asyncio.to_thread(server.api.create_account, 'capulet', 'paris', 'pw'))
            await poll(lambda: os.path.getsize(log), lambda now: now != size, 'a write of the commit', every_s=0.01)
            await asyncio.to_thread(server.kill)
        if not isinstance((await asyncio.gather(telling, return_exceptions=True))[0], OSError):
            raise Unexpected('it was told of an account that is not on disk')
        before, ready = mark(server), house.begin()
        await poll(lambda: mark(server) != before or ready.is_set(), what='a start', within_s=limits.START_S, every_s=0.001)
        await asyncio.to_thread(server.kill)
        house.power.cut(None, keeps='-mark')
        await asyncio.to_thread(house.start_again, None)
    finally:
        await asyncio.to_thread(house.close)
CASES.append(('power cut: a commit that a kill left unsynced is not missed', unsynced_commit))


async def each_day(server):
    """One round of each trouble and each end: all that was acknowledged is there, once, in order, and with nobody else."""
    house = House(server)
    try:
        await house.make()
        for number, (trouble, end) in enumerate(DAYS):
            plan = Plan(number, random.Random(number), named(TROUBLES, trouble), named(ENDS, end))
            plan.load_s = LOAD_S
            await house.round(plan)
            house.people.book.verdict()
        await house.check_whole()
        house.people.book.verdict()
    finally:
        await asyncio.to_thread(house.close)
CASES.append(('bad days: one of each kind', each_day))


async def cheats(server):
    """A disk that claims syncs, and somebody who sends again and to strangers what others said: the book says what was lost, doubled and
    crossed."""
    for cheat, end, kinds in (('data', 'power cut', {'lost'}), ('control', 'power cut', {'lost'}), ('accomplice', 'kill -9', {'doubled', 'crossed'})):
        house = House(server)
        try:
            await house.make()
            plan = Plan(1, random.Random(1), TROUBLES[0], named(ENDS, end), cheat)
            plan.load_s = LOAD_S
            try:
                await house.round(plan)
            except Unexpected:
                pass
            if missed := kinds - set(house.people.book.broken):
                raise Unexpected(f'nobody saw what was {missed}; the book has {dict(house.people.book.broken)}')
        finally:
            await asyncio.to_thread(house.close)
        os.makedirs(server.data)   # for the next one
CASES.append(('cheats: a disk and a sender that cheat are seen', cheats))
