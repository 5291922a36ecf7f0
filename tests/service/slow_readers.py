"""Clients that stop reading while others write to them: the server's memory stays bounded, they are cut off, and nobody else notices."""
import asyncio
import socket

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.poll import poll
from sockets import plain
from stage import case, must_equal

BODY = 'x' * 200000
ASKED = 400_000   # 11 MB, and more than twice as much again to answer
BATCHES, IN_A_BATCH = 72, 10   # 144 MB in all; a batch is within the queue of those who do read
# 18 MiB may wait for a session (server/session.h); the rest is for what is on its way: stanzas of a batch, buffers, the allocator.
GROWTH_KIB_MAX = 64 * 1024


class Memory:
    """Of the server, since this was made. Under a sanitizer it says nothing."""

    def __init__(self, server):
        self.server, self.before = server, server.memory_kib()

    def check(self, what):
        grown = self.server.memory_kib() - self.before
        if grown > GROWTH_KIB_MAX and limits.SLOWNESS_OF_PRESET == 1:
            raise Unexpected(f'{what}: the server has grown by {grown} KiB, from {self.before} KiB')


async def is_offline(stage, user):
    answer = await stage.call('GET', f'/v1/users/{user}/status', None, stage.tenants['montague']['api_key'], {'Accept': 'text/plain'})
    return answer.body.strip() == b'offline'


async def is_online(stage, user):
    return not await is_offline(stage, user)


async def flood(sender, tos, readers, memory, rest=''):
    """Batch after batch to each address; the next when those who read have read, so that only who does not read falls behind."""
    heard = dict.fromkeys(readers, 0)

    def count(element, client):
        if BODY == element.findtext('{jabber:client}body'):
            heard[client] += 1
        else:
            client.inbox.append(element)
    for client in readers:
        client.on_stanza = lambda element, c=client: count(element, c)
    for number in range(BATCHES):
        for to, kind in tos * IN_A_BATCH:
            sender.transport.send(f"<message to='{to}' type='{kind}'><body>{BODY}</body>{rest}</message>")  # unlogged: it is long
        for client in readers:
            await client.until(lambda c=client, n=number: heard[c] >= (n + 1) * IN_A_BATCH or c.lost, what='what was sent')
        memory.check(f'batch {number}')
    must_equal('what was heard', list(heard.values()), [BATCHES * IN_A_BATCH] * len(readers))
    for client in readers:
        client.on_stanza = None


for kind in ('tcp', 'tls', 'websocket', 'wss'):
    @case(f'slow reader: one who is written to, by {kind}')
    async def _(stage, kind=kind):
        """A session that does not read is closed with resource-constraint (server/session.h) when its queue is full; one who reads gets all, the
        one who writes and others go on; the reader can come again."""
        romeo, juliet = await enter(stage, 'romeo', kind), await enter(stage, 'juliet', 'tls')
        benvolio, nurse = await enter(stage, 'benvolio', kind), await enter(stage, 'nurse', 'websocket')
        memory = Memory(stage.server)
        romeo.transport.wire.transport.pause_reading()
        await flood(juliet, [(romeo.jid, 'headline'), (benvolio.jid, 'headline')], [benvolio], memory)
        await poll(lambda: is_offline(stage, 'romeo'), what='the end of the session that does not read')
        await stage.must_say(juliet, nurse, 'still here')
        romeo.transport.wire.transport.resume_reading()
        await romeo.until(lambda: romeo.lost, what='the end of its connection')
        again = await stage.enter('romeo', kind)
        must_equal('what the one who reads received besides', [e.get('from') for e in benvolio.inbox], [])
        await stage.must_say(again, juliet, 'again')
        memory.check('at the end')


async def enter(stage, *who):
    """With a log that forgets: of what is said here nobody wants to read 150 MB."""
    client = await stage.enter(*who)
    client.log = Forgetful()
    return client


class Forgetful(list):
    def append(self, _):
        pass


@case('a flood does not throw out one who reads')
async def flooded(stage):
    """With a plan's limits a session is read from no faster than it may send: eight megabytes at once reach the other whole, he stays, and the
    one who sent them is still served (promise 2 of the design: nobody exhausts another)."""
    plan = f'burst-{stage.number}'
    await asyncio.to_thread(stage.api.set_plan, plan, {'stanzas_per_s': 100, 'stanza_bytes': 262144})
    for tenant in ('montague', 'capulet'):
        await asyncio.to_thread(stage.api.change_tenant, stage.names[tenant], plan=plan)
    romeo, juliet = await enter(stage, 'romeo', 'tls'), await enter(stage, 'juliet', 'tls')
    benvolio, nurse = await enter(stage, 'benvolio', 'websocket'), await enter(stage, 'nurse', 'tcp')
    count = 40
    for _ in range(count):
        juliet.transport.send(f"<message to='{romeo.jid}' type='headline'><body>{BODY}</body></message>")
    await stage.must_say(nurse, benvolio, 'meanwhile')
    for _ in range(count):
        must_equal('what romeo heard', (await romeo.receive()).findtext('{jabber:client}body') == BODY, True)
    await stage.must_say(juliet, romeo, 'afterwards')


