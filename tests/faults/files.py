"""Files and kill -9: at each step of an upload and of a removal; and files in a backup."""
import asyncio
import glob
import os
import shutil
import subprocess

from backup_folder import Backups
from fixtures.client import Client, Unexpected
from fixtures.files import ask_slot
from fixtures.poll import poll
from fixtures import limits
from fixtures.server import Server, binary
import shims

CASES = []
BYTES = b'leaves of tea' * 1000


class Shop:
    """A tenant with a file that all cases leave alone, and the gate of kill_at.c."""

    def __init__(self, server):
        self.server, self.gate = server, server.data + '.kill'
        server.environment.update(shims.preload('kill_at') | {'KILL_AT': self.gate, 'KILL_AT_OF': server.data + '/files/'})

    async def make(self):
        await asyncio.to_thread(self.server.terminate)
        await asyncio.to_thread(self.server.start)
        self.tenant = self.server.api.create_tenant('shop', 'shop.example')
        self.server.api.create_account('shop', 'ann', 'pw')
        self.kept = await self.slot('kept')
        self.must(self.kept.put(self.server, BYTES), 201)

    async def slot(self, name):
        client = await Client(self.server, 'ann', 'ann', 'shop.example', 'pw').login()
        slot = await ask_slot(client, 'upload.shop.example', name, len(BYTES))
        client.abort()
        return slot

    def must(self, answer, *statuses):
        if answer.status not in statuses:
            raise Unexpected(f'the status should have been one of {statuses}; the answer is {str(answer)[:300]}')
        return answer

    async def until_killed(self, step, work):
        """Does the work with a server that is killed at this step of it. Gives its answer, None where the server was killed; it runs again."""
        with open(self.gate, 'w', encoding='ascii') as file:
            file.write(str(step))
        try:
            return await asyncio.to_thread(work)
        except OSError:
            await poll(lambda: asyncio.to_thread(lambda: not self.server.is_running()), what='the end of the server')
            return None
        finally:
            os.unlink(self.gate)
            if not self.server.is_running():
                await asyncio.to_thread(self.server.start)

    def check(self):
        """Each file of the list is whole, each object is of such a file, and all are counted."""
        files = self.server.api.must('GET', '/v1/files', key=self.tenant['api_key'])['files']
        objects = [os.path.basename(path) for path in glob.glob(self.server.data + '/files/*/*/*')]
        if sorted(objects) != sorted({file['sha256'] for file in files}):
            raise Unexpected(f'there are the objects {objects} for the files {files}')
        if os.listdir(self.server.data + '/files/incoming'):
            raise Unexpected('something half written is left')
        used = self.server.api.must('GET', '/v1/usage', key=self.tenant['api_key'])['limits']['files_total_bytes']['used']
        if used != sum(file['bytes'] for file in files):
            raise Unexpected(f'{used} bytes are counted of the files {files}')
        answer = self.must(self.kept.get(self.server), 200)
        if answer.body != BYTES:
            raise Unexpected('the other file is not whole')
        return {file['name']: file['id'] for file in files}


def enough(kills, wanted):
    if kills < wanted:
        raise Unexpected(f'the server was killed {kills} times only')


for same in (True, False):
    async def upload(server, same=same):
        """After a kill -9 at any step a file is whole or not there; one that was acknowledged is there. Nothing is left of the other, and
        a file with the same bytes is not harmed."""
        shop = Shop(server)
        await shop.make()
        body = BYTES if same else BYTES[:-1] + b'!'
        step, killed = 0, True
        while killed:
            step += 1
            slot = await shop.slot(f'file-{step}')
            answer = await shop.until_killed(step, lambda s=slot: s.put(server, body))
            killed = answer is None
            is_there = shop.must(slot.get(server), 200, 404)
            if is_there.status == 200 and is_there.body != body or is_there.status == 404 and not killed:
                raise Unexpected(f'step {step}: the answer is {is_there.status}, with {len(is_there.body)} bytes')
            if (f'file-{step}' in shop.check()) != (is_there.status == 200):
                raise Unexpected(f'step {step}: it is listed and not there, or there and not listed')
        enough(step - 1, 3)
    CASES.append((f'kill -9 at each step of an upload{" of what is there already" if same else ""}', upload))

    async def removal(server, same=same):
        """After a kill -9 at any step a file that was to be removed is whole or gone with its bytes; a file with the same bytes is not harmed."""
        shop = Shop(server)
        await shop.make()
        body = BYTES if same else BYTES[:-1] + b'!'
        step, killed = 0, True
        while killed:
            step += 1
            slot = await shop.slot(f'file-{step}')
            shop.must(await asyncio.to_thread(slot.put, server, body), 201)
            number = shop.check()[f'file-{step}']
            answer = await shop.until_killed(step, lambda n=number: server.api.call('DELETE', f'/v1/files/{n}', key=shop.tenant['api_key']))
            killed = answer is None
            shop.must(slot.get(server), *((200, 404) if killed else (404,)))
            for name, left in shop.check().items():  # what a kill left there is removed now
                if name.startswith('file-'):
                    shop.must(server.api.call('DELETE', f'/v1/files/{left}', key=shop.tenant['api_key']), 204)
            shop.check()
        enough(step - 1, 0 if same else 2)
    CASES.append((f'kill -9 at each step of a removal{" of what another file has too" if same else ""}', removal))


