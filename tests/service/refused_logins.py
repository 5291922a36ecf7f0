"""A stream on which a password was refused: it waits for another, and its end makes no client come back by itself."""
import asyncio

from fixtures.client import END, LOST, Client
from fixtures.server import Server
from fixtures.transport import STREAM
from stage import case, must_equal

SETTINGS = ['c2s.login_timeout_s=1', 'c2s.refused_timeout_s=3']


@case('refused login: the stream stays for another password, and ends without an error')
async def stays(stage):
    """Other settings than the shared server's: a client that says nothing has 1 s, one that was refused 3 s."""
    server = Server('refused', SETTINGS)
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.api.create_tenant, 'montague', 'montague.example')
        await asyncio.to_thread(server.api.create_account, 'montague', 'romeo', 'pw-romeo')

        async def opened(transport):
            client = Client(server, 'romeo', 'romeo', 'montague.example', 'pw-romeo', transport=transport)
            stage.clients.append(client)
            await client.open()
            return client
        for transport in ('tls', 'websocket'):
            patient, gone = await opened(transport), await opened(transport)
            must_equal('the answer', await patient.authenticate('SCRAM-SHA-1', 'guess'), 'not-authorized')
            must_equal('the answer', await gone.authenticate('PLAIN', 'guess'), 'not-authorized')
            silent = await opened(transport)
            must_equal('the end of who says nothing', (await silent.receive()).tag, f'{{{STREAM}}}error')
            must_equal('the answer to the right password', await patient.authenticate('SCRAM-SHA-1'), None)
            await patient.bind()
            ends = [await gone.receive()]
            if ends[0] is END:
                gone.transport.send_end()
            else:
                must_equal('the end of who was refused', ends[0].tag, '{urn:ietf:params:xml:ns:xmpp-framing}close')
            must_equal('what comes behind it', (await gone.receive()) in (END, LOST), True)
            for client in (patient, silent):
                client.abort()
                client.inbox.clear()
    finally:
        server.close()
