"""SIGTERM: who comes back at once is refused, and not let in by a loop whose turn has not come."""
import asyncio

from fixtures.client import END, LOST, Client, Unexpected
from fixtures.transport import STREAM
from refused_logins import own_server
from sockets import HEADER
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
