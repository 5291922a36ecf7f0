"""SIGTERM: who comes back at once is refused, and not let in by a loop whose turn has not come; no loop waits for another."""
import asyncio
import contextlib
import os
import socket

from fixtures import limits
from fixtures.client import SM, Client, Unexpected
from fixtures.poll import poll
from fixtures.shown import END, LOST
from fixtures.transport import STREAM
from refused_logins import own_server
from sockets import HEADER, plain, read_until
from stage import case, must_equal

CLIENTS = 8  # so that each of four loops has some


async def come_back(server):
    """What a new connection is told: nothing, where there is none any more."""
    host, port = server.addresses['c2s'].rsplit(':', 1)
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(HEADER.format('montague.example').encode())
        told = await reader.read(100)
        writer.close()
        return told
    except OSError:
        return b''


async def leave_and_come_back(client, server):
    element = await client.receive()
    if element.tag != f'{{{STREAM}}}error':
        raise Unexpected(f'{client.name} should have been told of the end; it received {element.tag}')
    told = await come_back(server)
    while element is not END and element is not LOST:
        element = await client.receive()
    return told


@case('stopping: who comes back at once is refused')
async def refused(stage):
    """All doors close before the first stream ends (app/server.cc)."""
    async with own_server('stopping', 'server.loops=4') as server:
        clients = []
        for number in range(CLIENTS):
            await asyncio.to_thread(server.api.create_account, 'montague', f'user{number}', 'pw')
            client = Client(server, f'user{number}', f'user{number}', 'montague.example', 'pw', transport='tls', mechanism='SCRAM-SHA-1')
            stage.clients.append(client)
            clients.append(await client.login())
        stopped = asyncio.create_task(asyncio.to_thread(server.terminate))
        told = await asyncio.gather(*[leave_and_come_back(client, server) for client in clients])
        must_equal('what those who came back were told', told, [b''] * CLIENTS)
        must_equal('the status', await stopped, 0)
        for client in clients:
            client.abort()
            client.inbox.clear()


LOOPS, USERS, REQUESTS = 8, 24, 16
DRAIN_S = 5   # for a loop's clients to close (app/worker.h)
ESTABLISHED, CLOSED, CLOSE_WAIT = 1, 7, 8   # of TCP


def wire(client):
    return client.transport.wire.transport


def state(client):
    """Of its connection, as the kernel knows it, whether or not the client reads."""
    return wire(client).get_extra_info('socket').getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def say_something(client):
    """Behind the server's last word, so that the kernel hears it when the server has left too."""
    with contextlib.suppress(OSError):
        os.write(wire(client).get_extra_info('socket').fileno(), b' ')


@case('stopping: all loops at once, though no client closes')
async def at_once(stage):
    """Clients of all kinds on eight loops that read nothing any more and never close have all been told of the end before the time is over (5 s,
    app/worker.h) that any of them is given; and the server waits for that once."""
    async with own_server('stopping-stuck', f'server.loops={LOOPS}') as server:
        clients = []
        for number in range(USERS):
            kind = ('tcp', 'tls', 'websocket', 'wss')[number % 4]
            await asyncio.to_thread(server.api.create_account, 'montague', f'user{number}', 'pw')
            client = Client(server, f'user{number}', f'user{number}', 'montague.example', 'pw', transport=kind, mechanism='SCRAM-SHA-1')
            stage.clients.append(client)
            clients.append(await client.login())
            wire(client).pause_reading()
        half = plain(server.addresses['http'])
        half.sendall(b'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Le')   # another who never ends
        stopped = asyncio.create_task(asyncio.to_thread(server.terminate))
        begun = asyncio.get_running_loop().time()

        def look():
            states = {client: state(client) for client in clients}
            for client in clients:
                if states[client] == CLOSE_WAIT and CLOSED not in states.values():
                    say_something(client)
            return states

        states = await poll(look, lambda states: CLOSED in states.values() or not server.is_running(), 'the end of a connection', limits.STOP_S)
        untold = [client.name for client in clients if states[client] == ESTABLISHED]
        must_equal('who was not told when the first one was left', untold, [])
        must_equal('the status', await stopped, 0)
        seconds = asyncio.get_running_loop().time() - begun
        if seconds > 2 * DRAIN_S * limits.SLOWNESS:
            raise Unexpected(f'it took {seconds:.1f} s to stop {LOOPS} loops')
        half.close()
        for client in clients:
            client.abort()
            client.inbox.clear()


