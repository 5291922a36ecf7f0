"""Other servers: two Teahouses with two tenants each, found by DNS, known by their certificates or by dialback."""
import asyncio

from fixtures.client import Unexpected
from fixtures.federated import Network, People
from fixtures.sentinel import settle
from fixtures.poll import poll
from fixtures.shown import show
from stage import case, must_equal

STANZAS = '{urn:ietf:params:xml:ns:xmpp-stanzas}'
SIDES = {'east': ['alder.example', 'acorn.example'], 'west': ['birch.example', 'beech.example']}
BY_DIALBACK = {'settings': ['s2s.require_valid_certificates=false'], 'certified': False}


def condition(element):
    error = element.find('{jabber:client}error')
    return [] if error is None else [child.tag.removeprefix(STANZAS) for child in error if child.tag != f'{STANZAS}text']


def body(element):
    return element.findtext('{jabber:client}body')


def is_presence(sender, kind=None):
    return lambda e: e.tag.endswith('}presence') and e.get('from') == sender and e.get('type') == kind


async def must_hear(client, sender, text):
    element = await client.receive()
    must_equal(f'what {client.name} hears', (element.tag, element.get('from'), element.get('to'), body(element)),
               ('{jabber:client}message', sender.jid, client.jid, text))


async def must_talk(one, other):
    """Both ways, in order."""
    for number in range(5):
        one.send(f"<message to='{other.jid}' type='chat' id='m{number}'><body>Good morrow {number}</body></message>")
    for number in range(5):
        await must_hear(other, one, f'Good morrow {number}')
    other.send(f"<message to='{one.jid}' type='chat' id='a'><body>Is it so?</body></message>")
    await must_hear(one, other, 'Is it so?')


async def must_bounce(client, to, *conditions):
    """The error comes in the name of the one it was for, and once."""
    client.send(f"<message to='{to}' type='chat' id='lost'><body>Anybody?</body></message>")
    element = await client.receive()
    must_equal('the answer to ' + to, (element.get('type'), element.get('from'), element.get('id')), ('error', to, 'lost'))
    if condition(element)[0] not in conditions:
        raise Unexpected(f'the error should be one of {conditions}; it is\n{show(element)}')


def proofs(network, name):
    """How others have proved themselves there."""
    return {word.removeprefix('proof=').strip('"') for line in network.log(name).splitlines() if 'has proved a domain' in line
            for word in line.split() if word.startswith('proof=')}


async def stream_is_over(network, name, ours, peer, times=1):
    """What is written before a server knows that would be lost."""
    def count():
        lines = [line for line in network.log(name).splitlines() if 'A stream to another server' in line and ' is there' not in line]
        return sum(f'ours={ours} ' in line and f'peer={peer} ' in line for line in lines)
    await poll(count, lambda found: found >= times, f'the end of the stream from {ours} to {peer}')


async def play(act, **details):
    """With a network of SIDES, and all four tenants' people."""
    async with Network(SIDES, **details) as network:
        people = People(network)
        try:
            await act(network, people)
            await people.nobody_received_more()
        finally:
            people.leave()


