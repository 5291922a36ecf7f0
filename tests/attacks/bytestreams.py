"""What comes at the port of the proxies (XEP-0065), and what is asked of them: other protocols, other destinations, other people's streams, and too much of everything."""
import asyncio
import hashlib

from fixtures.client import Unexpected, show
from fixtures.poll import poll
from fixtures.socks5 import GREETING, Line, hash_of, request_for
from stage import STANZAS, addresses, case, memory_is_back

HASH = '0123456789abcdef0123456789abcdef01234567'
REFUSED = {code: bytes([5, code, 0, 1]) + bytes(6) for code in (2, 7, 8)}
ACTIVATE = "<iq type='set' id='{id}' to='proxy.{host}'><query xmlns='http://jabber.org/protocol/bytestreams' sid='{sid}'><activate>{target}</activate></query></iq>"
MUCH = 48 * 1024 * 1024


def new_address():
    number = next(addresses)
    return f'127.9.{number // 250}.{2 + number % 250}'


async def line(stage, source=None):
    opened = await Line.open(stage.server, source or new_address())
    stage.clients.append(opened)  # it leaves with the others
    return opened


async def all_until_the_end(opened):
    heard = b''
    while True:
        try:
            piece = await asyncio.wait_for(opened.reader.read(65536), 30)
        except ConnectionError:
            return heard
        if not piece:
            return heard
        heard += piece


async def is_answered(opened, sent, wanted):
    opened.send(sent)
    heard = await all_until_the_end(opened)
    if heard != wanted:
        raise Unexpected(f'{sent[:60]!r} should have been answered with {wanted!r}; the answer was {heard!r}')


async def condition_of(client, number, host, sid, target):
    """'' where it is activated."""
    answer = await client.answer(ACTIVATE.format(id=number, host=host, sid=sid, target=target))
    error = answer.find('{jabber:client}error')
    if error is None:
        return ''
    return next(child.tag.removeprefix(STANZAS) for child in error if child.tag.startswith(STANZAS))


async def pair(stage, sid, requester, target):
    """Two connections with the hash of a stream."""
    both = [await line(stage), await line(stage)]
    for opened in both:
        if await opened.shake(hash_of(sid, requester.jid, target.jid)) != 0:
            raise Unexpected('the proxy should have taken both')
    return both


async def stream(stage, sid, requester, target):
    """The two ends of one that is activated."""
    both = await pair(stage, sid, requester, target)
    refused = await condition_of(requester, f'act-{sid}', requester.domain, sid, target.jid)
    if refused:
        raise Unexpected(f'the stream should have been activated; {refused}')
    return both


@case('bytestreams: a handshake that is cut off anywhere')
async def _(stage):
    """It ends, with what was answered so far."""
    whole = GREETING + request_for(HASH)
    source = new_address()
    for size in range(len(whole)):
        opened = await line(stage, source)
        opened.send(whole[:size])
        opened.end()
        heard = await all_until_the_end(opened)
        if heard != (b'\x05\x00' if size >= len(GREETING) else b''):
            raise Unexpected(f'after {size} bytes the proxy answered {heard!r}')


@case('bytestreams: handshakes byte by byte')
async def _(stage):
    """They are as good as others."""
    opened = await line(stage)
    for byte in GREETING + request_for(HASH):
        opened.send(bytes([byte]))
        await opened.writer.drain()
    if await opened.hear(49) != b'\x05\x00' + request_for(HASH, command=0):
        raise Unexpected('it should have been granted')


for what, data in (('HTTP', b'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n'), ('CONNECT of HTTP', b'CONNECT 127.0.0.1:22 HTTP/1.1\r\n\r\n'),
                   ('TLS', b'\x16\x03\x01\x02\x00' + bytes(512)), ('SOCKS4', b'\x04\x01\x00\x50\x7f\x00\x00\x01\x00'), ('XMPP', b"<?xml version='1.0'?><stream:stream>"),
                   ('zeros', bytes(70000)), ('SOCKS6', b'\x06\x01\x00')):
    @case(f'bytestreams: {what} at the port of the proxies')
    async def _(stage, data=data):
        """No answer."""
        await is_answered(await line(stage), data, b'')