@case('stopping: what came before is acknowledged')
async def acknowledged(stage):
    """The last thing before the error is an <a/> for all that is stored, though nobody asked (XEP-0198 section 4): whoever comes again need not
    send it again."""
    async with own_server('stopping-told', 'server.loops=4') as server:
        await asyncio.to_thread(server.api.create_tenant, 'capulet', 'capulet.example')
        for user in ('juliet', 'nurse'):
            await asyncio.to_thread(server.api.create_account, 'capulet', user, 'pw-' + user)
        romeo = Client(server, 'romeo', 'romeo', 'montague.example', 'pw-romeo', mechanism='SCRAM-SHA-1')
        nurse = Client(server, 'nurse', 'nurse', 'capulet.example', 'pw-nurse', mechanism='SCRAM-SHA-1')
        stage.clients += [romeo, nurse]
        for client in (romeo, nurse):
            await client.login()
            await client.enable_sm()
            client.quiet_acks = False
        for number in range(20):
            romeo.send(f"<message to='juliet@capulet.example' type='chat'><body>{number}</body></message>")
        await romeo.answer("<iq type='get' id='read' to='montague.example'><ping xmlns='urn:xmpp:ping'/></iq>")
        must_equal('the status', await asyncio.to_thread(server.terminate), 0)
        for client, count in ((romeo, 21), (nurse, 0)):
            told = await client.expect(f'{{{SM}}}a')
            must_equal(f'what {client.name} was told', told.get('h'), str(count))
            await client.expect(f'{{{STREAM}}}error')
            client.abort()
            client.inbox.clear()


def begin_request(server, key, body):
    """The server has read its head."""
    sock = plain(server.addresses['http'])
    sock.sendall(f'POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nExpect: 100-continue\r\n'
                 f'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n'.encode())
    read_until(sock, b' 100 Continue\r\n\r\n')
    return sock


def end_request(sock, body):
    """Gives the head of the answer."""
    sock.sendall(body.encode())
    with sock:
        return read_until(sock, b'\r\n\r\n')


@case('stopping: requests that have begun are answered')
async def answered(stage):
    """No stream is left to wait for, but whoever has begun a request gets to its end, and what it stored is there."""
    async with own_server('stopping-http', 'server.loops=4') as server:
        made = await asyncio.to_thread(server.api.create_tenant, 'capulet', 'capulet.example')
        await asyncio.to_thread(server.api.create_account, 'capulet', 'juliet', 'pw-juliet')
        texts = [f'text-{number}' for number in range(REQUESTS)]
        bodies = [f'to=user:juliet&text={text}' for text in texts]
        begun = [await asyncio.to_thread(begin_request, server, made['api_key'], body) for body in bodies]
        stopped = asyncio.create_task(asyncio.to_thread(server.terminate))
        while await come_back(server):
            pass
        answers = await asyncio.gather(*[asyncio.to_thread(end_request, sock, body) for sock, body in zip(begun, bodies)])
        must_equal('the answers', {answer.split(b'\r\n')[0] for answer in answers}, {b'HTTP/1.1 201 Created'})
        must_equal('the status', await stopped, 0)
        await asyncio.to_thread(server.start)
        kept = await asyncio.to_thread(server.api.call, 'GET', '/v1/users/juliet/messages?limit=100', None, made['api_key'])
        must_equal('what is kept', sorted(m['text'] for m in kept.json['messages']), sorted(texts))


@case('stopping: a server that has nothing to do comes to rest')
async def at_rest(stage):
    """Nothing is under way: it says so by saying nothing (app/rest.h), after its first start, and after one that writes nothing."""
    async with own_server('at-rest', 'server.loops=4') as server:
        for _ in range(2):
            must_equal('the status', await asyncio.to_thread(server.terminate), 0)
            words = server.last_words(2)
            if 'Stopping' not in words or 'Sessions end with the server' in words:
                raise Unexpected(f'its last words were\n{words}')
            await asyncio.to_thread(server.start)
