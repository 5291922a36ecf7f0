"""The events of two tenants under load, and after kill -9: one for each thing that happened and none for what did not, in order, each
tenant's own."""
import asyncio
from collections import defaultdict

from fixtures.client import Unexpected
from fixtures.poll import poll
from kills import again, finish
from load import ROOM, USERS, Load, jid_of

CASES = []
KINDS = ['message', 'user', 'tenant', 'audit']


class Follower:
    """A site's program that reads its events, and goes on after them."""

    def __init__(self, server, key):
        self.server, self.key = server, key
        self.cursor = ''
        self.events = []

    def read_on(self):
        """All that is there now."""
        more = True
        while more:
            answer = self.server.api.must('GET', f'/v1/events?limit=200&after={self.cursor}', key=self.key)
            self.events += answer['events']
            self.cursor, more = answer['cursor'], answer['more']


def check_messages(events, archives):
    """The events of each archive are its rows, in its order."""
    found = defaultdict(list)
    for event in events:
        if event['kind'] == 'message':
            found[event['archive']].append(event['message'])
    for owner in found.keys() | archives.keys():
        rows = [row for row, _ in archives.get(owner, ())]
        if found[owner] != rows:
            raise Unexpected(f'{owner} has {len(rows)} messages and {len(found[owner])} events; of no row: '
                             f'{set(found[owner]) - set(rows)}, without event: {set(rows) - set(found[owner])}')


def ids_of(events, kind):
    return [event['user'] for event in events if event['type'] == kind]


async def make_users(server, key, made):
    """One user after the other, by the API, until the server is gone; half of them are removed again."""
    for number in range(10_000):
        user = f'u{len(made)}-{number}'
        try:
            if number % 2 and made:
                await asyncio.to_thread(server.api.call, 'DELETE', f'/v1/users/{made[-1]}', None, key)
            await asyncio.to_thread(server.api.call, 'PUT', f'/v1/users/{user}', {'name': user}, key)
        except OSError:
            return
        made.append(user)


def check_users(events, listed):
    """Made and not removed: those that are there; nobody is made or removed twice."""
    made, removed = ids_of(events, 'user.made'), ids_of(events, 'user.removed')
    if len(set(made)) != len(made) or len(set(removed)) != len(removed):
        raise Unexpected(f'some were made or removed twice: {sorted(made)} {sorted(removed)}')
    if set(made) - set(removed) != set(listed):
        raise Unexpected(f'there are {sorted(listed)}; by the events {sorted(set(made) - set(removed))}')


async def users_of(server, key):
    found, cursor = [], ''
    while cursor is not None:
        answer = await asyncio.to_thread(server.api.must, 'GET', f'/v1/users?limit=200&cursor={cursor}', None, key)
        found += [user['id'] for user in answer['users']]
        cursor = answer.get('next_cursor')
    return found


async def kill(server):
    """Three times in a row. The program that follows the events is asked in the middle of it, and goes on where it was."""
    load = Load(server)
    create = server.api.create_tenant
    server.api.create_tenant = lambda *names, **details: create(*names, **details, events=KINDS)
    await load.set_up()
    del server.api.create_tenant
    followers = {tenant: Follower(server, load.keys[tenant]) for tenant in USERS}
    made = []
    for _ in range(3):
        tasks = await load.run(300)
        tasks.append(asyncio.ensure_future(make_users(server, load.keys['montague'], made)))
        await poll(lambda: len(made), lambda count: count % 50 > 10, 'some users to be made')
        await asyncio.to_thread(followers['montague'].read_on)
        server.kill()
        await finish(tasks, load)
        server.start()
        await load.check()
        load = await again(server, load)
    load.cut()
    listed = await users_of(server, load.keys['montague'])

    async def read_all():
        for follower in followers.values():
            await asyncio.to_thread(follower.read_on)
        return set(ids_of(followers['montague'].events, 'user.made')) - set(ids_of(followers['montague'].events, 'user.removed'))
    await poll(read_all, lambda there: there == set(listed), 'the events of all users that are there', every_s=0.2)
    check_users(followers['montague'].events, listed)
    for tenant, users in USERS.items():
        owners = [jid_of(user) for user in users] + ([ROOM] if tenant == 'montague' else [])
        for owner in owners:
            await load.check_archive(owner)
        check_messages(followers[tenant].events, {owner: load.book.archives[owner] for owner in owners})
        if len({event['id'] for event in followers[tenant].events}) != len(followers[tenant].events):
            raise Unexpected(f'{tenant} got an event twice')
CASES.append(('kill -9: an event for each thing that happened, and for nothing else', kill))
