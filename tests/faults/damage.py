"""Files that are missing, empty, damaged or of an earlier time: a start refuses them with what to do, changes nothing, and goes on
when it is told to; what is lost is never another's."""
import asyncio
import contextlib
import glob
import os
import shutil

from fixtures.client import Client, Unexpected
from fixtures.server import logs_folder
from fixtures.shown import show
import shims

CASES = []
GATE = os.path.join(logs_folder(), 'full_disk.gate')
MAM = 'urn:xmpp:mam:2'
USERS = {'montague': ('romeo', 'benvolio'), 'capulet': ('juliet', 'nurse')}
MESSAGES = 60
LEFT_OUT = ('server.json',)   # made anew at each start


async def login(server, tenant, user):
    return await Client(server, user, user, f'{tenant}.example', 'pw-' + user).login()


async def say(server, numbers):
    """In each tenant from one user to another; all is on disk then."""
    for tenant, users in USERS.items():
        client = await login(server, tenant, users[0])
        await client.enable_sm(resume=False)
        for number in numbers:
            client.send(f"<message to='{users[1]}@{tenant}.example' type='chat' id='m{number}'><body>{tenant} {number} {'x' * 500}"
                        "</body></message>")
            if number % 5 == 0:
                await client.drained()
        await client.drained()
        client.abort()


async def make_house(server, count=MESSAGES):
    """Two tenants, in each a user with messages to another; then it is killed, so that the logs hold them."""
    for tenant, users in USERS.items():
        await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example')
        for user in users:
            await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
    await say(server, range(count))
    await asyncio.to_thread(server.kill)


async def bodies(server, tenant):
    client = await login(server, tenant, USERS[tenant][0])
    client.send(f"<iq type='set' id='q'><query xmlns='{MAM}'><set xmlns='http://jabber.org/protocol/rsm'><max>200</max></set></query></iq>")
    answer = await client.pick(lambda e: e.get('id') == 'q')
    if answer.get('type') != 'result':
        raise Unexpected(f'the archive answered\n{show(answer)}')
    found = [e.findtext('.//{jabber:client}body') for e in client.inbox if e.find(f'{{{MAM}}}result') is not None]
    client.abort()
    return [text.split(' x')[0] for text in found]


async def all_there(server, count=MESSAGES):
    for tenant in USERS:
        found = await bodies(server, tenant)
        if found != [f'{tenant} {number}' for number in range(count)]:
            raise Unexpected(f'{tenant} has {len(found)} messages: {found}')


class Folder:
    """The data directory, which can be copied and put back, whole or in parts."""

    def __init__(self, server):
        self.data = server.data

    def path(self, name):
        return os.path.join(self.data, name)

    def keep(self, name):
        shutil.copytree(self.data, self.data + name)

    def put_back(self, name, parts=('*',)):
        for part in parts:
            self.remove(part)
            for path in glob.glob(os.path.join(self.data + name, part)):
                copy = shutil.copytree if os.path.isdir(path) else shutil.copy2
                copy(path, self.path(os.path.basename(path)))

    def remove(self, pattern):
        for path in glob.glob(self.path(pattern)):
            (shutil.rmtree if os.path.isdir(path) else os.unlink)(path)

    def empty(self, pattern):
        for path in glob.glob(self.path(pattern)):
            if os.path.isdir(path):
                shutil.rmtree(path)
                os.mkdir(path)
            else:
                os.truncate(path, 0)

    def overwrite(self, pattern, place):
        for path in glob.glob(self.path(pattern)):
            with open(path, 'r+b') as file:
                file.seek(int(os.path.getsize(path) * place))
                file.write(b'rotten' * 20)

    def files(self):
        """Each file with its bytes, but for those of a lock, a log of RocksDB's own and what is made at each start."""
        found = {}
        for path in glob.glob(self.data + '/**', recursive=True):
            name = os.path.relpath(path, self.data)
            if os.path.isfile(path) and name not in LEFT_OUT and not os.path.basename(name).startswith(('LOCK', 'LOG', 'control.db-shm')):
                with open(path, 'rb') as file:
                    found[name] = file.read()
        return found

    def close(self):
        for path in glob.glob(self.data + '.*'):
            shutil.rmtree(path)


async def refused(server, words, what):
    """Twice, with these words, and none of those that lead astray."""
    for _ in range(2):
        said = await asyncio.to_thread(server.refusal)
        for word in words:
            if word not in said:
                raise Unexpected(f'{what}: {word!r} is not in:\n{said}')
        if 'another teahouse' in said or 'line 0' in said:
            raise Unexpected(f'{what} was told as\n{said}')


