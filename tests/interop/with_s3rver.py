"""s3rver (npm, pinned in node/package-lock.json): another author's bucket keeps users' files. It verifies no signature of version 4
(tests/service/buckets.py has one that does) and knows neither lists nor ends of uploads in parts."""
import asyncio
import hashlib
import os
import subprocess
import tempfile

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.files import ask_slot
from fixtures.server import Server

HERE = os.path.dirname(os.path.realpath(__file__))
PART = 8 << 20
LARGE = hashlib.sha256(b'tea').digest() * ((PART + 100) // 32)


class S3rver:
    """Owns the process and its folder."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='teahouse-s3rver-')
        command = ['node', 'node_modules/s3rver/bin/s3rver.js', '-d', self.folder.name, '-a', '127.0.0.1', '-p', '0', '--silent', '--configure-bucket', 'tea']
        self.process = subprocess.Popen(command, cwd=os.path.join(HERE, 'node'), stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if 'listening on' in line:
                self.address = line.split()[-1]
                return self
        self.__exit__()
        raise Unexpected('s3rver did not begin to listen')

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(limits.STOP_S)
        self.process.stdout.close()
        self.folder.cleanup()

    def settings(self, secret_file):
        with open(secret_file, 'w', encoding='ascii') as file:
            file.write('S3RVER\n')
        os.chmod(secret_file, 0o600)
        values = {'endpoint': f'http://{self.address}', 'bucket': 'tea', 'prefix': 'house', 'access_key': 'S3RVER', 'secret_file': secret_file}
        return ['server.loops=2', 'files.store=s3', *(f'files.s3.{name}="{value}"' for name, value in values.items())]

    def keys(self):
        return [name for _, _, names in os.walk(self.folder.name + '/tea/house') for name in names if name.endswith('_object')]


def must_be(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should be {str(wanted)[:100]}; it is {str(found)[:100]}')


async def keep(stage, user, name, body):
    client = await stage.client(user).login()
    slot = await ask_slot(client, 'upload.' + stage.domains[stage.users[user]], name, len(body))
    client.abort()
    must_be('the upload', (await asyncio.to_thread(slot.put, stage.server, body)).status, 201)
    return slot


async def keeps(stage):
    """Files of two tenants, whole and in parts; ranges; a file that goes, and a tenant."""
    with tempfile.TemporaryDirectory() as folder, S3rver() as s3:
        async with Server('s3rver', s3.settings(folder + '/secret')) as server:
            own = type(stage)(server, stage.number)
            await own.set_up()
            try:
                await play(own, s3)
            finally:
                await own.close()


async def play(stage, s3):
    tea, others = await keep(stage, 'romeo', 'tea', b'leaves of tea'), await keep(stage, 'juliet', 'tea', b'leaves of tea')
    large = await keep(stage, 'romeo', 'large', LARGE)
    must_be('the objects', len(s3.keys()), 3)
    must_be('the file', (await asyncio.to_thread(tea.get, stage.server)).body, b'leaves of tea')
    must_be('the large file', (await asyncio.to_thread(large.get, stage.server)).body, LARGE)
    middle = await asyncio.to_thread(large.get, stage.server, {'Range': f'bytes={PART - 5}-{PART + 4}'})
    must_be('a part of it', (middle.status, middle.body), (206, LARGE[PART - 5:PART + 5]))
    key = stage.tenants['montague']['api_key']
    files = (await asyncio.to_thread(stage.api.must, 'GET', '/v1/files', None, key))['files']
    number = next(file['id'] for file in files if file['name'] == 'tea')
    must_be('the removal', (await asyncio.to_thread(stage.api.call, 'DELETE', f'/v1/files/{number}', None, key)).status, 204)
    must_be('the removed file', (await asyncio.to_thread(tea.get, stage.server)).status, 404)
    must_be('the objects', len(s3.keys()), 2)
    removed = await asyncio.to_thread(stage.api.call, 'DELETE', f"/operator/v1/tenants/{stage.names['montague']}")
    must_be("the tenant's removal", removed.status, 204)
    must_be('the objects', len(s3.keys()), 1)
    must_be("the other tenant's file", (await asyncio.to_thread(others.get, stage.server)).body, b'leaves of tea')

CASES = [('s3rver: keeps the files of two tenants', keeps)]
