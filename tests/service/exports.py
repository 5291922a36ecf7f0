"""A tenant leaves with one file, and comes in on another server: whole, or not at all."""
import asyncio
import io
import json
import os
import socket
import tarfile
import tempfile
import urllib.parse

from command_line import REFUSED, USAGE, Commands
from fixtures.client import Client, Unexpected
from fixtures.poll import poll
from fixtures.server import Server
from stage import case, must_equal, must_refuse

ROSTER, PRIVATE, MAM, BLOCKING = 'jabber:iq:roster', 'jabber:iq:private', 'urn:xmpp:mam:2', 'urn:xmpp:blocking'
BODY = '{jabber:client}body'


async def live(stage, one, other):
    """Two users of a tenant do what leaves traces: contacts, settings, blocks, messages, a picture's words, a room, a file."""
    tenant = stage.users[one]
    key = stage.tenants[tenant]['api_key']
    first, second = [await stage.enter(user) for user in (one, other)]
    contact = f"<item jid='{stage.jid(other)}' name='Friend'><group>Tea of {tenant}</group></item>"
    for number, query in enumerate((f"<query xmlns='{ROSTER}'>{contact}</query>",
                                    f"<query xmlns='{PRIVATE}'><note xmlns='of:{tenant}'>keep</note></query>",
                                    f"<block xmlns='{BLOCKING}'><item jid='eve@elsewhere.example'/></block>",
                                    "<vCard xmlns='vcard-temp'><FN>Somebody</FN></vCard>",
                                    "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:tune'>"
                                    f"<item id='now'><tune xmlns='urn:xmpp:tune'>{tenant}</tune></item></publish></pubsub>")):
        answer = await first.answer(f"<iq type='set' id='set-{number}'>{query}</iq>")
        must_equal('the answer', answer.get('type'), 'result')
    for number in range(3):
        first.send(f"<message type='chat' to='{stage.jid(other)}' id='m{number}'><body>word {number} of {tenant}</body></message>")
        await second.pick(lambda e: e.tag.endswith('}message') and e.findtext(BODY))
    for client in (first, second):
        client.inbox.clear()
        await client.close()
    await stage.call('PUT', '/v1/rooms/tea', {'name': f'Tea at {tenant}', 'members': [one]}, key)
    for to in ('room:tea', f'user:{other}'):  # the last one waits for a user who is away
        must_equal('the status', (await stage.call('POST', '/v1/messages', {'to': to, 'text': f'Later at {tenant}'}, key)).status, 201)
    kept = await stage.call('POST', '/v1/files?name=tea.txt', f'the leaves of {tenant}'.encode() * 100, key,
                            {'Content-Type': 'application/octet-stream'})
    must_equal('the status', kept.status, 201)


def members(path):
    """name -> bytes; the moment at which it was made is left out."""
    with tarfile.open(path) as archive:
        found = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
    found['tenant.json'] = json.loads(found['tenant.json']) | {'made_ms': 0}
    return found


async def texts(client):
    """What the archive of its user has."""
    client.send(f"<iq type='set' id='mam'><query xmlns='{MAM}'/></iq>")
    found = []
    while True:
        element = await client.receive()
        if element.get('id') == 'mam':
            return found
        found += [e.text for e in element.iter(BODY)]


@case('export: a tenant is the same on another server, row by row, and its users sign in with their old passwords')
async def round_trip(stage):
    """All that a tenant has leaves with one file, also while it is in service, and nothing of another."""
    await live(stage, 'romeo', 'benvolio')
    await live(stage, 'juliet', 'nurse')
    commands = Commands(stage, 'data')
    name, domain = stage.names['montague'], stage.domains['montague']
    with tempfile.TemporaryDirectory() as folder:
        file, again = os.path.join(folder, 'm.tar'), os.path.join(folder, 'again.tar')
        said = await commands.good('export', name, '--to', file)
        must_equal('what it says', said, f'{name} is exported into {file}, {os.path.getsize(file)} bytes.\n')
        must_equal('who may read it', os.stat(file).st_mode & 0o777, 0o600)
        with open(file, 'rb') as opened:
            whole = opened.read()
        must_equal('words of the other', b'capulet' in whole, False)
        keys = [stage.tenants['montague'][name].encode() for name in ('api_key', 'signing_secret')]
        must_equal('keys', [key in whole for key in keys], [False, False])
        async with Server('elsewhere', ['server.loops=2']) as other:
            elsewhere = Commands(stage, 'data')
            elsewhere.place = ['--data', other.data]
            await elsewhere.refused(REFUSED, 'plan', 'import', file)
            made = await elsewhere.json('import', file, '--plan', 'default')
            must_equal('the tenant', (made['name'], made['domain']), (name, domain))
            await elsewhere.good('export', name, '--to', again)
            before, after = members(file), members(again)
            for each in (before, after):
                each['tenant.json']['tenant']['fields'].pop('plan')
            must_equal('the entries', sorted(after), sorted(before))
            must_equal('those that differ', [entry for entry in before if before[entry] != after[entry]], [])
            romeo = await Client(other, 'romeo', 'romeo', domain, stage.password('romeo'), mechanism='SCRAM-SHA-1').login()
            try:
                must_equal('the archive', await texts(romeo), [f'word {number} of montague' for number in range(3)])
                roster = await romeo.answer(f"<iq type='get' id='r'><query xmlns='{ROSTER}'/></iq>")
                must_equal('the contacts', [e.get('jid') for e in roster.iter(f'{{{ROSTER}}}item')], [stage.jid('benvolio')])
            finally:
                romeo.abort()
            room = await asyncio.to_thread(other.api.call, 'GET', '/v1/rooms/tea/messages', None, made['api_key'])
            must_equal('the room', [m['text'] for m in room.json['messages']], ['Later at montague'])
            listed = await asyncio.to_thread(other.api.call, 'GET', '/v1/files', None, made['api_key'])
            must_equal('the files', [f['name'] for f in listed.json['files']], ['tea.txt'])
    stage.clients.clear()


