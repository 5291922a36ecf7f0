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
GUESTS_MAX = 20              # of one address in a burst


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


@case('proxy: guessing is counted by visitor')
async def guessing(stage):
    """One visitor's wrong passwords keep nobody else out who comes through the same proxy."""
    async def log_in(user, password, visitor):
        client = stage.client(user, 'websocket')
        client.make_transport = lambda: WebSocket(stage.server.addresses['http'], client.domain, PROXY, headers={'X-Forwarded-For': visitor})
        await client.open()
        blob = base64.b64encode(f'\0{user}\0{password}'.encode()).decode()
        client.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{blob}</auth>")
        element = await client.receive()
        client.abort()
        return element[0].tag.split('}')[1] if len(element) else element.tag.split('}')[1]
    found = await asyncio.gather(*(log_in('benvolio', 'guess', '192.0.2.77') for _ in range(31)))
    must_equal('the answers to guesses', set(found), {'not-authorized'})
    must_equal('the next of that visitor', await log_in('romeo', 'pw-romeo', '192.0.2.77'), 'temporary-auth-failure')
    must_equal('another visitor', await log_in('romeo', 'pw-romeo', '192.0.2.78'), 'success')
