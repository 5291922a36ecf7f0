"""Files by HTTP (XEP-0363) under attack: tricks with paths and names, guessing, forged slots, bodies that are none."""
import asyncio
import base64
import json
import os

from fixtures.client import Unexpected
from fixtures.files import Slot, ask_slot
from fixtures.poll import poll
from stage import alive, case, refused_iq

HOST = 'upload.a.example'


def call(stage, *arguments, **keywords):
    return asyncio.to_thread(*arguments, **keywords)


async def upload(stage, client, body=b'leaves', name='leaves'):
    slot = await ask_slot(client, HOST, name, len(body))
    answer = await call(stage, slot.put, stage.server, body)
    if answer.status != 201:
        raise Unexpected(f'the file should have been taken; the answer is {answer}')
    return slot


async def must_be(stage, statuses, slot, method='GET', **keywords):
    answer = await call(stage, slot.call, stage.server, method, **keywords)
    if answer.status not in statuses:
        raise Unexpected(f'{method} {slot.path} should have been answered {statuses}; the answer is {str(answer)[:500]}')
    return answer


@case('60 files: paths that lead elsewhere')
async def paths(stage):
    """An address is an id and a name, and never a place on the disk."""
    slot = await upload(stage, await stage.attacker())
    file_id = slot.path.split('/')[1]
    for path in ('/../../operator.key', '/..%2f..%2foperator.key', '/%2e%2e/%2e%2e/operator.key', '/incoming/1', '/files/incoming', f'/{file_id}/..%2foperator.key',
                 f'/{file_id}/../operator.key', f'/{file_id}%00/leaves', f'/{file_id}/leaves%00.html', f'/{file_id}/', f'/{file_id}', f'/{file_id}/leaves/more',
                 f'/{file_id}\\..\\leaves/leaves', '/1/00/' + '0' * 64, f'//{file_id}/leaves', f'/{file_id.lower()}/leaves', f'/{file_id}/LEAVES'):
        answer = await must_be(stage, (400, 404), Slot(f'https://{HOST}{path}', ''))
        if b'leaves of' in answer.body or b'ok_' in answer.body:
            raise Unexpected(f'{path} gave {answer}')
    for host in ('b.example', 'upload.b.example', 'a.example', 'nobody.example', '..', 'upload.a.example.'):
        answer = await call(stage, stage.api.call, 'GET', f'/upload/{host}{slot.path}', None, '')
        if answer.status == 200 and host != 'upload.a.example.':
            raise Unexpected(f'{host} has it')


@case('60 files: names that are paths')
async def names(stage):
    """A name with a path, control characters or a change of direction, and one that is too long, gets no slot."""
    client = await stage.attacker()
    for name in ('../../operator.key', '/etc/passwd', 'a\\b', '..', '.', '', 'a&#x9;b', 'a&#xA;b', 'photo&#x202E;gpj.exe', 'x' * 256, '\u00e9' * 128, 'a&#x85;b'):
        await refused_iq(client, f"<iq type='get' to='{HOST}' id='s'><request xmlns='urn:xmpp:http:upload:0' filename='{name}' size='5'/></iq>", 'not-acceptable')
    await alive(client)


@case('60 files: guessing')
async def guess(stage):
    """Who knows one address has learnt nothing of others', nor of the other tenant's; a known one is nothing at the other's host."""
    slot = await upload(stage, await stage.attacker())
    file_id = slot.path.split('/')[1]
    for place in range(0, len(file_id), 3):
        other = file_id[:place] + ('A' if file_id[place] != 'A' else 'B') + file_id[place + 1:]
        await must_be(stage, (404,), Slot(f'https://{HOST}/{other}/leaves', ''))
    await must_be(stage, (404,), slot, host='upload.b.example')
    await must_be(stage, (404,), slot, host='a.example')
    await must_be(stage, (200,), slot)


def forge(token, change):
    """The token with other claims or another header, and the signature that it had."""
    parts = token.split('.')
    header, claims = (json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4))) for part in parts[:2])
    change(header, claims)
    made = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b'=').decode() for each in (header, claims)]
    return '.'.join(made + parts[2:])


@case('60 files: forged slots')
async def forged(stage):
    """A slot is what was signed, to the last letter: no larger file, no other tenant, name or time, and no token without a signature."""
    slot = await ask_slot(await stage.attacker(), HOST, 'leaves', 6)
    tokens = [forge(slot.token, lambda h, c, k=key, v=value: c.update({k: v})) for key, value in
              (('bytes', 7), ('tenant', 2), ('account', 'victor'), ('expires', 1 << 60), ('type', 'x'))]
    tokens += [forge(slot.token, lambda h, c: h.update(alg='none')), forge(slot.token, lambda h, c: h.update(alg='none')).rsplit('.', 1)[0] + '.',
               slot.token[:-1], slot.token + 'A', '', 'x', '..', 'x' * 9000, stage.tenants['a']['api_key']]
    for token in tokens:
        answer = await call(stage, slot.put, stage.server, b'leaves', None, token or 'none')
        if answer.status != 401:
            raise Unexpected(f'{token[:200]} was answered {answer}')
    await must_be(stage, (201,), slot, 'PUT', body=b'leaves', key=slot.token)
    await must_be(stage, (409,), slot, 'PUT', body=b'leaves', key=slot.token)


async def begin(stage, head, body=b''):
    address = stage.server.addresses['http'].split('//')[1].rsplit(':', 1)
    reader, writer = await asyncio.open_connection(address[0], int(address[1]))
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


def head_of(slot, *fields):
    return f'PUT {slot.path} HTTP/1.1\r\nHost: {slot.host}\r\nAuthorization: Bearer {slot.token}\r\n' + '\r\n'.join([*fields, '', ''])


