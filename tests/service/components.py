"""External components (XEP-0114): a name below its tenant's domain, a stream at a port of its own, and stanzas both ways."""
import contextlib

from command_line import Commands
from fixtures.client import Unexpected
from fixtures.component import COMPONENT, STANZAS, Component
from fixtures.shown import show
from stage import case, must_equal, must_refuse

PING = "<iq type='get' id='{}' from='{}' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>"


async def make(stage, tenant, label='irc'):
    """A component of the tenant, made by its owner."""
    name = f'{label}.{stage.domains[tenant]}'
    made = await stage.call('POST', '/v1/components', {'domain': name}, stage.tenants[tenant]['api_key'])
    must_equal('the answer', (made.status, made.json['domain']), (201, name))
    return Component(stage.server, name, made.json['secret'])


@contextlib.asynccontextmanager
async def entered(*components):
    try:
        for component in components:
            await component.enter()
        yield components
        for component in components:
            await component.leave()
    finally:
        for component in components:
            component.close()


def body(element, ns='jabber:client'):
    return element.findtext(f'{{{ns}}}body')


def condition(element, ns='jabber:client'):
    error = element.find(f'{{{ns}}}error')
    return [] if error is None else [child.tag.removeprefix(STANZAS) for child in error if child.tag != f'{STANZAS}text']


async def must_receive(client, what, sender, text):
    element = await client.receive()
    found = (element.tag.rpartition('}')[2], element.get('from'), body(element))
    if found != (what, sender, text):
        raise Unexpected(f'{client.name} should have received {(what, sender, text)}; it received\n{show(element)}')


@case('components: stanzas go both ways, for users of all tenants; each component hears what is for its own name')
async def both_ways(stage):
    """XEP-0114 section 3: any address at its name; a stanza's parts are in the stream's namespace there, and in jabber:client for clients."""
    irc, sms = await make(stage, 'montague'), await make(stage, 'capulet', 'sms')
    async with entered(irc, sms):
        must_equal('the header', (irc.header.get('from'), irc.header.get('version')), (irc.name, None))
        romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
        for client in (romeo, juliet):
            client.send(f"<message to='tea%chan@{irc.name}/x' type='chat' id='m'><body>Good morrow</body></message>")
            element = await irc.receive()
            must_equal('what the component hears', (element.tag, element.get('from'), element.get('to'), body(element, COMPONENT)),
                       (f'{{{COMPONENT}}}message', client.jid, f'tea%chan@{irc.name}/x', 'Good morrow'))
            irc.send(f"<message from='tea%chan@{irc.name}/x' to='{client.jid}' type='chat'><body>Fair sir</body></message>")
            await must_receive(client, 'message', f'tea%chan@{irc.name}/x', 'Fair sir')
        irc.send(PING.format('p', irc.name, stage.domains['capulet']))
        must_equal('the answer to an iq', (await irc.receive()).get('type'), 'result')
        irc.send(f"<message from='{irc.name}' to='someone@{sms.name}'><body>Across</body></message>")
        must_equal('what the other component hears', body(await sms.receive(), COMPONENT), 'Across')
        items = await romeo.answer(f"<iq type='get' id='d' to='{stage.domains['montague']}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>")
        listed = [item.get('jid') for item in items[0]]
        must_equal('that it is listed at its tenant', (irc.name in listed, sms.name in listed), (True, False))
        must_equal('what came of it beside that', (irc.came.qsize(), sms.came.qsize()), (0, 0))
    answer = await romeo.answer(f"<iq type='get' id='away' to='{irc.name}'><ping xmlns='urn:xmpp:ping'/></iq>")
    must_equal('the answer of one that is away', condition(answer), ['service-unavailable'])


@case('components: a namespace that is said is the same as without')
async def own_namespace(stage):
    """biboumi 9.0 writes it on its handshake, other libraries on each stanza."""
    irc = await (await make(stage, 'montague')).open()
    irc.send(f"<handshake xmlns='{COMPONENT}'>{irc.handshake()}</handshake>")
    must_equal('the answer', (await irc.receive()).tag, f'{{{COMPONENT}}}handshake')
    romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
    for client in (romeo, juliet):
        irc.send(f"<message xmlns='{COMPONENT}' from='{irc.name}' to='{client.jid}' type='chat' id='m&lt;1' xml:lang='it'><body>Che c'\u00e8?</body>"
                 "<x xmlns='urn:example:x'><y/></x></message>")
        await must_receive_whole(client, irc.name)
    await irc.leave()


async def must_receive_whole(client, sender):
    element = await client.receive()
    found = (element.get('from'), element.get('id'), element.get('{http://www.w3.org/XML/1998/namespace}lang'), body(element),
             element.find('{urn:example:x}x/{urn:example:x}y') is not None)
    must_equal('what came', found, (sender, 'm<1', 'it', "Che c'\u00e8?", True))


