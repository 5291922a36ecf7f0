"""What comes at the port of components: wrong secrets, names of others, forged addresses, streams of other kinds, floods."""
import asyncio

from fixtures.client import Unexpected
from fixtures.component import COMPONENT, HEADER, STANZAS, Component
from fixtures.shown import show
from stage import case

PING = "<iq type='get' id='p' from='{}' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>"


async def component(stage, tenant='a', label='gate'):
    """Made where it is not there yet, with a secret of its own for each case."""
    name = f'{label}.{stage.domains[tenant]}'
    key = stage.tenants[tenant]['api_key']
    made = await asyncio.to_thread(stage.api.call, 'POST', '/v1/components', {'domain': name}, key)
    if made.status == 409:
        made = await asyncio.to_thread(stage.api.call, 'POST', f'/v1/components/{name}/secret', None, key)
    return Component(stage.server, name, made.json['secret'])


@case('component: a wrong secret')
async def _(stage):
    """not-authorized, whatever stands in the handshake; also the right words for another stream's id."""
    gate = await component(stage)
    for shown in ('', 'x', '0' * 40, gate.secret, '\u00e9' * 40, 'a' * 10000):
        await gate.open()
        gate.send(f'<handshake>{shown}</handshake>')
        await gate.ends_with('not-authorized')
    await gate.open()
    old = gate.handshake()
    await gate.open()
    gate.send(f'<handshake>{old}</handshake>')
    await gate.ends_with('not-authorized')
    await gate.open()
    gate.send(f'<handshake>{gate.handshake().upper()}</handshake>')
    await gate.ends_with('not-authorized')


@case('component: the name of another tenant, of a host that is none, and of nobody')
async def _(stage):
    """A secret opens its own name alone."""
    gate, other = await component(stage), await component(stage, 'b')
    await other.open()
    other.send(f'<handshake>{gate.secret}</handshake>')
    await other.ends_with('not-authorized')
    thief = Component(stage.server, other.name, gate.secret)
    await thief.open()
    thief.send(f'<handshake>{thief.handshake()}</handshake>')
    await thief.ends_with('not-authorized')
    for name in (stage.domains['a'], f'rooms.{stage.domains["a"]}', 'nobody.example', '', 'a b', 'x' * 3000, f'user@{gate.name}'):
        wrong = await Component(stage.server, name, gate.secret).open()
        await wrong.ends_with('host-unknown')


@case('component: stanzas before the handshake')
async def _(stage):
    """Nothing is taken from one that is not known."""
    gate = await component(stage)
    await gate.open()
    gate.send(PING.format(gate.name, stage.jid('victor')))
    await gate.ends_with('not-authorized')


for what, address in (('a user', 'alice@{a}'), ('the tenant itself', '{a}'), ('another tenant', '{b}'), ('its rooms', 'room@rooms.{a}/x'),
                      ('a longer name', 'x.gate.{a}'), ('a name that ends like its own', 'xgate.{a}')):
    @case(f'component: sends as {what}')
    async def _(stage, address=address):
        """invalid-from, and nobody hears it."""
        gate = await (await component(stage)).enter()
        gate.send(f"<message from='{address.format(**stage.domains)}' to='{stage.jid('victor')}'><body>forged</body></message>")
        await gate.ends_with('invalid-from')


@case('component: stanzas without addresses')
async def _(stage):
    """improper-addressing (RFC 6120 section 4.9.3.7)."""
    for attributes in ('', "to='{victor}'", "from='{gate}'"):
        gate = await (await component(stage)).enter()
        gate.send(f'<message {attributes.format(victor=stage.jid("victor"), gate=gate.name)}><body>x</body></message>')
        await gate.ends_with('improper-addressing')


@case('component: words that only servers say')
async def _(stage):
    """A forged copy (CVE-2017-5589) is not shown to its victim as one."""
    gate = await (await component(stage)).enter()
    mallory = await stage.attacker()
    forged = f"<message xmlns='jabber:client' from='{stage.jid('alice')}' to='{mallory.jid}'><body>forged</body></message>"
    gate.send(f"<message from='x@{gate.name}' to='{mallory.jid}' type='headline'><received xmlns='urn:xmpp:carbons:2'><forwarded "
              f"xmlns='urn:xmpp:forward:0'>{forged}</forwarded></received><body>plain</body></message>")
    element = await mallory.receive()
    if element.find('{urn:xmpp:carbons:2}received') is not None or element.findtext('{jabber:client}body') != 'plain':
        raise Unexpected(f'the copy should have been taken out; what came is\n{show(element)}')
    gate.close()