async def cut_off(server):
    """kill -9 while bodies are on their way leaves nothing of them."""
    shop = Shop(server)
    await shop.make()
    slot = await shop.slot('half')

    async def send_half():
        address = server.addresses['http'].rsplit(':', 1)
        reader, writer = await asyncio.open_connection(address[0].split('//')[1], int(address[1]))
        writer.write(f'PUT {slot.path} HTTP/1.1\r\nHost: {slot.host}\r\nAuthorization: Bearer {slot.token}\r\n'
                     f'Content-Length: {len(BYTES)}\r\n\r\n'.encode() + BYTES[:5000])
        await writer.drain()
        return reader, writer
    _, writer = await send_half()
    await poll(lambda: asyncio.to_thread(os.listdir, server.data + '/files/incoming'), what='the begin of the file')
    server.kill()
    writer.close()
    await asyncio.to_thread(server.start)
    if list(shop.check()) != ['kept']:
        raise Unexpected('there are other files')
CASES.append(('kill -9 in the middle of an upload', cut_off))


def run_check(server, status, *switches):
    done = subprocess.run([binary(), 'check', '--data', server.data, *switches], capture_output=True, text=True, timeout=limits.START_S, check=False)
    if done.returncode != status:
        raise Unexpected(f'check {switches} ended with {done.returncode}:\n{done.stdout}{done.stderr}')
    return done.stdout


async def rot(server):
    """`check` names the file of which a byte has changed, its tenant, and no other; given up, it is there for nobody, and the others are whole."""
    shop = Shop(server)
    await shop.make()
    server.api.create_tenant('forum', 'forum.example')
    slot = await shop.slot('rotten')
    shop.must(slot.put(server, BYTES[:-1] + b'!'), 201)
    run_check(server, 0)
    path = next(p for p in glob.glob(server.data + '/files/*/*/*') if open(p, 'rb').read() != BYTES)
    with open(path, 'r+b') as file:
        file.write(b'L')
    said = run_check(server, 1)
    if path not in said or 'shop' not in said or 'forum' in said or said.count('has other bytes') != 1:
        raise Unexpected(f'check said\n{said}')
    await asyncio.to_thread(server.terminate)
    run_check(server, 0, '--take-out')
    run_check(server, 0)
    if os.path.basename(path) not in os.listdir(server.data + '/data/lost'):
        raise Unexpected('what was given up is not in data/lost')
    await asyncio.to_thread(server.start)
    shop.must(slot.get(server), 404)
    if shop.must(shop.kept.get(server), 200).body != BYTES:
        raise Unexpected('the other file is not whole')
CASES.append(('a file of which a byte has changed is named, and can be given up', rot))


async def backup(server):
    """A backup has the files that were there when it was made, whole, and no other; the next one copies none of them again."""
    shop = Shop(server)
    await shop.make()
    gone = await shop.slot('gone')
    shop.must(await asyncio.to_thread(gone.put, server, b'x' * len(BYTES)), 201)
    with Backups(server) as backups:
        first, _ = await backups.make()
        number = shop.check()['gone']
        shop.must(server.api.call('DELETE', f'/v1/files/{number}', key=shop.tenant['api_key']), 204)
        _, few = await backups.make()
        if glob.glob(server.data + '/snapshot*'):
            raise Unexpected('a snapshot is left, which keeps removed files on the disk')
        for source, names in ((first, ['gone', 'kept']), (None, ['kept'])):
            with Server('faults-restored', server.settings) as other:
                await asyncio.to_thread(other.terminate)
                shutil.rmtree(other.data)
                await backups.restore(other.data, source)
                await asyncio.to_thread(other.start)
                there = Shop(other)
                there.tenant, there.kept = shop.tenant, shop.kept
                if sorted(there.check()) != names:
                    raise Unexpected(f'the restored house has {there.check()}, and not {names}')
CASES.append(('files: a backup has them', backup))