@case('components: presence and subscriptions, as of any contact')
async def presence(stage):
    """RFC 6121 section 3; a user's roster can have a gateway."""
    irc = await make(stage, 'montague')
    async with entered(irc):
        romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
        romeo.send(f"<presence to='{irc.name}' type='subscribe'/>")
        must_equal('the request', (await irc.receive()).get('type'), 'subscribe')
        irc.send(f"<presence from='{irc.name}' to='{stage.jid('romeo')}' type='subscribed'/>")
        irc.send(f"<presence from='{irc.name}' to='{stage.jid('romeo')}'/>")
        element = await romeo.pick(lambda e: e.tag.endswith('presence') and e.get('type') is None and e.get('from') == irc.name)
        must_equal('its presence', element.get('from'), irc.name)
        romeo.inbox.clear()
        juliet.send(f"<presence to='room@{irc.name}/Juliet'/>")
        while (heard := await irc.receive()).get('type') == 'probe':
            pass
        must_equal('an entrance', heard.get('to'), f'room@{irc.name}/Juliet')
    juliet.send(f"<presence to='room@{irc.name}/Juliet'/>")
    must_equal('an entrance where nobody is', condition(await juliet.receive()), ['service-unavailable'])
    romeo.inbox.clear()


@case('components: a secret is shown once, opens one name, and ends with another or with the component')
async def secrets(stage):
    """conflict: the newer stream takes the place; reset and host-gone (RFC 6120 section 4.9.3)."""
    irc, sms = await make(stage, 'montague'), await make(stage, 'capulet', 'sms')
    key, other = stage.tenants['montague']['api_key'], stage.tenants['capulet']['api_key']
    async with entered(irc, sms):
        listed = await stage.call('GET', '/v1/components', None, key)
        must_equal('what is listed', ([c['domain'] for c in listed.json['components']], irc.secret in str(listed.json)), ([irc.name], False))
        for method, path in (('DELETE', ''), ('POST', '/secret')):
            must_refuse(await stage.call(method, f'/v1/components/{irc.name}{path}', None, other), 404)
        must_refuse(await stage.call('POST', '/v1/components', {'domain': irc.name}, key), 409)
        must_refuse(await stage.call('POST', '/v1/components', {'domain': irc.name}, other), 400, 'below')
        must_refuse(await stage.call('POST', '/v1/components', {'domain': f'rooms.{stage.domains["montague"]}'}, key), 400)
        again = Component(stage.server, irc.name, irc.secret)
        await again.enter()
        await irc.ends_with('conflict')
        made = await stage.call('POST', f'/v1/components/{irc.name}/secret', None, key)
        await again.ends_with('reset')
        late = await Component(stage.server, irc.name, irc.secret).open()
        late.send(f'<handshake>{late.handshake()}</handshake>')
        await late.ends_with('not-authorized')
        newest = Component(stage.server, irc.name, made.json['secret'])
        await newest.enter('components_tls')
        must_equal('the answer', (await stage.call('DELETE', f'/v1/components/{irc.name}', None, key)).status, 204)
        await newest.ends_with('host-gone')
        gone = await Component(stage.server, irc.name, made.json['secret']).open()
        await gone.ends_with('host-unknown')
        sms.send(PING.format('p', sms.name, stage.domains['capulet']))
        must_equal('that the other one is not concerned', (await sms.receive()).get('type'), 'result')
        for component in (again, late, newest, gone):
            component.close()


@case('components: a suspended tenant has none')
async def suspended(stage):
    """Its stream ends with the reason; those of others stay."""
    irc, sms = await make(stage, 'montague'), await make(stage, 'capulet', 'sms')
    async with entered(irc, sms):
        path = f'/operator/v1/tenants/{stage.names["montague"]}'
        must_equal('the answer', (await stage.call('POST', path + '/suspend', {'reason': 'Unpaid'})).status, 200)
        await irc.ends_with('policy-violation')
        juliet = await stage.enter('juliet')
        answer = await juliet.answer(f"<iq type='get' id='s' to='{irc.name}'><ping xmlns='urn:xmpp:ping'/></iq>")
        must_equal('the answer', condition(answer), ['service-unavailable'])
        sms.send(PING.format('p', sms.name, stage.domains['capulet']))
        must_equal('that the other one is not concerned', (await sms.receive()).get('type'), 'result')
        must_equal('the answer', (await stage.call('POST', path + '/resume')).status, 200)
        back = await Component(stage.server, irc.name, irc.secret).enter()
        back.close()


@case('components: by the command line')
async def by_command(stage):
    """component add, list, secret, allow and remove."""
    commands = Commands(stage, 'data')
    name, other, domain = stage.names['montague'], stage.names['capulet'], f'irc.{stage.domains["montague"]}'
    made = await commands.json('component', 'add', name, domain)
    must_equal('what is listed', [c['domain'] for c in (await commands.json('component', 'list', name))['components']], [domain])
    must_equal('the other', (await commands.json('component', 'list', other))['components'], [])
    rotated = await commands.json('component', 'secret', name, domain)
    must_equal('that it is another', rotated['secret'] != made['secret'], True)
    allowed = await commands.json('component', 'allow', name, domain, '{"message": "outgoing"}')
    must_equal('what it may do', (allowed['message'], allowed['roster']), ('outgoing', 'none'))
    await commands.good('component', 'remove', name, domain)
    must_equal('what is left', (await commands.json('component', 'list', name))['components'], [])
