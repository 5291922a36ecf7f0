"""A proxy in front: visitors are told apart by what it says of them, if it is one that the operator trusts."""
import asyncio
import base64
import http.client
import json

from fixtures import limits
from fixtures.client import SASL
from fixtures.transport import WebSocket
from stage import case, must_equal

NETWORK = '127.78.0.0/16'    # the server's setting public.trusted_proxies
PROXY, STRANGER = '127.78.0.1', '127.79.0.1'
GUESTS_MAX = 60              # of one address in an hour (guests_per_h of the default plan), all at once


def ask_for_guest(stage, tenant, source, visitor):
    """The status of POST .../guests, sent from `source` on behalf of `visitor`."""
    address = stage.server.addresses['http'].split('//')[1]
    connection = http.client.HTTPConnection(address, timeout=limits.ANSWER_S, source_address=(source, 0))
    try:
        connection.request('POST', f"/v1/sites/{stage.tenants[tenant]['site']}/guests", json.dumps({}),
                           {'Content-Type': 'application/json', 'Origin': 'https://shop.example', 'X-Forwarded-For': visitor})
        return connection.getresponse().status
    finally:
        connection.close()


async def let_guests_in(stage):
    for name in stage.names.values():
        answer = await stage.call('PATCH', f'/operator/v1/tenants/{name}', {'guests': True, 'origins': ['https://shop.example']})
        must_equal('the answer', answer.status, 200)


@case('proxy: guests are counted by visitor, behind one that is trusted')
async def guests(stage):
    """docs/operations.md, "A proxy in front"."""
    await let_guests_in(stage)
    for tenant in stage.tenants:
        found = [await asyncio.to_thread(ask_for_guest, stage, tenant, PROXY, f'192.0.2.{n}') for n in range(GUESTS_MAX + 5)]
        must_equal('the answers to many visitors', set(found), {201})
    found = [await asyncio.to_thread(ask_for_guest, stage, 'montague', PROXY, f'192.0.2.{n}, 198.51.100.1') for n in range(GUESTS_MAX + 1)]
    must_equal('the answers to one visitor, who says that he is many', (set(found[:-1]), found[-1]), ({201}, 429))


@case('proxy: a stranger is not believed')
async def stranger(stage):
    """Who is no trusted proxy is one visitor, whatever it says."""
    await let_guests_in(stage)
    found = [await asyncio.to_thread(ask_for_guest, stage, 'montague', STRANGER, f'192.0.2.{n}') for n in range(GUESTS_MAX + 1)]
    must_equal('the answers', (set(found[:-1]), found[-1]), ({201}, 429))


async def opened(stage, user, source, headers, listener='http'):
    """A client's stream over a WebSocket whose request came from there with these headers."""
    client = stage.client(user, 'websocket')
    client.make_transport = lambda: WebSocket(stage.server.addresses[listener], client.domain, source, headers=headers)
    await client.open()
    return client


async def log_in(client, user, password):
    """By PLAIN: `success`, or the condition of the failure."""
    blob = base64.b64encode(f'\0{user}\0{password}'.encode()).decode()
    client.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{blob}</auth>")
    element = await client.receive()
    client.abort()
    return element[0].tag.split('}')[1] if len(element) else element.tag.split('}')[1]


@case('proxy: guessing is counted by visitor')
async def guessing(stage):
    """One visitor's wrong passwords keep nobody else out who comes through the same proxy."""
    async def tried(user, password, visitor):
        headers = {'X-Forwarded-For': visitor, 'X-Forwarded-Proto': 'https'}
        return await log_in(await opened(stage, 'romeo', PROXY, headers), user, password)
    found = await asyncio.gather(*(tried(f'user{n}', 'guess', '192.0.2.77') for n in range(31)))
    must_equal('the answers to guesses', set(found), {'not-authorized'})
    must_equal('the next of that visitor', await tried('romeo', 'pw-romeo', '192.0.2.77'), 'temporary-auth-failure')
    must_equal('another visitor', await tried('romeo', 'pw-romeo', '192.0.2.78'), 'success')


@case('proxy: a password is taken only where nobody reads along')
async def privacy(stage):
    """Over a WebSocket without TLS PLAIN is offered to a page on this machine, and through a trusted proxy that says https."""
    far = {'X-Forwarded-For': '192.0.2.77'}
    for source, headers, listener, may in (
            (STRANGER, {}, 'http', True),
            (STRANGER, far, 'http', False),
            (STRANGER, {**far, 'X-Forwarded-Proto': 'https'}, 'http', False),
            (STRANGER, {'Via': '1.1 proxy'}, 'http', False),
            (PROXY, {}, 'http', False),
            (PROXY, far, 'http', False),
            (PROXY, {**far, 'X-Forwarded-Proto': 'http'}, 'http', False),
            (PROXY, {**far, 'X-Forwarded-Proto': 'https'}, 'http', True),
            (PROXY, {**far, 'X-Forwarded-Proto': 'http'}, 'https', False),
            (PROXY, {**far, 'X-Forwarded-Proto': 'https'}, 'https', True),
            (STRANGER, far, 'https', True)):
        client = await opened(stage, 'juliet', source, headers, listener)
        offered = {mechanism.text for mechanism in client.features.iter(f'{{{SASL}}}mechanism')}
        what = f'from {source} with {headers} on {listener}'
        must_equal(f'whether PLAIN is offered {what}', 'PLAIN' in offered, may)
        must_equal(f'whether OAUTHBEARER is offered {what}', 'OAUTHBEARER' in offered, may)
        must_equal(f'the answer to PLAIN {what}', await log_in(client, 'juliet', 'pw-juliet'), 'success' if may else 'encryption-required')