@case('bytestreams: no way without a password is offered')
async def _(stage):
    """0xFF (RFC 1928 section 3)."""
    for methods in (b'', b'\x02', b'\x01\x02', bytes(range(1, 256))):
        await is_answered(await line(stage), bytes([5, len(methods)]) + methods, b'\x05\xff')


@case('bytestreams: a CONNECT to a place')
async def _(stage):
    """Refused, whatever kind of address it is; nobody is ever connected to."""
    came = []
    trap = await asyncio.start_server(lambda *_: came.append(1), '127.0.0.1', 0)
    port = trap.sockets[0].getsockname()[1]
    try:
        for request, code in ((request_for(b'\x7f\x00\x00\x01', kind=1, port=port), 8), (request_for(bytes(15) + b'\x01', kind=4, port=port), 8),
                              (request_for(b'\xa9\xfe\xa9\xfe', kind=1, port=80), 8), (request_for(b'\x7f\x00\x00\x01', kind=0, port=port), 8),
                              (request_for('localhost', port=port), 2), (request_for('127.0.0.1', port=port), 2), (request_for('', port=port), 2),
                              (request_for('a' * 255, port=port), 2), (request_for('g' * 40), 2), (request_for('localhost.' + 'x' * 22 + '.example', port=port), 2),
                              (request_for(HASH, port=port), 2), (request_for(HASH, port=1), 2), (request_for(HASH, command=2), 7), (request_for(HASH, command=3), 7),
                              (request_for(HASH, command=0), 7), (request_for(HASH, command=255), 7), (request_for(HASH[:-1]), 2), (request_for(HASH + '0'), 2)):
            await is_answered(await line(stage), GREETING + request, b'\x05\x00' + REFUSED[code])
    finally:
        trap.close()
        await trap.wait_closed()
    if came:
        raise Unexpected('somebody was connected to a place')


@case("bytestreams: other people's streams are not activated")
async def _(stage):
    """By a user of another tenant through either proxy, by one of the same tenant, and by the target; then the requester does."""
    victor, wendy = await stage.client('victor').login(), await stage.client('wendy').login()
    mallory, alice = await stage.attacker(), await stage.client('alice').login()
    one, other = await pair(stage, 'sid', victor, alice)
    a, b = stage.domains['a'], stage.domains['b']
    tries = ((mallory, b, 'sid', alice.jid, 'forbidden'), (mallory, a, 'sid', alice.jid, 'item-not-found'), (mallory, a, f'sid{victor.jid}', alice.jid, 'item-not-found'),
             (alice, a, 'sid', victor.jid, 'item-not-found'), (alice, a, f'sid{victor.jid}', a, 'item-not-found'), (alice, b, 'sid', alice.jid, 'forbidden'),
             (wendy, b, 'sid', alice.jid, 'item-not-found'), (wendy, b, f'sid{victor.jid}', alice.jid, 'item-not-found'), (victor, b, 'sid', mallory.jid, 'item-not-found'),
             (victor, b, 'SID', alice.jid, 'item-not-found'), (victor, a, 'sid', alice.jid, 'forbidden'))
    for number, (client, host, sid, target, wanted) in enumerate(tries):
        found = await condition_of(client, number, host, sid, target)
        if found != wanted:
            raise Unexpected(f'try {number} should have been {wanted}; it was {found or "activated"}')
    third = await line(stage)
    if await third.shake(hash_of('sid', victor.jid, alice.jid)) != 2:
        raise Unexpected('a third connection should have been refused')
    if await condition_of(victor, 'own', b, 'sid', alice.jid):
        raise Unexpected('the requester should have activated it')
    one.send(b'for the other')
    if await other.hear(13) != b'for the other':
        raise Unexpected('something else came')


