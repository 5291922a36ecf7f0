"""A disk that stands still: what waits for it stays bounded, and nobody waits who does not need it, nor is forgotten at the end."""
import asyncio
import contextlib
import os

from fixtures import limits
from fixtures.client import SM, Client, Unexpected
from fixtures.server import logs_folder
import shims

CASES = []
GATE = os.path.join(logs_folder(), 'slow_disk.gate')
MESSAGES, BODY = 300, 'x' * 200_000   # stored twice: twice what may wait for the disk
RISEN_KIB = 6 * 1024                  # then much waits
WAITING_KIB = 32 * 1024               # at most, with what lies around it
PINGS = 2000                          # then, each a turn of the server's loop: time to take in all, if it did
REFUSALS = 10                         # in a row, more than listeners that can be closing at once
MAM = 'urn:xmpp:mam:2'
ASK = f"<r xmlns='{SM}'/>"


def prepare():
    free_disk()
    return shims.preload('slow_disk') | {'SLOW_DISK': GATE}


def stop_disk():
    with open(GATE, 'w', encoding='ascii'):
        pass


def free_disk():
    with contextlib.suppress(FileNotFoundError):
        os.unlink(GATE)


async def enter(server, keys=None):
    limits = dict.fromkeys(('stanzas_per_s', 'api_calls_per_min', 'offline_messages', 'archive_bytes'), -1)
    await asyncio.to_thread(server.api.set_plan, 'load', limits)
    clients = {}
    for tenant, users in {'montague': ('romeo', 'benvolio'), 'capulet': ('juliet', 'nurse')}.items():
        made = await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example', plan='load')
        if keys is not None:
            keys[tenant] = made['api_key']
        for user in users:
            await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
            client = await Client(server, user, user, f'{tenant}.example', 'pw-' + user).login()
            client.send('<presence/>')
            await client.pick(lambda e, c=client: e.get('from') == c.jid)
            clients[user] = client
    return clients


async def talk(clients, number):
    """What needs no disk."""
    await clients['juliet'].answer(f"<iq type='get' id='ping-{number}' to='capulet.example'><ping xmlns='urn:xmpp:ping'/></iq>")
    clients['nurse'].send(f"<message to='juliet@capulet.example' type='chat' id='said-{number}'><body>still here</body>"
                          "<no-store xmlns='urn:xmpp:hints'/></message>")
    await clients['juliet'].pick(lambda e: e.get('id') == f'said-{number}')


async def stand_still(server):
    """While the disk stands still, who writes much is not read from any more, and others' streams go on; afterwards nothing is missing, and
    nobody else got any of it."""
    clients = await enter(server)
    before = server.memory_kib()
    stop_disk()
    try:
        for number in range(MESSAGES):
            clients['romeo'].send(f"<message to='benvolio@montague.example' type='chat' id='large-{number}'><body>{BODY}</body></message>")
        number = 0
        while server.memory_kib() < before + RISEN_KIB:
            number += 1
            await talk(clients, number)
        for _ in range(PINGS):
            number += 1
            await talk(clients, number)
        risen = server.memory_kib() - before
        if risen > WAITING_KIB:
            raise Unexpected(f'{risen} KiB wait for the disk')
    finally:
        free_disk()
    for number in range(MESSAGES):
        await clients['benvolio'].pick(lambda e, n=number: e.get('id') == f'large-{n}')
    for name in ('juliet', 'nurse'):
        if any((e.get('id') or '').startswith('large-') for e in clients[name].inbox):
            raise Unexpected(f'{name} of the other tenant got what romeo wrote')
stand_still.settings = ['server.loops=1']
stand_still.prepare = prepare
CASES.append(('slow disk: writers wait, others do not', stand_still))


async def keep_answering(server):
    """While the disk stands still, an <r/> is answered with what is on disk by then, and with the rest once that is; the archives of
    another tenant, who has written nothing, are read."""
    clients = await enter(server)
    romeo, juliet = clients['romeo'], clients['juliet']
    await romeo.enable_sm()
    romeo.quiet_acks = False
    said = "<message to='{}' type='chat' id='{}'><body>do you bite your thumb?</body></message>"
    clients['nurse'].send(said.format('juliet@capulet.example', 'old'))
    await juliet.pick(lambda e: e.get('id') == 'old')
    romeo.send(said.format('benvolio@montague.example', 'stored'))
    await clients['benvolio'].pick(lambda e: e.get('id') == 'stored')
    stop_disk()
    try:
        romeo.send(said.format('benvolio@montague.example', 'waiting'))
        romeo.send(ASK)
        await expect_answer(romeo, 1)
        await juliet.answer(f"<iq type='set' id='page'><query xmlns='{MAM}' queryid='q'/></iq>")
        page = [e for e in juliet.inbox if e.find(f'{{{MAM}}}result') is not None]
        if len(page) != 1 or 'old' not in [e.get('id') for e in page[0].iter()]:
            raise Unexpected(f'juliet read {len(page)} messages')
        if any(e.get('id') == 'waiting' for e in clients['benvolio'].inbox):
            raise Unexpected('benvolio got what is not on disk')
    finally:
        free_disk()
    await expect_answer(romeo, 2)
    await clients['benvolio'].pick(lambda e: e.get('id') == 'waiting')
    for name in ('juliet', 'nurse'):
        if any(e.get('id') in ('stored', 'waiting') for e in clients[name].inbox):
            raise Unexpected(f'{name} of the other tenant got what romeo wrote')