@case('export: honest errors')
async def errors(stage):
    """A file that is there, one that is none, a name that is taken; an owner's export is of their tenant alone."""
    await live(stage, 'romeo', 'benvolio')
    stage.clients.clear()
    commands, name = Commands(stage, 'url'), stage.names['montague']
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, 'm.tar')
        await commands.good('export', name, '--to', file)
        await commands.refused(REFUSED, 'is there already', 'export', name, '--to', file)
        await commands.refused(REFUSED, 'no tenant', 'export', 'nobody', '--to', os.path.join(folder, 'n.tar'))
        await commands.refused(REFUSED, "can't be made", 'export', name, '--to', os.path.join(folder, 'no/such/folder.tar'))
        await commands.refused(REFUSED, "can't be read", 'import', os.path.join(folder, 'missing.tar'))
        await commands.refused(REFUSED, 'already', 'import', file)
        await commands.refused(REFUSED, 'is taken', 'import', file, '--name', f'copy-{stage.number}')
        text = os.path.join(folder, 'text')
        with open(text, 'w', encoding='utf-8') as opened:
            opened.write('no export at all\n' * 1000)
        await commands.refused(REFUSED, 'no tar archive', 'import', text)
        open(text, 'w', encoding='utf-8').close()
        await commands.refused(USAGE, 'no export', 'import', text)
        must_equal('what is left in the folder', sorted(os.listdir(folder)), ['m.tar', 'text'])
        own = await stage.call('GET', '/v1/export', None, stage.tenants['capulet']['api_key'])
        must_equal('the type', own.headers['Content-Type'], 'application/x-tar')
        must_equal('the other in it', (own.status, b'montague' in own.body, b'juliet' in own.body), (200, False, True))
        user = await stage.call('GET', '/v1/users/romeo/export', None, stage.tenants['montague']['api_key'])
        with tarfile.open(fileobj=io.BytesIO(user.body)) as archive:
            must_equal('the users', [n for n in archive.getnames() if n.endswith('.xml')], ['users/romeo.xml'])
        must_refuse(await stage.call('GET', '/v1/users/romeo/export', None, stage.tenants['capulet']['api_key']), 404)
        # With another name and domain it is another tenant, beside the first.
        made = await commands.json('import', file, '--name', f'copy-{stage.number}', '--domain', f'copy.n{stage.number}.example')
        must_equal('its rooms', made['rooms_domain'], f'rooms.copy.n{stage.number}.example')
        shown = await stage.call('GET', '/v1/rooms/tea', None, made['api_key'])
        must_equal('its room', (shown.status, shown.json['name']), (200, 'Tea at montague'))


async def send_part(server, path, body, end):
    """The beginning of an import, whose rest does not come."""
    url = urllib.parse.urlparse(server.addresses['http'])
    connection = await asyncio.to_thread(socket.create_connection, (url.hostname, url.port))
    head = (f'POST {path} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {server.api.operator_key}\r\n'
            f'Content-Type: application/x-tar\r\nContent-Length: {len(body)}\r\n\r\n')
    await asyncio.to_thread(connection.sendall, head.encode() + body[:end])
    return connection


@case('export: an import that is cut off, by its sender or by kill -9, leaves nothing')
async def cut_off(stage):
    """At each step the tenant is nobody's yet; afterwards the name and domain are free, and the same export makes all of it."""
    await live(stage, 'romeo', 'benvolio')
    stage.clients.clear()
    answer = await stage.call('GET', f'/operator/v1/tenants/{stage.names["montague"]}/export')
    body, name, domain = answer.body, stage.names['montague'], stage.domains['montague']
    async with Server('killed', ['server.loops=2']) as server:
        path = '/operator/v1/tenants/import?plan=default'

        def look():
            return server.api.call('GET', f'/operator/v1/tenants/{name}')
        for end in (1024, len(body) // 3, len(body) * 2 // 3, len(body) - 2048, len(body) - 1025):
            for is_killed in (False, True):
                connection = await send_part(server, path, body, end)
                if end > 1024:  # tenant.json has come
                    found = await poll(lambda: asyncio.to_thread(look), lambda a: a.status == 200, 'the arrival')
                    must_equal('is in service', found.json['suspended'], True)
                    with_site = await asyncio.to_thread(server.api.call, 'GET', f"/v1/sites/{found.json['site']}/widget", None, '')
                    if with_site.status < 400:
                        raise Unexpected(f'a tenant that arrives is served: {with_site}')
                if is_killed:
                    await asyncio.to_thread(server.kill)
                    connection.close()
                    await asyncio.to_thread(server.start)
                else:
                    connection.close()
                await poll(lambda: asyncio.to_thread(look), lambda a: a.status == 404, 'the end of what had come')
        made = await asyncio.to_thread(server.api.call, 'POST', path, body, None, {'Content-Type': 'application/x-tar'})
        must_equal('the status', made.status, 201)
        benvolio = await Client(server, 'benvolio', 'benvolio', domain, stage.password('benvolio'), mechanism='SCRAM-SHA-1').login()
        try:
            must_equal('the archive', (await texts(benvolio))[:3], [f'word {number} of montague' for number in range(3)])
        finally:
            benvolio.abort()