for what, data, conditions in (
        ('XML that is none', '<message', ()), ('what is no stanza', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", ('unsupported-stanza-type',)),
        ('a second handshake', '<handshake>x</handshake>', ('unsupported-stanza-type',)), ('a second header', HEADER.format('x', COMPONENT), ()),
        ('a stanza of 10 MB', "<message><body>" + 'x' * 10_000_000, ('policy-violation',)), ('100,000 open tags', '<a>' * 100_000, ('policy-violation',))):
    @case(f'component: {what}')
    async def _(stage, data=data, conditions=conditions):
        """It ends its own stream, if any."""
        gate = await (await component(stage)).enter()
        gate.send(data)
        if conditions:
            await gate.ends_with(*conditions)
        gate.close()


@case('component: a stream of another kind')
async def _(stage):
    """invalid-namespace; a client's login is not offered there."""
    for ns in ('jabber:client', 'jabber:server', 'urn:x', ''):
        gate = await component(stage)
        await gate.open(ns=ns)
        await gate.ends_with('invalid-namespace')


@case('component: a stranger that sends much')
async def _(stage):
    """Before its handshake a component gets as little room as a stranger at any port."""
    gate = await component(stage)
    await gate.open()
    gate.send('<handshake>' + 'x' * 1_000_000)
    await gate.ends_with('policy-violation')


@case('component: a bad iq, a bad address and a bad type are answered')
async def _(stage):
    """They end nothing: a gateway of many users has one stream."""
    gate = await (await component(stage)).enter()
    for stanza, wanted in ((f"<iq type='get' from='{gate.name}' to='{stage.domains['b']}'/>", 'bad-request'),
                           (f"<iq type='question' id='q' from='{gate.name}' to='{stage.domains['b']}'/>", 'bad-request'),
                           (f"<message id='m' from='{gate.name}' to='@'/>", 'jid-malformed')):
        gate.send(stanza)
        answer = await gate.receive()
        error = answer.find(f'{{{COMPONENT}}}error')
        found = [] if error is None else [child.tag.removeprefix(STANZAS) for child in error]
        if wanted not in found:
            raise Unexpected(f'{stanza} should have been refused with {wanted}; the answer is\n{show(answer)}')
    gate.close()


@case('component: a flood')
async def _(stage):
    """It waits for its own turns: all it sent is answered in the end, and meanwhile others are answered at once."""
    gate = await (await component(stage)).enter()
    gate.send(PING.format(gate.name, stage.domains['a']) * 20_000)
    await stage.victor.answer("<iq type='get' id='meanwhile' to='b.example'><ping xmlns='urn:xmpp:ping'/></iq>")
    for _ in range(20_000):
        await gate.receive()
    gate.close()


@case('component: one that never reads')
async def _(stage):
    """It is ended when too much waits for it, and its tenant's users go on."""
    gate = await (await component(stage)).enter()
    gate.reading.cancel()
    mallory = await stage.attacker()
    big = f"<message to='x@{gate.name}' type='chat'><body>{'x' * 200_000}</body></message>"
    for _ in range(150):
        mallory.send(big)
    answer = await mallory.pick(lambda e: e.get('type') == 'error')
    if answer.find(f'{{jabber:client}}error/{STANZAS}service-unavailable') is None:
        raise Unexpected(f'what is for it should have been refused; the answer is\n{show(answer)}')
    gate.close()


@case('component: 60 subscription requests of 100 KB for a user of another tenant')
async def _(stage):
    """As many are kept as one tenant may have there, of each what its reader sees; the user comes in, and their roster has room."""
    gate = await (await component(stage)).enter()
    gate.send(PING.format(gate.name, stage.jid('wendy')))  # then the account is in memory: little waits for one that is not
    await gate.receive()
    for number in range(60):
        gate.send(f"<presence from='u{number}@{gate.name}' to='{stage.jid('wendy')}' type='subscribe'><status>{'x' * 100_000}</status></presence>")
        await gate.writer.drain()
    gate.send(PING.format(gate.name, stage.jid('wendy')))  # answered when all that came before has arrived
    answer = await gate.receive()
    if answer.get('id') != 'p' or 'service-unavailable' not in show(answer):  # as strangers are answered
        raise Unexpected(f'the ping should have been answered; there came\n{show(answer)[:500]}')
    wendy = await stage.client('wendy').login()
    wendy.send('<presence/>')
    await wendy.answer("<iq type='get' id='there'><ping xmlns='urn:xmpp:ping'/></iq>")
    requests = [element for element in wendy.inbox if element.get('type') == 'subscribe']
    if len(requests) != 50 or max(len(show(request)) for request in requests) > 4000:
        raise Unexpected(f'there came {len(requests)} requests of up to {max([0, *(len(show(request)) for request in requests)])} bytes')
    for request in requests:
        wendy.send(f"<presence to='{request.get('from')}' type='unsubscribed'/>")
    wendy.inbox.clear()
    await wendy.answer("<iq type='get' id='done'><ping xmlns='urn:xmpp:ping'/></iq>")
    gate.close()