@case('bytestreams: an activation in the name of another')
async def _(stage):
    """A forged from is refused as everywhere; nothing is activated in another's name."""
    mallory, alice = await stage.attacker(), await stage.client('alice').login()
    one, other = await pair(stage, 'sid', alice, mallory)
    mallory.send(f"<iq type='set' id='f' from='{alice.jid}' to='proxy.{stage.domains['a']}'><query xmlns='http://jabber.org/protocol/bytestreams' sid='sid'>"
                 f"<activate>{mallory.jid}</activate></query></iq>")
    await mallory.until(lambda: mallory.inbox or mallory.lost, what='an answer')
    if mallory.inbox and getattr(mallory.inbox[0], 'get', lambda _: '')('type') == 'result':
        raise Unexpected(f'it was activated in the name of another\n{show(mallory.inbox[0])}')
    if await condition_of(alice, 'own', stage.domains['a'], 'sid', mallory.jid):
        raise Unexpected('it should have been still to be activated')


@case('bytestreams: a flood of connections from one address')
async def _(stage):
    """64 are let in; others come in meanwhile."""
    source = new_address()
    lines = [await line(stage, source) for _ in range(200)]
    ended = 0
    for opened in lines:
        opened.send(GREETING)
    for opened in lines:
        try:
            heard = await asyncio.wait_for(opened.reader.read(2), 30)
        except ConnectionError:
            heard = b''
        ended += heard != b'\x05\x00'
    if ended != 200 - 64:
        raise Unexpected(f'{ended} of 200 connections were refused')
    if await (await line(stage)).shake(HASH) != 0:
        raise Unexpected('another address should have been let in')


@case('bytestreams: much before the activation')
async def _(stage):
    """Nothing of it is kept, and its sender is let go."""
    alice, mallory = await stage.client('alice').login(), await stage.attacker()
    before = stage.server.memory_kib()
    one, other = await pair(stage, 'sid', alice, mallory)
    one.send(b'x' * MUCH)
    await all_until_the_end(one)
    if await condition_of(alice, 'a', stage.domains['a'], 'sid', mallory.jid) != 'not-allowed':
        raise Unexpected('one of the two should have gone')
    await memory_is_back(stage.server, before)


@case('bytestreams: one that never reads')
async def _(stage):
    """Its sender is held up and the server keeps nothing; the stream of others goes on, and in the end all has come."""
    alice, mallory, victor = await stage.client('alice').login(), await stage.attacker(), await stage.client('victor').login()
    slow, sender = await stream(stage, 'slow', alice, mallory)
    slow.writer.transport.pause_reading()
    sent = hashlib.sha256()
    before = stage.server.memory_kib()
    pieces = [bytes([number % 251]) * 65536 for number in range(MUCH // 65536)]
    for piece in pieces:
        sent.update(piece)
        sender.send(piece)
    quick, talker = await stream(stage, 'quick', victor, alice)
    for _ in range(100):
        talker.send(b'y' * 10000)
        if await quick.hear(10000) != b'y' * 10000:
            raise Unexpected('another stream should have gone on')
    if stage.server.memory_kib() > before + 16384:
        raise Unexpected(f'the server keeps what nobody reads: {stage.server.memory_kib()} KiB after {before} KiB')
    if sender.writer.transport.get_write_buffer_size() == 0:
        raise Unexpected('its sender should have been held up')
    slow.writer.transport.resume_reading()
    heard = hashlib.sha256()
    for _ in pieces:
        heard.update(await slow.hear(65536))
    if heard.digest() != sent.digest():
        raise Unexpected('other bytes came than were sent')


@case('bytestreams: a flood of activations')
async def _(stage):
    """Each is answered, and no stream is left counted."""
    mallory = await stage.attacker()
    for number in range(2000):
        mallory.send(ACTIVATE.format(id=f'n{number}', host=stage.domains['a'], sid=f's{number}', target='x@y.example'))
    for _ in range(2000):
        answer = await mallory.receive()
        if answer.get('type') != 'error':
            raise Unexpected(f'it should have been refused\n{show(answer)}')
    key = stage.tenants['a']['api_key']

    async def used():
        answer = await asyncio.to_thread(stage.api.call, 'GET', '/v1/usage', None, key)
        return answer.json['limits']['bytestreams']['used']
    await poll(used, lambda count: count == 0, 'the count of streams')
