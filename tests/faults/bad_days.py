"""The troubles that may befall a house in a round while it runs, and the ends of its run. A new one is a row in a table here."""
import asyncio
import random
from collections import namedtuple

from fixtures.poll import pause
from people import EVERYBODY

# `bring` gets the house and a choice, and lasts until the trouble is over; the server goes on by itself then. `harms`: acts may
# fail meanwhile. The weight says how often it is chosen.
Trouble = namedtuple('Trouble', 'name bring harms weight')
End = namedtuple('End', 'name bring weight')
DAY_S = 86_400


async def calm(house, choice):
    await pause(choice.uniform(0.2, 1))


async def slow_disk(house, choice):
    """Stands still now and then."""
    for _ in range(choice.randint(2, 6)):
        with house.gate('slow'):
            await pause(choice.uniform(0.05, 0.7))
        await pause(choice.uniform(0.05, 0.3))


async def clock(house, choice):
    """Jumps, and stays. Not far back: messages that are too old for the plan when the clock is right again go then."""
    house.set_clock(choice.choice((-3 * DAY_S, -DAY_S, -60, 60, DAY_S, 400 * DAY_S)))
    await pause(choice.uniform(0.2, 1))


async def failing_disk(house, choice):
    with house.gate('failing', choice.choice(('fsync', 'write', 'fsync write'))):
        await pause(choice.uniform(0.2, 1.5))


async def full_disk(house, choice):
    with house.gate('full'):
        await pause(choice.uniform(0.2, 1.5))


TROUBLES = (
    Trouble('calm', calm, False, 4),
    Trouble('slow disk', slow_disk, False, 2),
    Trouble('clock jump', clock, False, 2),
    Trouble('failing disk', failing_disk, True, 1),
    Trouble('full disk', full_disk, True, 1),
)


async def kill(house, choice):
    await asyncio.to_thread(house.server.kill)


async def power_cut(house, choice):
    await asyncio.to_thread(house.server.kill)
    return house.cut(choice)


async def terminate(house, choice):
    house.people.ghosts_last = True
    await asyncio.to_thread(house.server.terminate)


async def terminate_and_cut(house, choice):
    await terminate(house, choice)
    return house.cut(choice)


async def kill_while_starting(house, choice):
    await asyncio.to_thread(house.server.kill)
    for _ in range(choice.randint(1, 4)):
        house.begin()
        await pause(choice.uniform(0, 0.3))
        await asyncio.to_thread(house.server.kill)


async def cut_while_starting(house, choice):
    await kill_while_starting(house, choice)
    return house.cut(choice)


ENDS = (
    End('kill -9', kill, 3),
    End('power cut', power_cut, 5),
    End('SIGTERM', terminate, 1),
    End('SIGTERM and power cut', terminate_and_cut, 1),
    End('kill -9 while starting', kill_while_starting, 1),
    End('power cut while starting', cut_while_starting, 1),
)


class Plan:
    """Of one round. `cheat` is None, the plane whose log the disk only claims to sync, or 'accomplice'."""

    def __init__(self, number, choice, trouble=None, end=None, cheat=None):
        self.number, self.choice, self.cheat = number, choice, cheat
        self.away = choice.sample(EVERYBODY, 2)
        self.load_s = choice.uniform(1, 4)
        self.trouble = trouble or pick(TROUBLES, choice)
        self.end = end or pick(ENDS, choice)

    def __str__(self):
        return f'{self.trouble.name}, {self.end.name}'


def pick(table, choice):
    return choice.choices(table, [row.weight for row in table])[0]


def named(table, name):
    return next(row for row in table if row.name == name)


def plan(seed, number, cheats=False):
    """The plan of a round is a function of these alone."""
    choice = random.Random(f'{seed}/{number}')
    if not cheats:
        return Plan(number, choice)
    cheat, end = (('data', 'power cut'), ('accomplice', 'kill -9'), ('control', 'power cut'))[number % 3]
    return Plan(number, choice, TROUBLES[0], named(ENDS, end), cheat)
