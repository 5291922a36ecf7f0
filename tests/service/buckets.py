"""Files in a bucket (files.store = "s3"): kept, found, removed and swept as on a disk, and what happens while the bucket is away."""
import asyncio
import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile

from fixtures import limits, s3_service
from fixtures.client import Unexpected
from fixtures.files import ask_slot
from fixtures.poll import poll
from fixtures.s3_service import S3Service
from fixtures.server import Server, binary
from stage import Stage, case, must_equal, must_refuse

PART = 8 << 20   # a larger object goes in parts
LARGE = hashlib.sha256(b'tea').digest() * ((PART * 2 + 100) // 32 + 1)


@contextlib.asynccontextmanager
async def with_bucket(secret=s3_service.SECRET, **more):
    """A stage on a server of its own whose files are in a bucket, and the bucket's server."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'secret')
        with open(path, 'w', encoding='ascii') as file:
            file.write(secret + '\n')
        os.chmod(path, 0o600)
        async with S3Service() as s3:
            async with Server('buckets', ['server.loops=3', *s3.settings(path, **more)]) as server:
                own = Stage(server, 201)
                await own.set_up()
                try:
                    yield own, s3
                finally:
                    own.leave()


async def make_slot(stage, user, name, size):
    client = await stage.client(user).login()
    slot = await ask_slot(client, 'upload.' + stage.jid(user).split('@')[1], name, size)
    client.abort()
    return slot


async def upload(stage, user, name, body):
    """By a slot. Gives the slot."""
    slot = await make_slot(stage, user, name, len(body))
    answer = await asyncio.to_thread(slot.put, stage.server, body)
    if answer.status != 201:
        raise Unexpected(f'the upload should have been answered with 201; the answer is {str(answer)[:300]}')
    return slot


async def get(stage, slot, status=200, headers=None):
    answer = await asyncio.to_thread(slot.get, stage.server, headers)
    must_equal('the status of the file', answer.status, status)
    return answer


async def list_files(stage, tenant):
    return (await stage.call('GET', '/v1/files', None, stage.tenants[tenant]['api_key'])).json['files']


async def remove(stage, tenant, file, status=204):
    must_equal('the removal', (await stage.call('DELETE', f'/v1/files/{file["id"]}', None, stage.tenants[tenant]['api_key'])).status, status)


async def start_again(stage):
    must_equal('the end of the server', await asyncio.to_thread(stage.server.terminate), 0)
    await asyncio.to_thread(stage.server.start)
    stage.api = stage.server.api


@case('buckets: files of two tenants are kept, found in parts, and removed')
async def kept(_stage):
    """Under each tenant's number and the digest; the same bytes once for a tenant, and never for two."""
    async with with_bucket() as (stage, s3):
        tea = await upload(stage, 'romeo', 'tea.txt', b'leaves of tea')
        same = await upload(stage, 'romeo', 'same.txt', b'leaves of tea')
        other = await upload(stage, 'juliet', 'tea.txt', b'leaves of tea')
        must_equal('the objects', len(s3.objects), 2)
        digest = hashlib.sha256(b'leaves of tea').hexdigest()
        if any(not key.startswith('house/') or not key.endswith(f'/{digest[:2]}/{digest}') for key in s3.objects):
            raise Unexpected(f'the objects are {list(s3.objects)}')
        for slot in (tea, same, other):
            must_equal('the file', (await get(stage, slot)).body, b'leaves of tea')
        part = await get(stage, tea, 206, {'Range': 'bytes=7-8'})
        must_equal('the part', (part.body, part.headers['Content-Range']), (b'of', 'bytes 7-8/13'))
        head = await asyncio.to_thread(tea.call, stage.server, 'HEAD')
        must_equal('the head', (head.status, head.headers['Content-Length'], head.headers['ETag']), (200, '13', f'"{digest}"'))
        await get(stage, tea, 304, {'If-None-Match': f'"{digest}"'})
        await get(stage, tea, 416, {'Range': 'bytes=13-'})
        for file in await list_files(stage, 'montague'):
            await remove(stage, 'montague', file)
        must_equal('the objects', len(s3.objects), 1)
        await get(stage, tea, 404)
        must_equal("the other tenant's file", (await get(stage, other)).body, b'leaves of tea')


@case('buckets: a large file goes in parts, and comes back whole')
async def large(_stage):
    """And a part out of its middle, over the border of two parts."""
    async with with_bucket() as (stage, s3):
        slot = await upload(stage, 'romeo', 'large', LARGE)
        must_equal('the parts', sum('partNumber' in request for request in s3.requests), 3)
        must_equal('what is left of them', s3.uploads, {})
        must_equal('that it is whole', (await get(stage, slot)).body == LARGE, True)
        middle = await get(stage, slot, 206, {'Range': f'bytes={PART - 5}-{PART + 4}'})
        must_equal('the middle', middle.body, LARGE[PART - 5:PART + 5])


@case('buckets: while the bucket is away files are refused in words, and chat goes on')
async def away(_stage):
    """503 for the file; what was kept is there when it is back; what was removed meanwhile goes then."""
    async with with_bucket() as (stage, s3):
        old = await upload(stage, 'romeo', 'old', b'old')
        gone = await upload(stage, 'romeo', 'gone', b'gone')
        await s3.close()
        must_refuse(await get(stage, old, 503), 503, 'Try again')
        slot = await make_slot(stage, 'romeo', 'new', 3)
        must_refuse(await asyncio.to_thread(slot.put, stage.server, b'new'), 503, 'Try again')
        await remove(stage, 'montague', next(f for f in await list_files(stage, 'montague') if f['name'] == 'gone'))
        await get(stage, gone, 404)
        await stage.must_say(await stage.enter('romeo'), await stage.enter('benvolio'), 'no files, but tea')
        stage.leave()
        await s3.open_again()
        must_equal('the same slot', (await asyncio.to_thread(slot.put, stage.server, b'new')).status, 201)
        must_equal('the file', (await get(stage, old)).body, b'old')
        await start_again(stage)   # it begins with what was cut off
        await poll(lambda: len(s3.objects) == 2, what='the end of the removed object')
        await s3.close()
        await start_again(stage)
        await get(stage, slot, 503)
        await s3.open_again()
        must_equal('the file', (await get(stage, slot)).body, b'new')


@case('buckets: a kill in the middle of an upload in parts leaves nothing of it')
async def killed(_stage):
    """Neither a file, nor an object, nor parts; nor of a single PUT. What was there is there."""
    async with with_bucket() as (stage, s3):
        old = await upload(stage, 'romeo', 'old', b'old')
        for gate, body in ((r'partNumber', LARGE), (r'^POST .* uploadId$', LARGE), (r'^PUT .*[0-9a-f]{64}$', b'small')):
            slot = await make_slot(stage, 'romeo', 'cut', len(body))
            s3.gate, s3.held = gate, asyncio.Event()
            putting = asyncio.create_task(asyncio.to_thread(slot.put, stage.server, body))
            await s3.held.wait()
            stage.server.kill()
            with contextlib.suppress(OSError):
                await putting
            s3.gate = None
            await asyncio.to_thread(stage.server.start)
            stage.api = stage.server.api
            await poll(lambda: not s3.uploads, what='the end of the parts')
            await get(stage, slot, 404)
            must_equal('the files', [f['name'] for f in await list_files(stage, 'montague')], ['old'])
            must_equal('the objects', len(s3.objects), 1)
        must_equal('the old file', (await get(stage, old)).body, b'old')
        must_equal('what is half written', os.listdir(stage.server.data + '/files/incoming'), [])


@case('buckets: a removed tenant leaves no object, and the other tenant keeps its own')
async def removed_tenant(_stage):
    """By the operator; all of them, though a list has a thousand at most."""
    async with with_bucket() as (stage, s3):
        for number in range(3):
            await upload(stage, 'romeo', f'{number}', b'tea' * (number + 1))
        other = await upload(stage, 'juliet', 'tea', b'tea')
        name = stage.tenants['montague']['name']
        must_equal('the removal', (await stage.call('DELETE', f'/operator/v1/tenants/{name}')).status, 204)
        must_equal('the objects', len(s3.objects), 1)
        must_equal("the other tenant's file", (await get(stage, other)).body, b'tea')


WRONG = {
    'secret': ({'secret': 'pu-erh/pressed'}, 'the secret is not the access key\'s'),
    'access key': ({'access_key': 'AKIAOTHER'}, 'it does not know the access key'),
    'bucket': ({'bucket': 'coffee'}, 'it has no such bucket'),
    'region': ({'region': 'eu-tea-2'}, 'the bucket is in another region'),
}


@case('buckets: a wrong secret, key, bucket or region is told in words, and the secret never')
async def wrong(_stage):
    """In the log, soon after the start. Users hear that files can't be reached; the server runs."""
    for what, (change, words) in WRONG.items():
        async with with_bucket(**change) as (stage, _):
            await poll(lambda w=words, s=stage: w in s.server.words_of_start(), what=f'the words on a wrong {what}')
            slot = await make_slot(stage, 'romeo', 'tea', 3)
            must_refuse(await asyncio.to_thread(slot.put, stage.server, b'tea'), 503, 'Try again')
            said = stage.server.words_of_start()
            if change.get('secret', s3_service.SECRET) in said:
                raise Unexpected('the log has the secret')


@case('buckets: a house whose files are elsewhere is not started')
async def elsewhere(_stage):
    """Another bucket, or the disk, would answer for each file that there is none."""
    async with with_bucket() as (stage, s3):
        await upload(stage, 'romeo', 'tea', b'tea')
        server = stage.server
        await asyncio.to_thread(server.terminate)
        good = server.settings
        for settings in ([s for s in good if not s.startswith('files')], [s.replace('"tea"', '"coffee"') for s in good]):
            server.settings = settings
            said = await asyncio.to_thread(server.refusal)
            if 'The files of this house are kept at' not in said or '/tea/house/' not in said:
                raise Unexpected(f'the refusal is\n{said}')
        server.settings = good
        await asyncio.to_thread(server.start)
        must_equal('the objects', len(s3.objects), 1)


def run(*command):
    done = subprocess.run([binary(), *command], capture_output=True, text=True, timeout=limits.START_S, check=False)
    must_equal(f'the end of {command}: {done.stdout}{done.stderr}', done.returncode, 0)
    return done.stdout


@case('buckets: a backup holds the list of files, and a house made of it waits for word before it uses the bucket')
async def restored(_stage):
    """Two houses that keep and remove objects at one place would ruin each other's. `check` says where the files are."""
    async with with_bucket() as (stage, s3):
        slot = await upload(stage, 'romeo', 'tea', b'tea')
        with tempfile.TemporaryDirectory() as folder:
            await asyncio.to_thread(run, 'backup', '--data', stage.server.data, '--to', folder)
            said = await asyncio.to_thread(run, 'check', '--data', stage.server.data)
            if '/tea/house/ and were not read' not in said:
                raise Unexpected(f'check said\n{said}')
            async with Server('restored', ['server.loops=1']) as other:
                await asyncio.to_thread(other.terminate)
                shutil.rmtree(other.data)
                await asyncio.to_thread(run, 'restore', '--from', folder, '--data', other.data)
                other.settings += [s for s in stage.server.settings if s.startswith('files')]
                said = await asyncio.to_thread(other.refusal)
                if 'This house was made of a backup' not in said:
                    raise Unexpected(f'the refusal is\n{said}')
                os.unlink(other.data + '/files/place')
                await asyncio.to_thread(other.start)
                must_equal('the file', (await asyncio.to_thread(slot.get, other)).body, b'tea')
        must_equal('the file of the house of before', (await get(stage, slot)).body, b'tea')
        must_equal('the objects', len(s3.objects), 1)
