"""Nothing is lost between servers: messages wait for one that can't be reached, on disk, and are said once and in order; what can't be delivered comes
back. Two Teahouses, and peers that make troubles."""
import asyncio
import contextlib

from federation import SIDES, body, condition, must_talk
from fixtures.client import Unexpected
from fixtures.counting_peer import TROUBLES, CountingPeer
from fixtures.federated import Network, People
from fixtures.poll import poll
from fixtures.server_peer import ServerPeer
from stage import case, must_equal

EAST = {'east': ['alder.example', 'acorn.example']}
QUICK = ['s2s.connect_timeout_s=2']


async def play(act, sides=None, **details):
    async with Network(sides or SIDES, **details) as network:
        people = People(network)
        try:
            await act(network, people)
            await people.nobody_received_more()
        finally:
            people.leave()


def say(client, to, count, first=0, word='m'):
    for number in range(first, first + count):
        client.send(f"<message to='{to}' type='chat' id='{word}{number}'><body>Word {number}</body></message>")


async def must_hear_all(client, sender, count, first=0):
    for number in range(first, first + count):
        element = await client.pick(lambda e: e.tag.endswith('}message'))
        must_equal(f'word {number} at {client.name}', (element.get('from').split('/')[0], body(element)), (sender, f'Word {number}'))


def waiting(network, name, tenant):
    """Bytes, as the operator is told."""
    usage = network.servers[name].api.must('GET', f'/operator/v1/tenants/{tenant}/usage')
    return usage['limits']['s2s_queue_bytes']['used']


async def must_wait(network, tenant, name='east'):
    return await poll(lambda: asyncio.to_thread(waiting, network, name, tenant), lambda bytes_: bytes_ > 0, f'what waits of {tenant}')


async def must_be_done(network, *tenants, name='east'):
    for tenant in tenants:
        await poll(lambda of=tenant: asyncio.to_thread(waiting, network, name, of), lambda bytes_: bytes_ == 0, f'that nothing waits of {tenant}')


@case('federation, queue: messages wait for a server that is down, and come in order, once; other things are refused at once')
async def down(_stage):
    """Of two tenants to two; presence and iqs do not wait (RFC 6120 section 8.3.3.17)."""
    async def act(network, people):
        ann, other = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        await asyncio.to_thread(network.servers['west'].terminate)
        say(ann, 'bob@birch.example', 20)
        say(other, 'bob@beech.example', 20)
        for tenant in ('alder', 'acorn'):
            await must_wait(network, tenant)
        ann.send("<iq type='get' id='i' to='bob@birch.example/x'><ping xmlns='urn:xmpp:ping'/></iq>")
        element = await ann.receive()
        must_equal('the answer to an iq', (element.get('id'), condition(element)), ('i', ['remote-server-timeout']))
        say(ann, 'bob@birch.example', 20, 20)
        await asyncio.to_thread(network.servers['west'].start)
        bob, friend = await people.enter_all('bob@birch.example', 'bob@beech.example')
        await must_hear_all(bob, 'ann@alder.example', 40)
        await must_hear_all(friend, 'ann@acorn.example', 20)
        await must_talk(ann, bob)
        await must_be_done(network, 'alder', 'acorn')
    await play(act)


@case('federation, queue: what was acknowledged outlives our own end, by SIGTERM and by kill -9')
async def restart(_stage):
    """Each word is heard once, in order, though its sender is gone."""
    async def act(network, people):
        east, west = network.servers['east'], network.servers['west']
        await asyncio.to_thread(west.kill)
        heard = 0
        for end in (east.terminate, east.kill):
            ann, other = await people.enter_all('ann@alder.example', 'ann@acorn.example')
            for client, to in ((ann, 'bob@birch.example'), (other, 'bob@beech.example')):
                await client.enable_sm()
                say(client, to, 30, heard)
                await client.drained()
            heard += 30
            await asyncio.to_thread(end)
            people.leave()
            people.clients.clear()
            await asyncio.to_thread(east.start)
            for tenant in ('alder', 'acorn'):
                await must_wait(network, tenant)
        await asyncio.to_thread(west.start)
        bob, friend = await people.enter_all('bob@birch.example', 'bob@beech.example')
        await must_hear_all(bob, 'ann@alder.example', heard)
        await must_hear_all(friend, 'ann@acorn.example', heard)
        await must_be_done(network, 'alder', 'acorn')
    await play(act)