async def page_through(client):
    """All of its archive, in pages as large as the server makes them: of a megabyte, and one message more. Gives how many messages and pages."""
    after, rows, pages = '', 0, 0
    while True:
        fin = await client.answer(f"<iq type='set' id='page-{pages}'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>"
                                  f"<max>250</max>{after}</set></query></iq>")
        pages += 1
        results = [e for e in client.inbox if e.find('{urn:xmpp:mam:2}result') is not None]
        rows += len(results)
        client.inbox.clear()
        fin = fin.find('{urn:xmpp:mam:2}fin')
        if fin.get('complete') == 'true':
            return rows, pages
        after = f"<after>{fin.findtext('.//{http://jabber.org/protocol/rsm}last')}</after>"


for kind, sm in (('tcp', False), ('wss', True)):
    @case(f'offline messages, more than a session holds, by {kind}{" with acknowledgements" * sm}')
    async def _(stage, kind=kind, sm=sm):
        """Who was away gets all that waited, in order, however long it is; others get none of it."""
        await unlimited(stage)
        juliet, benvolio, nurse = await enter(stage, 'juliet', 'tls'), await enter(stage, 'benvolio', kind), await enter(stage, 'nurse', 'tcp')
        count = 120   # 24 MB
        await keep_waiting(stage, juliet, count)
        romeo = await stage.client('romeo', kind).login()
        romeo.log = Forgetful()
        if sm:
            await romeo.enable_sm()
        memory = Memory(stage.server)
        romeo.send('<presence/>')
        for number in range(count):
            got = await romeo.pick(lambda e: e.tag == '{jabber:client}message')
            must_equal('the message', (got.get('id'), got.findtext('{jabber:client}body') == BODY), (str(number), True))
        memory.check('while it was read')
        romeo.inbox.clear()   # its own presence
        must_equal('the pages of the archive', await page_through(romeo), (count, 20))   # of six each
        await stage.must_say(juliet, romeo, 'now you are here')
        must_equal('what others received', [e.get('id') for c in (benvolio, nurse) for e in c.inbox], [])


async def keep_waiting(stage, juliet, count):
    """So many long messages for romeo, who is away."""
    for number in range(count):
        juliet.transport.send(f"<message to='romeo@{stage.domains['montague']}' type='chat' id='{number}'><body>{BODY}</body></message>")
    await stage.must_say(juliet, stage.clients[-1], 'all sent')


async def unlimited(stage):
    await asyncio.to_thread(stage.api.set_plan, f'patient-{stage.number}', {'stanzas_per_s': -1, 'stanza_bytes': 262144})
    for tenant in ('montague', 'capulet'):
        await asyncio.to_thread(stage.api.change_tenant, stage.names[tenant], plan=f'patient-{stage.number}')


async def read_messages(client, count):
    return [int((await client.pick(lambda e: e.tag == '{jabber:client}message')).get('id')) for _ in range(count)]


@case('offline messages, who becomes unavailable halfway leaves the rest to the next')
async def halfway(stage):
    """Promised by RFC 6121 section 8.5.2: only who is available, and not negative, gets them."""
    await unlimited(stage)
    juliet, nurse, count = await enter(stage, 'juliet', 'tls'), await enter(stage, 'nurse', 'tcp'), 60
    await keep_waiting(stage, juliet, count)
    phone, tablet = [await stage.client('romeo', 'tcp', resource=resource).login() for resource in ('phone', 'tablet')]
    phone.log = tablet.log = Forgetful()
    phone.transport.wire.transport.pause_reading()
    phone.send('<presence/>')
    phone.send("<presence type='unavailable'/>")
    await tablet.answer("<iq type='get' id='after'><ping xmlns='urn:xmpp:ping'/></iq>")
    tablet.send('<presence/>')
    on_tablet = [await read_messages(tablet, 1)]
    first = on_tablet[0][0]
    must_equal('what the tablet received', await read_messages(tablet, count - 1 - first), list(range(first + 1, count)))
    phone.transport.wire.transport.resume_reading()
    must_equal('what the phone received', await read_messages(phone, first), list(range(first)))
    await phone.pick(lambda e: e.get('type') == 'unavailable')
    for client in (phone, tablet):
        client.inbox.clear()
    await stage.must_say(nurse, tablet, 'afterwards')


@case('offline messages, a connection that breaks halfway loses none and keeps their order')
async def broken_off(stage):
    """What was sent and not acknowledged goes back to its place."""
    await unlimited(stage)
    juliet, nurse, count = await enter(stage, 'juliet', 'tls'), await enter(stage, 'nurse', 'tcp'), 60
    await keep_waiting(stage, juliet, count)
    phone = await stage.client('romeo', 'tls', resource='phone').login()
    phone.log = Forgetful()
    await phone.enable_sm(resume=False)
    phone.quiet_acks = False
    phone.transport.wire.transport.pause_reading()
    phone.send('<presence/>')
    await poll(lambda: is_online(stage, 'romeo'), what='the phone')
    phone.abort()
    await poll(lambda: is_offline(stage, 'romeo'), what='the end of the phone')
    tablet = await stage.client('romeo', 'tcp', resource='tablet').login()
    tablet.log = Forgetful()
    tablet.send('<presence/>')
    must_equal('what the tablet received', await read_messages(tablet, count), list(range(count)))
    tablet.inbox.clear()
    await stage.must_say(nurse, tablet, 'afterwards')