async def talk(network, people):
    ann, bob, *_ = await people.enter_all('ann@alder.example', 'bob@birch.example', 'ann@acorn.example', 'bob@beech.example')
    await must_talk(ann, bob)
    ann.send("<iq type='get' id='d' to='birch.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
    answer = await ann.receive()
    must_equal('the answer of the other server', (answer.get('type'), answer.get('from')), ('result', 'birch.example'))


@case('federation: two servers talk, known by their certificates, which are for servers alone')
async def by_certificate(_stage):
    """RFC 6120 sections 5, 6, 8 and 13.7: STARTTLS, EXTERNAL; no clientAuth is asked for."""
    async def act(network, people):
        await talk(network, people)
        must_equal('how the peers are known', (proofs(network, 'east'), proofs(network, 'west')), ({'EXTERNAL'}, {'EXTERNAL'}))
    await play(act)


@case('federation: two servers talk by direct TLS')
async def by_direct_tls(_stage):
    """XEP-0368: _xmpps-server."""
    await play(talk, direct=True)


@case('federation: two servers talk, known by dialback alone, where the operator lets certificates be')
async def by_dialback(_stage):
    """XEP-0220, XEP-0185; s2s.require_valid_certificates."""
    async def act(network, people):
        await talk(network, people)
        must_equal('how the peers are known', (proofs(network, 'east'), proofs(network, 'west')), ({'dialback'}, {'dialback'}))
        must_equal('that the log says it loudly', 'require_valid_certificates is off' in network.log('east'), True)
    await play(act, **BY_DIALBACK)


@case('federation: a server whose certificate nobody vouches for is not talked with')
async def not_certified(_stage):
    """remote-server-timeout (RFC 6120 section 8.3.3.17), and a log line that says why."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'bob@birch.example')
        await must_bounce(ann, 'bob@birch.example/r', 'remote-server-timeout')
        must_equal('that the log says why', 'certificate is not good' in network.log('east'), True)
    await play(act, certified=False)


@case('federation: subscriptions and presence')
async def presence(_stage):
    """RFC 6121 sections 3 and 4: those of the other server are contacts as all are."""
    async def act(network, people):
        ann, bob, *_ = await people.enter_all('ann@alder.example', 'bob@birch.example', 'ann@acorn.example', 'bob@beech.example')
        for client in (ann, bob):
            await client.answer("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>")
        ann.send("<presence to='bob@birch.example' type='subscribe'/>")
        await bob.pick(is_presence('ann@alder.example', 'subscribe'))
        bob.send("<presence to='ann@alder.example' type='subscribed'/>")
        await ann.pick(is_presence('bob@birch.example', 'subscribed'))
        await ann.pick(is_presence(bob.jid))
        bob.send("<presence><show>away</show></presence>")
        seen = await ann.pick(lambda e: is_presence(bob.jid)(e) and e.find('{jabber:client}show') is not None)
        must_equal('what is seen', seen.findtext('{jabber:client}show'), 'away')
        await bob.pick(is_presence(bob.jid))
        await bob.close()
        people.clients.remove(bob)
        await ann.pick(is_presence(bob.jid, 'unavailable'))
        await settle(people.clients)
        ann.inbox.clear()   # the pushes of her roster
    await play(act)


async def enter_room(client, room, nick):
    client.send(f"<presence to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await client.pick(lambda e: is_presence(f'{room}/{nick}')(e) and any(
        status.get('code') == '110' for status in e.iter('{http://jabber.org/protocol/muc#user}status')))
    await client.pick(lambda e: e.tag == '{jabber:client}message' and e.find('{jabber:client}subject') is not None)


@case('federation: a room with people of both servers; when one server dies its people are out')
async def room(_stage):
    """XEP-0045; status 333 where a server can't be reached any more."""
    async def act(network, people):
        ann, bob, other, _ = await people.enter_all('ann@alder.example', 'bob@birch.example', 'bob@alder.example', 'bob@beech.example')
        tea = 'lobby@rooms.alder.example'
        await enter_room(ann, tea, 'Ann')
        await enter_room(bob, tea, 'Bob')
        await ann.pick(is_presence(f'{tea}/Bob'))
        bob.inbox.clear()
        for speaker, nick in ((bob, 'Bob'), (ann, 'Ann')):
            speaker.send(f"<message to='{tea}' type='groupchat'><body>Says {nick}</body></message>")
            for hearer in (ann, bob):
                element = await hearer.receive()
                must_equal('what is said', (element.get('from'), body(element)), (f'{tea}/{nick}', f'Says {nick}'))
        must_equal('what the other one has', list(other.inbox), [])
        await asyncio.to_thread(network.servers['west'].kill)
        people.clients = [ann, other]
        gone = await ann.pick(is_presence(f'{tea}/Bob', 'unavailable'))
        codes = [status.get('code') for status in gone.iter('{http://jabber.org/protocol/muc#user}status')]
        must_equal('the status of one who is out', codes, ['333'])
    await play(act)


@case('federation: a tenant says with whom it talks: closed, listed, denied; what comes is judged as what goes')
async def policies(_stage):
    """The plan's federated_domains, then the tenant's federation, federation_allowed and federation_denied; not-allowed. Others go on."""
    async def act(network, people):
        ann, bob, other, friend = await people.enter_all('ann@alder.example', 'bob@birch.example', 'ann@acorn.example', 'bob@beech.example')
        east = network.servers['east'].api
        await must_talk(ann, bob)
        for change in ({'federation': 'closed'}, {'federation': 'listed', 'federation_allowed': ['beech.example']},
                       {'federation': 'open', 'federation_denied': ['example']}):
            await asyncio.to_thread(east.change_tenant, 'alder', **change)
            await stream_is_over(network, 'west', 'birch.example', 'alder.example')
            await must_bounce(ann, bob.jid, 'not-allowed')
            await must_bounce(bob, ann.jid, 'remote-server-timeout', 'not-allowed', 'remote-server-not-found')
            await must_talk(other, friend)
        await asyncio.to_thread(east.change_tenant, 'alder', federation='listed', federation_allowed=['birch.example'], federation_denied=[])
        await must_talk(ann, bob)
        await must_bounce(ann, friend.jid, 'not-allowed')
        await asyncio.to_thread(east.must, 'POST', '/operator/v1/tenants/alder/suspend', {'reason': 'Unpaid'})
        await stream_is_over(network, 'west', 'birch.example', 'alder.example', 2)
        await must_talk(other, friend)
        await must_bounce(bob, ann.jid, 'remote-server-timeout', 'remote-server-not-found', 'not-allowed')
    await play(act)


@case('federation: errors are told once, in the name of the one a stanza was for')
async def errors(_stage):
    """remote-server-not-found where DNS knows no server or says that there is none; remote-server-timeout where nobody answers."""
    async def act(network, people):
        ann, _ = await people.enter_all('ann@alder.example', 'bob@beech.example')
        network.dns.records[('_xmpp-server._tcp.none.example', 'SRV')] = [(0, 0, 0, '.')]
        network.dns.serve_domain('closed.example', 1)
        await must_bounce(ann, 'x@none.example', 'remote-server-not-found')
        await must_bounce(ann, 'x@unknown.example', 'remote-server-not-found')
        for _ in range(2):   # the second while it is not tried again; a message would wait (federation_queue.py)
            answer = await ann.answer("<iq type='get' id='lost' to='x@closed.example/r'><ping xmlns='urn:xmpp:ping'/></iq>")
            must_equal('the answer to an iq', (answer.get('from'), condition(answer)), ('x@closed.example/r', ['remote-server-timeout']))
        ann.send("<presence to='room@unknown.example/Ann'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        element = await ann.receive()
        must_equal('the answer to an entrance', (element.tag, condition(element)), ('{jabber:client}presence', ['remote-server-not-found']))
    await play(act)