@case('federation, queue: one tenant may keep so much and no more; the other goes on')
async def full(_stage):
    """The plan's s2s_queue_bytes; resource-constraint."""
    async def act(network, people):
        east = network.servers['east']
        await asyncio.to_thread(east.api.set_plan, 'tight', {'federated_domains': -1, 's2s_queue_bytes': 4000})
        await asyncio.to_thread(east.api.change_tenant, 'alder', plan='tight')
        ann, other = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        await asyncio.to_thread(network.servers['west'].terminate)
        say(ann, 'bob@birch.example', 40)
        say(other, 'bob@beech.example', 40)
        await must_wait(network, 'acorn')
        refused = []
        while (element := await ann.receive()).get('id') != 'm39':
            refused.append(element)
        refused.append(element)
        for element in refused:
            must_equal('why it comes back', (element.get('from'), condition(element)), ('bob@birch.example', ['resource-constraint']))
        kept = 40 - len(refused)
        if not 1 < kept < 40:
            raise Unexpected(f'some of forty should wait; {kept} do')
        must_equal('what comes back', [e.get('id') for e in refused], [f'm{n}' for n in range(kept, 40)])
        await asyncio.to_thread(network.servers['west'].start)
        bob, friend = await people.enter_all('bob@birch.example', 'bob@beech.example')
        await must_hear_all(bob, 'ann@alder.example', kept)
        await must_hear_all(friend, 'ann@acorn.example', 40)
    await play(act)


@case('federation, queue: what has waited too long comes back')
async def too_old(_stage):
    """s2s.queue_days; remote-server-timeout, in the name of the one it was for."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        network.dns.serve_domain('closed.example', 1)
        say(ann, 'x@closed.example', 3)
        for number in range(3):
            element = await ann.receive()
            must_equal('what comes back', (element.get('id'), element.get('from'), condition(element)),
                       (f'm{number}', 'x@closed.example', ['remote-server-timeout']))
        await must_be_done(network, 'alder')
    await play(act, EAST, settings=['s2s.queue_days=0'])


@contextlib.asynccontextmanager
async def peers(network, *domains, **details):
    issued = await asyncio.to_thread(network.authority.issue, *domains)
    async with CountingPeer(issued, **details) as peer:
        for domain in domains:
            network.dns.serve_domain(domain, peer.port, direct=True)
        yield peer


async def must_have(peer, wanted):
    await poll(lambda: len(set(peer.ids())), lambda found: found == len(wanted), f'{len(wanted)} messages at the peer')
    must_equal('what the peer has', peer.ids(), wanted)


def names(count, first=0):
    return [f'm{number}' for number in range(first, first + count)]


@case('federation, queue: a peer that acknowledges half and breaks is told the rest, and nothing twice where it can resume')
async def resumed(_stage):
    """XEP-0198 sections 4 and 5, ours as the client."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        async with peers(network, 'count.example') as peer:
            say(ann, 'x@count.example', 10)
            await must_have(peer, names(10))
            peer.told = 10
            say(ann, 'x@count.example', 10, 10)
            await must_have(peer, names(20))
            peer.drop()
            peer.told = None
            say(ann, 'x@count.example', 10, 20)
            await must_have(peer, names(30))
            must_equal('that the stream was resumed', peer.resumed, [True])
            await must_be_done(network, 'alder')
    await play(act, EAST)


@case('federation, queue: a peer that can not resume is told again what it has not acknowledged, and the log says so')
async def not_resumed(_stage):
    """Never less than once."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        async with peers(network, 'count.example') as peer:
            peer.told, peer.resumes = 5, False
            say(ann, 'x@count.example', 10)
            await must_have(peer, names(10))
            await poll(lambda: peer.asked, bool, 'that it is asked')
            peer.told = None
            peer.drop()
            await poll(lambda: len(peer.ids()), lambda found: found >= 11, 'that it is told again')
            await must_be_done(network, 'alder')
            again = peer.ids()[10:]
            must_equal('what it is told again', again, names(10)[10 - len(again):])
            must_equal('that the log says so', 'may get some stanzas twice' in network.log('east'), True)
    await play(act, EAST)


@case('federation, queue: a peer that makes trouble as it is connected to gets all in the end, and delays nobody else')
async def troubles(_stage):
    """Resets during TLS, closes and breaks after the header, says nothing, is shut down."""
    async def act(network, people):
        ann, other = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        network.dns.silent.add('_xmpp-server._tcp.silent.example')
        network.dns.silent.add('_xmpps-server._tcp.silent.example')
        async with peers(network, 'count.example') as peer, peers(network, 'good.example') as good:
            peer.troubles = list(TROUBLES)
            say(ann, 'x@silent.example', 5)
            say(ann, 'x@count.example', 5)
            say(other, 'x@count.example', 5, word='o')
            say(ann, 'x@good.example', 5)
            await must_have(good, names(5))
            must_equal('that others had to wait for it', peer.ids(), [])
            await poll(lambda: len(set(peer.ids())), lambda found: found == 10, 'all at the peer', within_s=120)
            for word in 'mo':
                must_equal('what the peer has', [i for i in peer.ids() if i[0] == word], [f'{word}{n}' for n in range(5)])
            await must_be_done(network, 'acorn')
            await must_wait(network, 'alder')   # for the domain of which DNS says nothing
    await play(act, EAST, settings=QUICK)


@case('federation, queue: a peer that reads and acknowledges nothing is left, and one whose stream breaks at a stanza gets the others')
async def poison(_stage):
    """An acknowledgement must come in time; the stanza comes back after three streams."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        async with peers(network, 'count.example') as peer:
            peer.refuses.add('m2')
            peer.resumes = False
            say(ann, 'x@count.example', 5)
            element = await ann.receive()
            must_equal('what comes back', (element.get('id'), condition(element)), ('m2', ['remote-server-timeout']))
            await poll(lambda: set(peer.ids()), lambda found: found == set(names(5)), 'the others at the peer')
            await must_be_done(network, 'alder')
            peer.told, peer.resumes = peer.handled, True
            say(ann, 'x@count.example', 1, 5)
            await poll(lambda: 'it acknowledges nothing' in network.log('east'), what='that it is left')
            await must_be_done(network, 'alder')
            must_equal('how often it was told', peer.ids().count('m5'), 1)
    await play(act, EAST, settings=QUICK)