for kind in ('tcp', 'wss'):
    @case(f'slow reader: answers to what is not a stanza, by {kind}')
    async def _(stage, kind=kind):
        """Who asks for acknowledgements on and on and reads none is not read from any more, bound or not; others go on."""
        await unlimited(stage)
        juliet, nurse = await enter(stage, 'juliet', 'tls'), await enter(stage, 'nurse', kind)
        bound, unbound = await enter(stage, 'romeo', kind), stage.client('benvolio', kind)
        await unbound.open()
        must_equal('the refusal', await unbound.authenticate(), None)
        unbound.log = Forgetful()
        await bound.enable_sm()
        memory = Memory(stage.server)
        for asking in (bound, unbound):
            asking.transport.wire.transport.pause_reading()
            for _ in range(10):
                for _ in range(ASKED // 10):
                    asking.transport.send("<r xmlns='urn:xmpp:sm:3'/>")
                await stage.must_say(juliet, nurse, 'still here')
                memory.check('while it asks')
        for asking in (bound, unbound):
            asking.abort()


@case('a second stream header ends the stream')
async def second_header(stage):
    """RFC 7395 section 3.4: an <open/> comes first, and again after SASL. Each would be answered."""
    juliet, nurse = await enter(stage, 'juliet', 'websocket'), await enter(stage, 'nurse', 'tcp')
    romeo = stage.client('romeo', 'websocket')
    await romeo.open()
    romeo.log = Forgetful()
    for _ in range(1000):
        romeo.transport.send(f"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{stage.domains['montague']}' version='1.0'/>")
    await romeo.until(lambda: romeo.lost, what='the end of its stream')
    must_equal('the answer', romeo.inbox[0].find('{urn:ietf:params:xml:ns:xmpp-streams}bad-format') is not None, True)
    romeo.inbox.clear()
    await stage.must_say(juliet, nurse, 'still here')


@case('slow reader: an occupant of a room')
async def occupant(stage):
    """An occupant who does not read is taken out; what is said reaches the others."""
    room = f'garden@rooms.{stage.domains["montague"]}'
    romeo, benvolio, juliet, nurse = [await enter(stage, *who) for who in (('romeo', 'tls'), ('benvolio', 'wss'), ('juliet', 'tls'),
                                                                         ('nurse', 'tcp'))]
    answer = await stage.call('PUT', '/v1/rooms/garden', {'name': 'Garden'}, stage.tenants['montague']['api_key'])
    must_equal('the room', answer.status, 201)
    for client in (romeo, benvolio, juliet):
        client.send(f"<presence to='{room}/{client.name}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        await client.pick(lambda e: e.find('{jabber:client}subject') is not None)
    memory = Memory(stage.server)
    romeo.transport.wire.transport.pause_reading()
    await flood(juliet, [(room, 'groupchat')], [benvolio, juliet], memory, "<no-store xmlns='urn:xmpp:hints'/>")
    await poll(lambda: is_offline(stage, 'romeo'), what='the end of the session that does not read')
    await poll(lambda: occupants_are(stage, 2), what='the room without the one who does not read')
    romeo.abort()
    for client in (benvolio, juliet):
        client.inbox.clear()
    await stage.must_say(nurse, benvolio, 'still here')


async def occupants_are(stage, count):
    answer = await stage.call('GET', '/v1/rooms/garden', None, stage.tenants['montague']['api_key'])
    return answer.json['occupants'] == count


@case('slow reader: HTTP requests whose answers nobody reads')
async def http(stage):
    """A connection that asks on and on and reads nothing is not read from any more; others are answered, and memory is bounded."""
    romeo, juliet = await stage.enter('romeo', 'websocket'), await stage.enter('juliet', 'wss')
    memory = Memory(stage.server)
    asking = [await asyncio.to_thread(plain, stage.server.addresses['http']) for _ in range(3)]
    try:
        for sock in asking:
            sock.setblocking(False)
            ask_on(sock)
        for number in range(100):
            for sock in asking:
                ask_on(sock)
            must_equal('the answer', (await stage.call('GET', '/healthz', None, '')).status, 200)
            await stage.must_say(romeo, juliet, f'round {number}')
            memory.check(f'round {number}')
    finally:
        for sock in asking:
            sock.close()


def ask_on(sock):
    """As many requests as the kernel takes; each answer has 100 KB or so. Gives how many."""
    request, taken = b'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n' * 1000, 0
    try:
        while True:
            taken += sock.send(request)
    except (BlockingIOError, ConnectionResetError, BrokenPipeError, socket.timeout):
        return taken