# What is done, what a start says then, and whose files it leaves to the byte.
PLANES = (
    ('control.db is missing', lambda f: f.remove('control.db*'), ('control.db is missing or empty', 'data/'), 'control.db'),
    ('control.db is empty', lambda f: (f.remove('control.db-*'), f.empty('control.db')), ('control.db is missing or empty',), 'control.db'),
    ('control.db is older', lambda f: f.put_back('.old', ('control.db*',)), ('control.db is older than data/', 'Put back'), None),
    ('control.db is of another house', lambda f: f.put_back('.other', ('control.db*',)), ('two different houses',), None),
    ('control.db is damaged', lambda f: f.overwrite('control.db', 0), ('control.db', 'damaged', 'backup'), 'control.db'),
    ('the log of control.db is missing', lambda f: f.remove('control.db-wal'), ('control.db-wal', 'changes', 'backup'), None),
    ('the log of control.db is empty', lambda f: f.empty('control.db-wal'), ('control.db-wal', 'changes', 'teahouse backup'), None),
    ('the log of control.db is damaged', lambda f: f.overwrite('control.db-wal', 0.5), ('control.db-wal', 'changes'), 'control.db'),
    ('data/ is missing', lambda f: f.remove('data'), ('data is missing or empty', 'backup'), None),
    ('data/ is empty', lambda f: f.empty('data'), ('data is missing or empty', 'backup'), None),
    ('data/ is older', lambda f: f.put_back('.old', ('data',)), ('data/ is older than control.db', 'Put back', 'teahouse backup'), None),
    ('CURRENT is missing', lambda f: f.remove('data/CURRENT'), ('data/CURRENT is missing', 'backup'), 'data/'),
    ('CURRENT is empty', lambda f: f.empty('data/CURRENT'), ('data is damaged', 'backup'), 'data/'),
    ('the manifest is missing', lambda f: f.remove('data/MANIFEST-*'), ('data is damaged', 'backup'), 'data/'),
    ('a table is missing', lambda f: f.remove('data/*.sst'), ('data is damaged', 'backup'), 'data/'),
    ('the log of data/ is missing', lambda f: f.remove('data/*.log'), ('changes that were committed are not there', 'teahouse backup'), 'data/'),
    ('the log of data/ is empty', lambda f: f.empty('data/*.log'), ('changes that were committed are not there',), 'data/'),
    ('the log of data/ is damaged', lambda f: f.overwrite('data/*.log', 0.3), ('the log is damaged', 'commits before', 'behind it'), 'data/'),
    ('seal.key is missing', lambda f: f.remove('seal.key'), ('seal.key is missing', 'backup'), ''),
    ('seal.key is empty', lambda f: f.empty('seal.key'), ('seal.key is empty', 'backup'), ''),
    ('operator.key is empty', lambda f: f.empty('operator.key'), ('operator.key is empty', 'backup'), ''),
    ('ca.key is missing', lambda f: f.remove('ca.key'), ('ca.key is missing', 'backup'), None),
    ('teahouse.toml is wrong', lambda f: f.overwrite('teahouse.toml', 0), ('teahouse.toml, line 1',), ''),
)


