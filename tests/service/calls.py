"""The relay of calls (listen.turn): what users are told of it (XEP-0215), bytes from one to the other over UDP, TCP and TLS, also at the
HTTPS port, and its end with the tenant and the account."""
import asyncio
import contextlib

from fixtures import turn
from fixtures.client import Unexpected
from fixtures.poll import poll
from fixtures.server import Server
from fixtures.stage import UNLIMITED
from fixtures.transport import tls_context
from stage import Stage, case, must_equal

EXTERNAL = '{urn:xmpp:extdisco:2}'
SETTINGS = ['server.loops=3', 'listen.turn=127.0.0.1:0', 'listen.turn_tls=127.0.0.1:0', 'calls.private_peers=allow']


@contextlib.asynccontextmanager
async def with_relay(number, *more):
    """A stage on a server of its own that has the relay."""
    with await asyncio.to_thread(Server, 'calls', [*SETTINGS, *more]) as server:
        own = Stage(server, number)
        await own.set_up()
        try:
            yield own
            await own.nobody_received_more()
        finally:
            own.leave()


async def services(client):
    """What the account's host tells its users: (type, transport) -> attributes, in its order."""
    answer = await client.answer(f"<iq type='get' id='ext' to='{client.domain}'><services xmlns='urn:xmpp:extdisco:2'/></iq>")
    must_equal('the type of the answer', answer.get('type'), 'result')
    return {(each.get('type'), each.get('transport')): dict(each.attrib) for each in answer.iter(f'{EXTERNAL}service')}


def address(server, name):
    return '127.0.0.1', server.port(name)


def over_udp(stage, service):
    return turn.Turn(turn.Datagrams(address(stage.server, 'turn')), service)


def over_tcp(stage, service):
    return turn.Turn(turn.Bytes(address(stage.server, 'turn')), service)


def over_tls(stage, service, port='turn_tls', alpn=None):
    return turn.Turn(turn.Bytes(address(stage.server, port), context=tls_context(ca=stage.ca), name=stage.domains['montague'], alpn=alpn), service)


def relay_between(one, other):
    """Two clients say something to each other by their relayed addresses, both ways; both by indications, and then by channels."""
    try:
        for each in (one, other):
            must_equal('the code of an allocation', each.allocate(), 0)
        for a, b in ((one, other), (other, one)):
            must_equal('the code of a permission', a.permit(b.relayed), 0)
        one.send(other.relayed, b'hello')
        must_equal('what comes', other.hear(), (one.relayed, b'hello'))
        other.send(one.relayed, b'hi')
        must_equal('what comes', one.hear(), (other.relayed, b'hi'))
        must_equal('the code of a channel', one.bind_channel(0x4001, other.relayed), 0)
        must_equal('the code of a channel', other.bind_channel(0x4FFF, one.relayed), 0)
        for size in (0, 1, 2, 3, 4, 1200):
            one.send_channel(0x4001, b'x' * size)
            must_equal('what comes', other.hear(), (0x4FFF, b'x' * size))
            other.send_channel(0x4FFF, b'y' * size)
            must_equal('what comes', one.hear(), (0x4001, b'y' * size))
    finally:
        one.close()
        other.close()


async def usage(stage, tenant):
    return (await stage.call('GET', '/v1/usage', key=stage.tenants[tenant]['api_key'])).json


@case('calls: users are told of the relay, with credentials of their own')
async def told(_stage):
    """XEP-0215, in the order in which clients try them: stun, turn over UDP, over TCP, and TLS; a tenant's users get other credentials than
    those of another, and who is none of them gets none. A tenant that names a relay of its own is not told of ours."""
    async with with_relay(210) as stage:
        romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
        found = await services(romeo)
        must_equal('the services', list(found), [('stun', 'udp'), ('turn', 'udp'), ('turn', 'tcp'), ('turns', 'tcp')])
        must_equal('the ports', [int(each['port']) for each in found.values()], [stage.server.port('turn')] * 3 + [stage.server.port('turn_tls')])
        must_equal('the hosts', {each['host'] for each in found.values()}, {stage.domains['montague']})
        must_equal('whether stun has credentials', 'password' in found['stun', 'udp'], False)
        others = await services(juliet)
        if others['turn', 'udp']['username'] == found['turn', 'udp']['username']:
            raise Unexpected('two users should have had credentials of their own')
        refused = await juliet.answer(f"<iq type='get' id='x' to='{romeo.domain}'><services xmlns='urn:xmpp:extdisco:2'/></iq>")
        must_equal('the answer to a user of another tenant', refused.get('type'), 'error')
        made = await stage.call('POST', '/v1/services', {'type': 'turn', 'host': 'turn.example.com', 'secret': 'x' * 20},
                                stage.tenants['capulet']['api_key'])
        must_equal('the status of a relay of their own', made.status, 201)
        must_equal('the services of a tenant with its own', [each['host'] for each in (await services(juliet)).values()], ['turn.example.com'])
        must_equal('the services of the others', len(await services(romeo)), 4)