async def expect_answer(client, handled):
    answer = await client.pick(lambda e: e.tag == f'{{{SM}}}a')
    if answer.get('h') != str(handled):
        raise Unexpected(f"<a h='{answer.get('h')}'/> instead of {handled}")
keep_answering.prepare = prepare
CASES.append(('slow disk: what is asked is answered', keep_answering))


async def ask_to_post(server, key, body):
    """A connection on which the server has read the head of a POST, and waits for its body."""
    host, port = server.addresses['http'].split('//')[1].split(':')
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f'POST /v1/messages HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\nExpect: 100-continue\r\n'
                 f'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n'.encode())
    head = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'), limits.ANSWER_S)
    if b' 100 ' not in head:
        raise Unexpected(f'the head of a POST was answered {head!r}')
    return reader, writer


async def doors_close(server):
    """Each loop has a listener of its own at the port. One that closes just then refuses a connection as well, so one refusal is not all."""
    host, port = server.addresses['c2s'].rsplit(':', 1)
    refused = 0
    while refused < REFUSALS:
        try:
            (await asyncio.open_connection(host, int(port)))[1].close()
            refused = 0
        except OSError:
            refused += 1


async def stop_meanwhile(server):
    """SIGTERM while the disk stands still: streams end soon, and the server when the disk is well; by then the API's request is answered,
    and what was written is there. Nothing counts as handled that comes when nothing is taken any more, also where the stream itself would
    refuse it."""
    keys = {}
    clients = await enter(server, keys)
    body = 'to=user:benvolio&text=posted'
    reader, writer = await ask_to_post(server, keys['montague'], body)
    for name in ('romeo', 'nurse'):
        await clients[name].enable_sm()
    stop_disk()
    try:
        clients['romeo'].send("<message to='benvolio@montague.example' type='chat' id='written'><body>written</body></message>")
        await clients['romeo'].answer("<iq type='get' id='read' to='montague.example'><ping xmlns='urn:xmpp:ping'/></iq>")
        writer.write(body.encode())
        ending = asyncio.create_task(asyncio.to_thread(server.terminate))
        await doors_close(server)
        for to in ('juliet@capulet.example', '@'):
            clients['nurse'].send(f"<message to='{to}' type='chat'><body>too late</body></message>")
        for client in clients.values():
            await client.until(lambda c=client: c.lost, what='the end of the stream')
        for name in ('romeo', 'nurse'):
            if clients[name].sm_acked != 0:
                raise Unexpected(f'{clients[name].sm_acked} of {name} were acknowledged, and none is on disk')
        if not server.is_running():
            raise Unexpected('the server did not wait for the disk')
    finally:
        free_disk()
    answer = await asyncio.wait_for(reader.read(), limits.ANSWER_S)
    writer.close()
    if not answer.startswith(b'HTTP/1.1 201 '):
        raise Unexpected(f'the POST was answered {answer!r}')
    if await ending != 0:
        raise Unexpected(f'the server ended with status {ending.result()}')
    await asyncio.to_thread(server.start)
    for name, client in clients.items():
        client.abort()
        await client.login()
        client.send('<presence/>')
        await client.pick(lambda e, c=client: e.get('from') == c.jid)
        await client.answer(f"<iq type='get' id='last' to='{client.domain}'><ping xmlns='urn:xmpp:ping'/></iq>")
        if name == 'benvolio':
            for text in ('written', 'posted'):
                await client.pick(lambda e, t=text: e.findtext('{jabber:client}body') == t)
        if any(e.tag.endswith('}message') for e in client.inbox):
            raise Unexpected(f'{name} got what is not theirs')
stop_meanwhile.prepare = prepare
CASES.append(('slow disk: SIGTERM waits for what is in flight', stop_meanwhile))