@case('60 files: bodies without their length')
async def lengths(stage):
    """A body in chunks, or of another length, is refused before it is read; one that ends early is no file."""
    client = await stage.attacker()
    for fields, status in ((['Transfer-Encoding: chunked'], b'411'), (['Content-Length: 7'], b'413'), (['Content-Length: 5'], b'400'),
                           (['Content-Length: 99999999999999999999'], b'4'), (['Content-Length: 6', 'Content-Length: 7'], b'400'),
                           (['Content-Length: 6', 'Transfer-Encoding: chunked'], b'400')):
        slot = await ask_slot(client, HOST, 'leaves', 6)
        reader, writer = await begin(stage, head_of(slot, *fields))
        line = await reader.readline()
        writer.close()
        if not line.startswith(b'HTTP/1.1 ' + status):
            raise Unexpected(f'{fields} was answered {line}')
        await must_be(stage, (404,), slot)
    slot = await ask_slot(client, HOST, 'leaves', 6)
    _, writer = await begin(stage, head_of(slot, 'Content-Length: 6'), b'lea')
    writer.close()
    await poll(lambda: call(stage, used, stage), lambda bytes_used: bytes_used == bytes_listed(stage), 'the room that the cut upload had')
    await must_be(stage, (404,), slot)


def used(stage):
    return stage.api.must('GET', '/v1/usage', key=stage.tenants['a']['api_key'])['limits']['files_total_bytes']['used']


def bytes_listed(stage):
    return sum(file['bytes'] for file in stage.api.must('GET', '/v1/files?limit=200', key=stage.tenants['a']['api_key'])['files'])


@case('60 files: many uploads that stand still')
async def standing(stage):
    """They cost their tenant room and others nothing; when they end the room is there again."""
    client, begun = await stage.attacker(), []
    for _ in range(40):
        slot = await ask_slot(client, HOST, 'leaves', 1000)
        begun.append(await begin(stage, head_of(slot, 'Content-Length: 1000'), b'x' * 500))
    await alive(client)
    for _, writer in begun:
        writer.close()
    await poll(lambda: call(stage, used, stage), lambda bytes_used: bytes_used == bytes_listed(stage), 'the room that the cut uploads had')


@case('60 files: files that look like others')
async def polyglots(stage):
    """What a browser would run is never told as that, whatever it is called and begins with."""
    client = await stage.attacker()
    for name, body, kind in (('a.html', b'<!DOCTYPE html><script>alert(1)</script>', 'application/octet-stream'), ('a.svg', b'<svg onload="alert(1)"/>', 'application/octet-stream'),
                             ('a.js', b'alert(1)', 'application/octet-stream'), ('a.xml', b'<?xml version="1.0"?><x/>', 'application/octet-stream'),
                             ('a.gif', b'GIF89a/*<script>*/=1;alert(1)', 'image/gif'), ('a.html', b'\x89PNG\r\n\x1a\n<script>alert(1)</script>', 'image/png'),
                             ('a.pdf', b'%PDF-1.4 <script>', 'application/pdf')):
        answer = await must_be(stage, (200,), await upload(stage, client, body, name))
        wanted = {'Content-Type': kind, 'X-Content-Type-Options': 'nosniff'}
        found = {key: answer.headers.get(key) for key in wanted}
        policy = answer.headers.get('Content-Security-Policy', '')
        if found != wanted or 'sandbox' not in policy or 'allow-' in policy or "default-src 'none'" not in policy:
            raise Unexpected(f'{name} came as {found} with {policy}')
        if answer.headers.get('Content-Disposition', '').startswith('attachment') == kind.startswith('image/'):
            raise Unexpected(f'{name} came as {answer.headers.get("Content-Disposition")}')


def open_files(stage):
    """How many of the users' files the server has open."""
    folder = f'/proc/{stage.server.process.pid}/fd'
    count = 0
    for name in os.listdir(folder):
        try:
            count += '/files/' in os.readlink(os.path.join(folder, name))
        except FileNotFoundError:   # it was closed meanwhile
            continue
    return count


@case('60 files: many downloads that stand still, or end early')
async def downloads(stage):
    """A client that takes nothing of a file, or goes in the middle of it, takes it from nobody else; nothing of it stays open."""
    body, begun = os.urandom(8 << 20), []  # more than the kernel takes for a peer
    slot = await upload(stage, await stage.attacker(), body)
    for number in range(60):
        field = f'Range: bytes={number * 1000}-\r\n' if number % 3 == 0 else ''
        reader, writer = await begin(stage, f'GET {slot.path} HTTP/1.1\r\nHost: {slot.host}\r\n{field}\r\n')
        line = await reader.readline()
        if not line.startswith(b'HTTP/1.1 206' if field else b'HTTP/1.1 200'):
            raise Unexpected(f'a download was answered {line}')
        begun.append(writer)
    if open_files(stage) < len(begun):
        raise Unexpected(f'{len(begun)} downloads should be under way; {open_files(stage)} files are open')
    reader, writer = await begin(stage, f'GET {slot.path} HTTP/1.1\r\nHost: {slot.host}\r\nConnection: close\r\n\r\n')
    answer = await reader.read()
    writer.close()
    if not answer.endswith(b'\r\n\r\n' + body):
        raise Unexpected(f'a download beside those that stand still brought {len(answer)} other bytes')
    for number, each in enumerate(begun):
        each.transport.abort() if number % 2 else each.close()
    await poll(lambda: call(stage, open_files, stage), lambda count: count == 0, 'the files of the downloads that ended')