async def planes(server):
    """Each file of each plane missing, empty, damaged or of an earlier run: refused, told, and left as it was found; put back, all is
    there."""
    folder = Folder(server)
    try:
        await asyncio.to_thread(server.terminate)
        folder.keep('.empty')
        folder.remove('*')
        server.start()
        await asyncio.to_thread(server.terminate)
        folder.keep('.other')
        folder.put_back('.empty')
        server.start()
        await make_house(server, MESSAGES // 2)
        server.start()
        await asyncio.to_thread(server.terminate)
        folder.keep('.old')
        server.start()
        await say(server, range(MESSAGES // 2, MESSAGES))
        await asyncio.to_thread(server.api.create_account, 'capulet', 'tybalt', 'pw-tybalt')
        await asyncio.to_thread(server.kill)
        folder.keep('.whole')
        for what, harm, words, untouched in PLANES:
            harm(folder)
            before = folder.files()
            await refused(server, words, what)
            after = folder.files()
            changed = [name for name in {*before, *after} if before.get(name) != after.get(name)
                       and untouched is not None and name.startswith(untouched)]
            if changed:
                raise Unexpected(f'{what}: {changed} were changed by a start that was refused')
            folder.put_back('.whole')
        server.start()
        await all_there(server)
    finally:
        folder.close()
CASES.append(('damage: each file of each plane is missed', planes))


async def ids_are_not_drawn_again(server):
    """Without its control plane a house goes on when it is told to, and a new tenant of the old domain finds nothing of the old one."""
    folder = Folder(server)
    await make_house(server)
    folder.remove('control.db*')
    server.start('--accept-loss')
    for tenant in USERS:
        await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example')
        await asyncio.to_thread(server.api.create_account, tenant, USERS[tenant][0], 'pw-' + USERS[tenant][0])
        if found := await bodies(server, tenant):
            raise Unexpected(f'the new {tenant} has of the old one {found}')
    await asyncio.to_thread(server.terminate)
    server.start()
CASES.append(('damage: tenant ids are not drawn again', ids_are_not_drawn_again))


async def what_is_whole(server):
    """A log that is damaged in its middle: what stands before and behind the damage is there again when it is told to go on; the damaged
    log is kept."""
    folder = Folder(server)
    await make_house(server)
    folder.overwrite('data/*.log', 0.3)
    await refused(server, ('the log is damaged', '--accept-loss'), 'a damaged log')
    server.start('--accept-loss')
    said = server.words_of_start()
    if 'The damaged part of a log is left out' not in said or not glob.glob(folder.path('data.damaged-*.log')):
        raise Unexpected(f'what is lost is told as\n{said}')
    found = {tenant: await bodies(server, tenant) for tenant in USERS}
    if len(found['montague']) + len(found['capulet']) < MESSAGES or found['capulet'][-1:] != [f'capulet {MESSAGES - 1}']:
        raise Unexpected(f'there are {found}')
    if any(not text.startswith(tenant) for tenant, texts in found.items() for text in texts):
        raise Unexpected(f'one has the messages of the other: {found}')
    await asyncio.to_thread(server.terminate)
    server.start()
CASES.append(('damage: what is whole goes on', what_is_whole))


async def torn_tail(server):
    """What a power cut leaves of a write that nobody was told of is dropped, with a line, and nothing else."""
    folder = Folder(server)
    await make_house(server)
    for path in glob.glob(folder.path('data/*.log')):
        with open(path, 'ab') as file:
            file.write(b'\x12\x34\x56\x78\xff\x00\x01half of a write')
    server.start()
    if 'is cut off; it is dropped' not in server.words_of_start():
        raise Unexpected(f'it said\n{server.words_of_start()}')
    await all_there(server)
CASES.append(('damage: a torn tail is dropped with a line', torn_tail))


async def key_files(server):
    """A key that others can read is named, whichever it is; an operator's key that is gone is made anew, with a line."""
    folder = Folder(server)
    await asyncio.to_thread(server.terminate)
    keys = ('operator.key', 'seal.key', 'ca.key')
    for name in keys:
        os.chmod(folder.path(name), 0o644)
    server.start()
    said = server.words_of_start()
    if missing := [name for name in keys if f'{folder.path(name)}' not in said]:
        raise Unexpected(f'{missing} are not warned of in\n{said}')
    await asyncio.to_thread(server.terminate)
    for name in keys:
        os.chmod(folder.path(name), 0o600)
    folder.remove('operator.key')
    server.start()
    said = server.words_of_start()
    if 'can be read by others' in said or "operator's key is missing" not in said:
        raise Unexpected(f'it said\n{said}')
    await asyncio.to_thread(server.api.must, 'GET', '/operator/v1/tenants')
CASES.append(('damage: key files are looked at', key_files))


def make_shim():
    with contextlib.suppress(FileNotFoundError):
        os.unlink(GATE)
    return shims.preload('full_disk') | {'FULL_DISK': GATE}


async def first_start(server):
    """A first start on a full disk leaves nothing half made: when there is room the next one makes everything."""
    folder = Folder(server)
    await asyncio.to_thread(server.terminate)
    with open(folder.path('teahouse.toml'), encoding='utf-8') as file:
        settings = file.read()
    folder.remove('*')
    with open(GATE, 'w', encoding='ascii'):
        pass
    try:
        for _ in range(2):
            said = await asyncio.to_thread(server.refusal)
            if 'Make room' not in said or 'line 0' in said:
                raise Unexpected(f'it said\n{said}')
            if left := list(folder.files()):
                raise Unexpected(f'{left} are left')
        shutil.copy2('/dev/null', folder.path('teahouse.toml'))   # so that it comes further
        said = await asyncio.to_thread(server.refusal)
        if 'operator.key' not in said:
            raise Unexpected(f'it said\n{said}')
        folder.remove('*')
    finally:
        os.unlink(GATE)
    server.start()
    with open(folder.path('teahouse.toml'), encoding='utf-8') as file:
        if file.read() != settings:
            raise Unexpected('teahouse.toml is another one')
    await make_house(server, 1)
    server.start()
    await all_there(server, 1)
first_start.prepare = make_shim
CASES.append(('full disk: a first start leaves nothing half made', first_start))
