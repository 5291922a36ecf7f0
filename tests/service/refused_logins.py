"""Passwords that are refused: what becomes of the stream, and who is refused over a restart."""
import asyncio
import contextlib

from fixtures.client import Client
from fixtures.server import Server
from fixtures.shown import END, LOST
from fixtures.transport import STREAM
from stage import case, must_equal


@contextlib.asynccontextmanager
async def own_server(name, *settings):
    """With Romeo of Montague."""
    server = Server(name, settings)
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.api.create_tenant, 'montague', 'montague.example')
        await asyncio.to_thread(server.api.create_account, 'montague', 'romeo', 'pw-romeo')
        yield server
    finally:
        server.close()


async def opened(stage, server, transport='tls', source=None):
    client = Client(server, 'romeo', 'romeo', 'montague.example', 'pw-romeo', transport=transport, source=source)
    stage.clients.append(client)
    await client.open()
    return client


def leave(*clients):
    for client in clients:
        client.abort()
        client.inbox.clear()


@case('refused login: the stream stays for another password, and ends without an error')
async def stays(stage):
    """A client that says nothing has 1 s, one that was refused 3 s."""
    async with own_server('refused', 'c2s.login_timeout_s=1', 'c2s.refused_timeout_s=3') as server:
        for transport in ('tls', 'websocket'):
            patient, gone = [await opened(stage, server, transport) for _ in range(2)]
            for client in (patient, gone):
                must_equal('the answer', await client.prove('SCRAM-SHA-1', 'guess'), 'not-authorized')
            silent = await opened(stage, server, transport)
            must_equal('the end of who says nothing', (await silent.receive()).tag, f'{{{STREAM}}}error')
            must_equal('the answer to the right password', await patient.authenticate('SCRAM-SHA-1'), None)
            await patient.bind()
            end = await gone.receive()
            must_equal('the end of who was refused', end is END or end.tag == '{urn:ietf:params:xml:ns:xmpp-framing}close', True)
            gone.transport.send_end()
            must_equal('what comes behind it', (await gone.receive()) in (END, LOST), True)
            leave(patient, gone, silent)


@case('refused login: who is known stays known over a restart')
async def known(stage):
    """Strangers who guess while the server restarts lock nobody out of where they are known."""
    async with own_server('known') as server:
        client = await opened(stage, server, source='127.8.0.1')
        must_equal('before', await client.prove(), None)
        leave(client)
        await asyncio.to_thread(server.terminate)
        await asyncio.to_thread(server.start)
        guessers = [await opened(stage, server, source=f'127.8.1.{n + 1}') for n in range(32)]
        answers = [await guesser.prove('PLAIN', 'guess') for guesser in guessers]
        must_equal('the last answer to the guessers', answers[-1], 'temporary-auth-failure')
        client = await opened(stage, server, source='127.8.0.1')
        must_equal('after', await client.prove(), None)
        leave(client, *guessers)
