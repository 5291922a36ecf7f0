"""A folder for backups, the commands that fill it, and how they must end."""
import asyncio
import json
import os
import shutil
import subprocess
import tempfile

import damage
from fixtures import limits
from fixtures.client import Unexpected
from fixtures.server import Server, binary


class Backups:
    """A folder for backups, and the commands that fill it and make houses of it. `with Backups(server) as backups:`"""

    def __init__(self, server):
        self.server = server
        self.folder = tempfile.mkdtemp(prefix='teahouse-backups-')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def backup_command(self, *switches):
        return [binary(), 'backup', '--data', self.server.data, '--to', self.folder, '--json', *switches]

    async def make(self, *switches):
        """A backup's folder, and how many bytes were copied for it."""
        made = json.loads(await good(self.backup_command(*switches)))
        return made['backup'], made['copied_bytes']

    async def restore(self, data, source=None):
        return await good([binary(), 'restore', '--from', source or self.folder, '--data', data])

    def names(self):
        return sorted(os.listdir(self.folder))


async def run(command, environment=None):
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=limits.EXCHANGE_S,
                                   env={**os.environ, **(environment or {})})


async def good(command):
    done = await run(command)
    if done.returncode != 0 or done.stderr:
        raise Unexpected(f'{command[1]} ended with {done.returncode}: {done.stdout}{done.stderr}')
    return done.stdout


async def refused(command, *words):
    done = await run(command)
    if done.returncode == 0 or done.stdout or any(word not in done.stderr for word in words):
        raise Unexpected(f'{command[1]} was to be refused with {words}; it ended with {done.returncode}: {done.stdout}{done.stderr}')


async def restored(server, backups, source, count=damage.MESSAGES):
    """The house of this backup starts by itself and has all messages; then it is gone again."""
    with Server('faults-restored', server.settings) as other:
        await asyncio.to_thread(other.terminate)
        shutil.rmtree(other.data)
        await backups.restore(other.data, source)
        other.start()
        await damage.all_there(other, count)
        if 'lost' in other.words_of_start() or 'damaged' in other.words_of_start():
            raise Unexpected(f'it said\n{other.words_of_start()}')
