"""What clients meet after a restart, and what a restart leaves alone."""
import asyncio

from fixtures.client import SM, Unexpected
from fixtures.shown import show
from load import Load, jid_of

CASES = []
ITEM_NOT_FOUND = '{urn:ietf:params:xml:ns:xmpp-stanzas}item-not-found'


async def resume_after(server):
    """A session that could be resumed is gone after a restart: item-not-found, the stream may bind, and what was on its way to it is in the
    archive."""
    load = Load(server)
    await load.set_up()
    romeo, juliet = (next(s for s in load.senders if s.client.name == n) for n in ('romeo', 'juliet'))
    juliet.client.abort()
    romeo.say(jid_of('juliet'))
    await romeo.client.drained()
    server.kill()
    load.cut()
    server.start()
    juliet.client.on_stanza = None
    answer = await juliet.client.resume()
    if answer.tag != f'{{{SM}}}failed' or answer.find(ITEM_NOT_FOUND) is None:
        raise Unexpected(f'resumption after a restart was answered\n{show(answer)}')
    await juliet.client.bind()
    juliet.client.abort()
    await load.check()
CASES.append(('restart: a session is resumed in vain, its messages are there', resume_after))


async def keys_stay(server):
    """API keys, tokens, tenants, plans and the CA are the same after a restart."""
    load = Load(server)
    await load.set_up()
    load.cut()
    before = await asyncio.to_thread(server.api.must, 'GET', '/operator/v1/tenants')
    with open(server.data + '/ca.pem', 'rb') as file:
        authority = file.read()
    await asyncio.to_thread(server.terminate)
    server.start()
    after = await asyncio.to_thread(server.api.must, 'GET', '/operator/v1/tenants')
    if before != after:
        raise Unexpected(f'the tenants were {before} and are {after}')
    for key in load.keys.values():
        await asyncio.to_thread(server.api.must, 'GET', '/v1/online', None, key)
    with open(server.data + '/ca.pem', 'rb') as file:
        if file.read() != authority:
            raise Unexpected('the certificate authority is another one')
CASES.append(('restart: keys and tenants stay', keys_stay))