@case('calls: bytes go from one to the other')
async def relayed(_stage):
    """Over UDP, TCP and TLS, at the port for it and at that of HTTPS (where the first byte tells it from HTTP, or ALPN: RFC 7443); of users of
    two tenants, whose usage counts what each of their own allocations relayed, over a restart too."""
    async with with_relay(211) as stage:
        romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
        his, hers = (await services(romeo))['turn', 'udp'], (await services(juliet))['turn', 'udp']
        asker = over_udp(stage, None)
        must_equal('the address that is told', await asyncio.to_thread(asker.bind), asker.line.sock.getsockname())
        asker.close()
        asker = over_tcp(stage, None)
        must_equal('the address that is told over TCP', await asyncio.to_thread(asker.bind), asker.line.sock.getsockname())
        asker.close()
        ways = [over_udp, over_tcp, over_tls, lambda s, c: over_tls(s, c, 'https'), lambda s, c: over_tls(s, c, 'https', ['stun.turn'])]
        for way in ways:
            one = await asyncio.to_thread(way, stage, his)
            other = await asyncio.to_thread(over_udp, stage, hers)
            await asyncio.to_thread(relay_between, one, other)
        each = 2 * len(ways) * (sum((0, 1, 2, 3, 4, 1200)) * 2 + 7)
        for tenant in ('montague', 'capulet'):
            must_equal('the bytes of a tenant', (await usage(stage, tenant))['call_bytes'], each // 2)
        must_equal('the exit status of a stop', await asyncio.to_thread(stage.server.terminate), 0)
        stage.leave()
        await asyncio.to_thread(stage.server.start)
        for tenant in ('montague', 'capulet'):
            must_equal('the bytes after a restart', (await usage(stage, tenant))['call_bytes'], each // 2)
        juliet = await stage.enter('juliet')
        line = over_udp(stage, hers)
        must_equal('what credentials from before open', await asyncio.to_thread(line.allocate), 0)
        line.close()


@case('calls: a relay ends with its tenant and its account')
async def ended(_stage):
    """At once; that of others goes on."""
    async with with_relay(212) as stage:
        romeo, juliet, nurse = [await stage.enter(user) for user in ('romeo', 'juliet', 'nurse')]
        found = [(await services(each))['turn', 'udp'] for each in (romeo, juliet, nurse)]
        lines = [over_udp(stage, each) for each in found]
        for line in lines:
            must_equal('the code of an allocation', await asyncio.to_thread(line.allocate), 0)

        async def used(tenant):
            return (await usage(stage, tenant))['limits']['call_allocations']['used']
        must_equal('the allocations', [await used('montague'), await used('capulet')], [1, 2])
        await asyncio.to_thread(stage.api.must, 'DELETE', f"/operator/v1/tenants/{stage.names['capulet']}/accounts/nurse")
        await poll(lambda: used('capulet'), lambda count: count == 1, 'the end of the allocation')
        must_equal('what her credentials open', await asyncio.to_thread(lines[2].allocate), 401)
        await asyncio.to_thread(stage.api.suspend, stage.names['montague'])
        must_equal('what his credentials open', await asyncio.to_thread(lines[0].refresh, 600), 401)
        must_equal('whether hers go on', await asyncio.to_thread(lines[1].refresh, 600), 0)
        for line in lines:
            line.close()
        stage.clients.remove(romeo)
        stage.clients.remove(nurse)
        romeo.abort()
        nurse.abort()


@case('calls: the plan bounds allocations')
async def bounded(_stage):
    """Of one account and of the tenant (486); those of others are not touched."""
    async with with_relay(213) as stage:
        plan = {**UNLIMITED, 'call_allocations_per_account': 2}
        await asyncio.to_thread(stage.api.set_plan, stage.plan, plan)
        romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
        his, hers = (await services(romeo))['turn', 'udp'], (await services(juliet))['turn', 'udp']
        lines = [over_udp(stage, each) for each in (his, his, his, hers)]
        must_equal('the codes', [await asyncio.to_thread(each.allocate) for each in lines], [0, 0, 486, 0])
        must_equal('the code of an end', await asyncio.to_thread(lines[0].refresh, 0), 0)
        must_equal('the code of another then', await asyncio.to_thread(lines[2].allocate), 0)
        for line in lines:
            line.close()


@case('calls: private peers are denied unless the operator says otherwise')
async def denied(_stage):
    """403 for whatever is not of the public internet (calls.private_peers)."""
    async with with_relay(214, 'calls.private_peers=deny') as stage:
        romeo = await stage.enter('romeo')
        line = over_udp(stage, (await services(romeo))['turn', 'udp'])
        must_equal('the code of an allocation', await asyncio.to_thread(line.allocate), 0)
        for host in ('127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.1.1', '224.0.0.1', '0.0.0.0'):
            must_equal(f'the code for {host}', await asyncio.to_thread(line.permit, (host, 80)), 403)
        must_equal('the code for a public one', await asyncio.to_thread(line.permit, ('8.8.8.8', 53)), 0)
        line.close()
