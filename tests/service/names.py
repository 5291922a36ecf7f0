"""The name that a client says to TLS, the one that it says to the stream, and their spellings."""
import asyncio

from fixtures.client import CLIENT, Unexpected
from fixtures.shown import show
from fixtures.transport import STREAM, Tcp, WebSocket
from stage import USERS, case, must_equal

NOBODY = '127.0.0.1'  # for which Python says no name to TLS


def led(client, name):
    """The client says this name to TLS, whatever it says to the stream; on the HTTPS port it speaks XMPP by WebSocket."""
    addresses = client.server.addresses
    client.make_transport = {
        'tcp': lambda: Tcp(addresses['c2s'], name, client.source),
        'tls': lambda: Tcp(addresses['c2s_tls'], name, client.source, secure=True),
        'wss': lambda: WebSocket(addresses['https'], name, client.source),
    }[client.kind]
    return client


async def is_ended(client, condition):
    """A header, and no features: the error."""
    await client.open_socket()
    if client.kind == 'tcp':
        await client.open_stream()
        await client.start_tls()
    client.transport.send_header(client.domain)
    await client.receive()
    error = await client.expect(f'{{{STREAM}}}error')
    if error.find(f'{{urn:ietf:params:xml:ns:xmpp-streams}}{condition}') is None:
        raise Unexpected(f'the stream should have ended with {condition}; it ended with\n{show(error)}')
    client.abort()


for kind in ('tcp', 'tls', 'wss'):
    @case(f'names: TLS with one tenant and a stream to another, {kind}')
    async def led_astray(stage, kind=kind):
        """A client that has seen another tenant's certificate never gets as far as to send a password."""
        for user, home in USERS.items():
            other = next(tenant for tenant in stage.domains if tenant != home)
            for name in (stage.domains[other], f'rooms.{stage.domains[other]}'):
                await is_ended(led(stage.client(user, kind), name), 'host-unknown')

    @case(f'names: TLS with a name that says nothing of another tenant, {kind}')
    async def led_right(stage, kind=kind):
        """None, the server's own, one of nobody here, the rooms' of the same tenant, and the tenant's in capitals."""
        own = stage.domains['montague']
        for name in (NOBODY, 'localhost', 'im.nobody.example', f'rooms.{own}', own.upper()):
            client = await led(stage.client('romeo', kind), name).login()
            await client.close()
        await led(stage.client('juliet', kind), stage.domains['capulet']).login()


@case('names: a domain as U-labels, as A-labels and in capitals, before login and in it')
async def spellings(stage):
    """They are one domain (RFC 7622 section 3.2), for TLS, the stream, and who is asked before login."""
    domain = f'bücher-{stage.number}.example'
    ascii_domain = domain.encode('idna').decode()
    await asyncio.to_thread(stage.api.create_tenant, f'books-{stage.number}', domain, plan='service', registration=True)
    await asyncio.to_thread(stage.api.create_account, f'books-{stage.number}', 'romeo', 'pw-romeo')
    for spelling in (domain, ascii_domain, domain.upper(), ascii_domain.upper()):
        client = stage.client('romeo', 'tls')
        client.domain = spelling
        await led(client, ascii_domain).open()
        answer = await client.answer(f"<iq type='get' id='r' to='{spelling}'><query xmlns='jabber:iq:register'/></iq>")
        must_equal(f'the answer to who asks {spelling}', answer.get('type'), 'result')
        must_equal('the refusal', await client.authenticate(), None)
        await client.bind()
        must_equal('the address', client.jid.split('/')[0], f'romeo@{domain}')
    answer = await client.answer(f"<iq type='get' id='p' to='{ascii_domain}'><ping xmlns='urn:xmpp:ping'/></iq>")
    must_equal('the answer to a ping', (answer.tag, answer.get('type')), (f'{{{CLIENT}}}iq', 'result'))
