"""A block of a table that a disk or a hand has changed: whose rows were in it is told so, nobody else notices, also after restarts and when
tables are put together; `teahouse check` says what is damaged, and gives it up when it is told to."""
import asyncio
import glob
import json
import os
import secrets
import subprocess

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.poll import poll
from fixtures.server import binary
from fixtures.shown import show
from damage import MAM, USERS, login

CASES = []
MESSAGES = 120
ROTTEN = 40        # the message whose block is
ENGINE_S = ('data plane', 'Corruption', '.sst', 'offset')


class Words:
    """The bodies that were sent: of characters that can't be packed, so that they are found in a table."""

    def __init__(self):
        self.of = {tenant: [] for tenant in USERS}

    async def say(self, server, tenant, count):
        sender, receiver = USERS[tenant]
        client = await login(server, tenant, sender)
        await client.enable_sm(resume=False)
        for _ in range(count):
            self.of[tenant].append(secrets.token_urlsafe(300))
            client.send(f"<message to='{receiver}@{tenant}.example' type='chat'><body>{self.of[tenant][-1]}</body></message>")
        await client.drained()
        client.abort()


async def make_house(server):
    """Two tenants whose messages are in a table; the server is stopped."""
    words = Words()
    for tenant, users in USERS.items():
        await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example')
        for user in users:
            await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
        await words.say(server, tenant, MESSAGES)
    for _ in range(2):   # a start makes a table of its log
        await asyncio.to_thread(server.terminate)
        server.start()
    await asyncio.to_thread(server.terminate)
    return words


def rot(server, text):
    """Changes one byte of this text in its sender's archive. Gives the table's name."""
    part = text[100:130].encode()
    for path in sorted(glob.glob(server.data + '/data/*.sst')):
        with open(path, 'r+b') as file:
            table = file.read()
            at = table.find(part, table.find(part) + 1)   # behind the receiver's offline queue
            if at >= 0:
                file.seek(at)
                file.write(b'\x01')
                return os.path.basename(path)
    raise Unexpected('no table has what was written')


async def archive(server, tenant, rsm='<max>1000</max>'):
    """The bodies, oldest first; or the error's element."""
    client = await login(server, tenant, USERS[tenant][0])
    client.send(f"<iq type='set' id='q'><query xmlns='{MAM}'><set xmlns='http://jabber.org/protocol/rsm'>{rsm}</set></query></iq>")
    answer = await client.pick(lambda e: e.get('id') == 'q')
    found = [e.findtext('.//{jabber:client}body') for e in client.inbox if e.find(f'{{{MAM}}}result') is not None]
    client.abort()
    return answer if answer.get('type') == 'error' else found


async def whole(server, words, tenant):
    found = await archive(server, tenant)
    if found != words.of[tenant]:
        raise Unexpected(f'{tenant} reads {found if not isinstance(found, list) else len(found)}, of {len(words.of[tenant])}')


async def is_error(server, tenant):
    answer = await archive(server, tenant)
    if isinstance(answer, list):
        raise Unexpected(f'{tenant} was answered {len(answer)} messages, and no error')
    said = show(answer)
    if 'internal-server-error' not in said or any(word in said for word in ENGINE_S):
        raise Unexpected(f'{tenant} was told\n{said}')


async def check(server, status, *switches):
    done = await asyncio.to_thread(subprocess.run, [binary(), 'check', '--data', server.data, *switches], capture_output=True, text=True,
                                   timeout=limits.START_S, check=False)
    if done.returncode != status:
        raise Unexpected(f'check {switches} ended with {done.returncode}:\n{done.stdout}{done.stderr}')
    return done.stdout


def told(said, table):
    """Tenant, store and file; and not the other tenant."""
    if missing := [word for word in ('montague', 'archive', table) if word not in said]:
        raise Unexpected(f'{missing} are not named in\n{said}')
    if 'capulet' in said:
        raise Unexpected(f'the other tenant is named in\n{said}')


def damage_lines(server):
    return '\n'.join(line for line in server.words_of_start().split('\n') if 'damaged' in line)


async def word_of_damage(server):
    return await poll(lambda: damage_lines(server), what='word of the damage', within_s=limits.START_S)


async def contained(server):
    """One tenant's rotten block is an error for who asks for it. The other tenant reads and writes on, also after restarts that put tables
    together, and so does the tenant itself with all else. The damage is named; given up, nothing but it is lost."""
    words = await make_house(server)
    table = rot(server, words.of['montague'][ROTTEN])
    told(await check(server, 1), table)
    server.start()
    await is_error(server, 'montague')
    await whole(server, words, 'capulet')
    told(await word_of_damage(server), table)   # a moment behind the first reader
    for run in range(6):
        for tenant in USERS:
            await words.say(server, tenant, 5)
        await is_error(server, 'montague')
        if await archive(server, 'montague', '<max>5</max><before/>') != words.of['montague'][-5:]:
            raise Unexpected(f'run {run}: the last messages of montague are not there')
        await whole(server, words, 'capulet')
        if run == 0:
            told(await check(server, 1), table)
        await asyncio.to_thread(server.kill)
        server.start()
    await asyncio.to_thread(server.terminate)
    await check(server, 1)
    report = json.loads(await check(server, 0, '--take-out', '--json'))
    told(json.dumps(report), table)
    lost = sum(loss['rows_max'] for loss in report['losses'])
    if not lost or not os.listdir(server.data + '/data/lost') or report['losses'][0]['first']['owner'] != 'romeo@montague.example':
        raise Unexpected(f'the report is {report}')
    if 'All is whole' not in await check(server, 0):
        raise Unexpected('what was given up is reported again')
    server.start()
    found = await archive(server, 'montague')
    missing = [text for text in words.of['montague'] if text not in found]
    if found != [text for text in words.of['montague'] if text in found] or not 0 < len(missing) <= lost:
        raise Unexpected(f'{len(missing)} messages are missing, of {lost} that were told')
    await whole(server, words, 'capulet')
contained.settings = ['server.loops=3', 'storage.scrub_mib_per_s=0']
CASES.append(('rot: one tenant\'s rotten block is nobody else\'s', contained))


async def found_by_scrub(server):
    """What nobody asks for is found all the same, and named, while the server runs."""
    words = await make_house(server)
    table = rot(server, words.of['montague'][ROTTEN])
    server.start()
    told(await word_of_damage(server), table)
    await whole(server, words, 'capulet')
found_by_scrub.settings = ['server.loops=3', 'storage.scrub_mib_per_s=100']
CASES.append(('rot: the scrub finds it before a reader', found_by_scrub))


async def control_plane(server):
    """A damaged page of control.db is reported, also with the server stopped; and a whole house is told to be whole, running or not."""
    await make_house(server)
    if 'All is whole' not in await check(server, 0):
        raise Unexpected('a whole house is told to be damaged')
    server.start()
    if not json.loads(await check(server, 0, '--json'))['server_running']:
        raise Unexpected('the running server was not noticed')
    await asyncio.to_thread(server.terminate)
    path = server.data + '/control.db'
    with open(path, 'r+b') as file:
        file.seek(os.path.getsize(path) // 4096 // 2 * 4096)
        file.write(b'rotten' * 100)
    if 'control.db is damaged' not in await check(server, 1):
        raise Unexpected('the damaged page was not told of')
CASES.append(('rot: check reads the control plane too', control_plane))
