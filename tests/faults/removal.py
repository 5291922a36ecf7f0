"""A removed tenant leaves nothing in either plane."""
import asyncio
import glob
import os
import sqlite3

from fixtures import limits
from fixtures.client import Unexpected
from load import Load

CASES = []


def rows_with(data, words):
    """(table, row) of the control plane with one of these texts or numbers in it. The house's own audit is left out: it says that the
    tenant was removed."""
    found = []
    for path in glob.glob(data + '/*.db'):
        with sqlite3.connect(f'file:{path}?mode=ro', uri=True) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            for table in tables:
                for row in database.execute(f'select * from "{table}"'):
                    texts = [v.decode('utf-8', 'replace') if isinstance(v, bytes) else str(v) for v in row]
                    if any(word in text for word in words for text in texts):
                        found.append((table, row))
    return found


def files_with(folder, word):
    """Files below the folder that hold these bytes."""
    found = []
    for path in sorted(glob.glob(folder + '/**', recursive=True)):
        if os.path.isfile(path):
            with open(path, 'rb') as file:
                if word in file.read():
                    found.append(os.path.relpath(path, folder))
    return found


async def nothing_left(server):
    """No row of the control plane, no byte of the data plane names it; the other tenant's are all there."""
    load = Load(server)
    await load.set_up()
    tasks = await load.run(500)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await asyncio.to_thread(server.terminate)  # so that all is in files
    load.cut()
    tenant = 'capulet'
    if not rows_with(server.data, [f'{tenant}.example']) or not files_with(server.data + '/data', f'@{tenant}.example'.encode()):
        raise Unexpected('the check sees nothing where there is something: mend the check')
    server.start()
    await asyncio.to_thread(server.api.remove, tenant)
    left = rows_with(server.data, [f'{tenant}.example', load.keys[tenant]])
    left = [(table, row) for table, row in left if table != 'audit']
    if left:
        raise Unexpected(f'the control plane still has {left[:5]}')
    # romeo's own archive names those he wrote to, so what must be gone is what only capulet's users had.
    only_theirs = b'tybalt@capulet.example'
    owners = [word for word in (b'nurse@capulet.example', only_theirs)]
    deadline = asyncio.get_running_loop().time() + limits.ANSWER_S
    while True:
        stray = await asyncio.to_thread(rows_of_owner, server, owners)
        if not stray:
            break
        if asyncio.get_running_loop().time() > deadline:
            raise Unexpected(f'the data plane still has {stray[:5]}')
        await asyncio.sleep(0.2)  # between two looks
    await asyncio.to_thread(server.terminate)
    server.start()
    archive = await load.archive('romeo')
    mine = [i for s in load.senders if s.client.name == 'romeo' for to, i in s.acknowledged if not to.startswith('square')]
    if not set(mine) <= set(archive.values()):
        raise Unexpected("the other tenant's archive lost messages")


def rows_of_owner(server, owners):
    """Keys of the data plane begin with tenant and owner: what is looked for stands in the same file as the secret that only this
    tenant's users sent each other."""
    found = []
    for owner in owners:
        found += [(owner, path) for path in files_with(server.data + '/data', b'secret of ' + owner)]
    return found
CASES.append(('removed tenant: leaves nothing', nothing_left))
