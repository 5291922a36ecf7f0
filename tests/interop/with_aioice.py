"""aioice (Debian 12: 0.8.0): other people's ICE (RFC 8445), whose only way is the relay of calls, or which meets one that has others too."""
import asyncio

import aioice
from aioice.ice import TransportPolicy

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.stage import case_table
from fixtures.transport import tls_context

CASES, case = case_table('aioice: ')
EXTERNAL = '{urn:xmpp:extdisco:2}'


async def connection(stage, user, way, controlling):
    """What a client of this user makes of what its host tells it (XEP-0215). `way`: the type and the transport; None: no relay."""
    more = {'use_ipv6': False}
    if way:
        client = await stage.enter(user)
        answer = await client.answer(f"<iq type='get' id='ext' to='{client.domain}'><services xmlns='urn:xmpp:extdisco:2'/></iq>")
        service = next(each for each in answer.iter(f'{EXTERNAL}service') if (each.get('type'), each.get('transport')) == way)
        more |= {'turn_server': ('127.0.0.1', int(service.get('port'))), 'turn_username': service.get('username'),
                 'turn_password': service.get('password'), 'turn_transport': way[1], 'transport_policy': TransportPolicy.RELAY}
        if way[0] == 'turns':
            more['turn_ssl'] = tls_context(ca=stage.ca)
            more['turn_ssl'].check_hostname = False  # aioice takes the name that it is to check from the address
    made = aioice.Connection(ice_controlling=controlling, **more)
    stage.closers.append(made.close)
    await made.gather_candidates()
    kinds = {candidate.type for candidate in made.local_candidates}
    if way and kinds != {'relay'}:
        raise Unexpected(f'its candidates should have been relayed; they are {kinds}')
    return made


async def meet(one, other):
    """They tell each other their candidates, and speak by what they find."""
    for a, b in ((one, other), (other, one)):
        for candidate in a.local_candidates:
            await b.add_remote_candidate(candidate)
        await b.add_remote_candidate(None)
        b.remote_username, b.remote_password = a.local_username, a.local_password
    await asyncio.wait_for(asyncio.gather(one.connect(), other.connect()), limits.ANSWER_S)
    for a, b in ((one, other), (other, one)):
        for size in (1, 3, 1200):
            await a.send(b'x' * size)
            if await asyncio.wait_for(b.recv(), limits.ANSWER_S) != b'x' * size:
                raise Unexpected(f'{size} bytes should have come as they were')


for way in (('turn', 'udp'), ('turn', 'tcp'), ('turns', 'tcp')):
    @case(f'users of two tenants by {way[0]} over {way[1]}')
    async def _(stage, way=way):
        """Each has nothing but its own tenant's relay."""
        await meet(await connection(stage, 'romeo', way, True), await connection(stage, 'juliet', ('turn', 'udp'), False))


@case('the relay of one, and no relay')
async def _(stage):
    """The other is at an address of this machine."""
    await meet(await connection(stage, 'romeo', ('turn', 'udp'), True), await connection(stage, 'juliet', None, False))