@case('federation, queue: a peer that can not acknowledge is written to all the same; one that takes short stanzas gets no long one')
async def plain_peer(_stage):
    """XEP-0478; policy-violation."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        limits = "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>2000</max-bytes></limits>"
        async with peers(network, 'plain.example', manages=False, features=limits) as peer:
            say(ann, 'x@plain.example', 3)
            await must_have(peer, names(3))
            ann.send(f"<message to='x@plain.example' type='chat' id='long'><body>{'x' * 3000}</body></message>")
            element = await ann.receive()
            must_equal('what is too long', (element.get('id'), condition(element)), ('long', ['policy-violation']))
            peer.drop()
            await poll(lambda: network.log('east'), lambda log: 'may be lost' in log, 'a warning')
            say(ann, 'x@plain.example', 3, 3)
            await must_have(peer, names(6))
            await must_be_done(network, 'alder')
    await play(act, EAST)


@case('federation, queue: a suspended tenant\'s messages wait until it is resumed; a closed one\'s come back')
async def suspended(_stage):
    """not-allowed where the tenant's policy says so."""
    async def act(network, people):
        east = network.servers['east'].api
        ann, other = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        network.dns.serve_domain('count.example', 1, direct=True)
        say(ann, 'x@count.example', 3)
        say(other, 'x@count.example', 3, word='o')
        for tenant in ('alder', 'acorn'):
            await must_wait(network, tenant)
        await asyncio.to_thread(east.must, 'POST', '/operator/v1/tenants/alder/suspend', {'reason': 'Unpaid'})
        await asyncio.to_thread(east.change_tenant, 'acorn', federation='closed')
        for number in range(3):
            element = await other.receive()
            must_equal('what comes back', (element.get('id'), condition(element)), (f'o{number}', ['not-allowed']))
        people.clients = [other]
        await asyncio.to_thread(east.must, 'POST', '/operator/v1/tenants/alder/resume')
        async with peers(network, 'count.example') as peer:
            await poll(lambda: len(peer.ids()), lambda found: found == 3, 'what has waited', within_s=60)
            must_equal('what the peer has', peer.ids(), names(3))
            await must_be_done(network, 'alder', 'acorn')
    await play(act, EAST)


async def counted(network, domain, previd=None):
    """A stream of another server, and what is said to <enable/> or <resume/>."""
    peer = ServerPeer(network.servers['east'], domain, 'alder.example', await asyncio.to_thread(network.authority.issue, domain))
    await (await peer.open()).prove()
    peer.send(f"<resume xmlns='urn:xmpp:sm:3' previd='{previd}' h='0'/>" if previd else "<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
    return peer, await peer.receive()


@case('federation, queue: another server resumes its stream, whichever loop it comes to, and learns what we have')
async def resumes(_stage):
    """XEP-0198 section 5, ours as the server; the older stream ends, if it is still there."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'ann@acorn.example')
        peer, enabled = await counted(network, 'count.example')
        for number in range(12):
            said = 0
            for _ in range(5):
                peer.send(f"<message from='x@count.example/r' to='{ann.jid}' type='chat' id='m'><body>Word {number}</body></message>")
                said += 1
            for _ in range(said):
                await ann.receive()
            if number % 2:
                peer.close()
            peer, answer = await counted(network, 'count.example', enabled.get('id'))
            must_equal('the answer', (answer.tag, answer.get('h'), answer.get('previd')),
                       ('{urn:xmpp:sm:3}resumed', str(5 * number + 5), enabled.get('id')))
        peer.send("<r xmlns='urn:xmpp:sm:3'/>")
        must_equal('the count', (await peer.receive()).get('h'), '60')
        peer.send('</stream:stream>')
        while await peer.receive() is not None:
            pass
        peer, answer = await counted(network, 'count.example', enabled.get('id'))
        must_equal('the answer after a proper end', answer.tag, '{urn:xmpp:sm:3}failed')
        peer.close()
    await play(act, EAST)
