"""Privileged components (XEP-0356): what a component does in the name of accounts, by its owner's word and never without it."""
from components import condition, entered, make
from fixtures.client import Unexpected, show
from fixtures.component import COMPONENT
from stage import case, must_equal, must_refuse

PRIVILEGE, FORWARD, ROSTER = '{urn:xmpp:privilege:2}', '{urn:xmpp:forward:0}', '{jabber:iq:roster}'
DISCO = 'http://jabber.org/protocol/disco#info'
PUBSUB = 'http://jabber.org/protocol/pubsub'
BLOCKING, MAM = 'urn:xmpp:blocking', 'urn:xmpp:mam:2'
AS = "<message from='{}' to='{}' id='{}'><privilege xmlns='urn:xmpp:privilege:2'><forwarded xmlns='urn:xmpp:forward:0'>{}</forwarded></privilege></message>"
INNER = "<message xmlns='jabber:client' from='{}' to='{}' type='chat' id='in'><body>{}</body>{}</message>"
GET_ROSTER = "<iq type='get' from='{}' to='{}' id='{}'><query xmlns='jabber:iq:roster'/></iq>"
SET_ROSTER = "<iq type='set' from='{}' to='{}' id='{}'><query xmlns='jabber:iq:roster'><item jid='{}' name='{}'/></query></iq>"
IQ = "<iq type='{}' from='{}' to='{}' id='{}'><privileged_iq xmlns='urn:xmpp:privilege:2'>{}</privileged_iq></iq>"
ASK = "<iq xmlns='jabber:client' type='get' id='q' to='{}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"


async def allow(stage, component, tenant, **permissions):
    """By the owner; the answer says what holds now."""
    answer = await stage.call('PUT', f'/v1/components/{component.name}/permissions', permissions, stage.tenants[tenant]['api_key'])
    must_equal('the answer', answer.status, 200)
    return answer.json


def told(element, component, domain):
    """What a component is told that it may do, as {'roster': ('both', 'true'), 'iq': {namespace: type}, ...}."""
    privilege = element.find(f'{PRIVILEGE}privilege')
    if privilege is None or (element.get('from'), element.get('to')) != (domain, component.name):
        raise Unexpected(f'{component.name} should have been told of its permissions; it received\n{show(element)}')
    found = {}
    for perm in privilege:
        names = {each.get('ns'): each.get('type') for each in perm}
        found[perm.get('access')] = names if perm.get('access') == 'iq' else (perm.get('type'), perm.get('push'))
    return found


async def refused(component, text, *conditions):
    """What the component sends is answered by an error, and by nothing before it."""
    component.send(text)
    element = await component.receive()
    must_equal(f'the answer to {text}', (element.get('type'), condition(element, COMPONENT)), ('error', list(conditions)))


async def must_be_idle(component, domain):
    """What was caused before this has come; nothing of it is for the component."""
    component.send(f"<iq type='get' id='idle' from='{component.name}' to='{domain}'><ping xmlns='urn:xmpp:ping'/></iq>")
    element = await component.receive()
    must_equal('what comes next', (element.get('id'), element.get('type')), ('idle', 'result'))


def heard(element):
    return element.tag.rpartition('}')[2], element.get('type'), element.get('from'), element.findtext(f'{{{COMPONENT}}}status')


async def heard_until(component, wanted):
    """What it hears before that, which it must hear."""
    before = []
    while (found := heard(await component.receive())) != wanted:
        before.append(found)
    return before


async def done(client):
    """What it sent has left its home."""
    await client.answer(f"<iq type='get' id='done' to='{client.domain}'><ping xmlns='urn:xmpp:ping'/></iq>")


@case('privileges: nothing without a permission, and none is told of')
async def nothing_at_first(stage):
    """XEP-0356 sections 4.2, 5.1 and 6.3; also what another tenant allows its own component is not this one's."""
    irc, sms = await make(stage, 'montague'), await make(stage, 'capulet', 'sms')
    await allow(stage, sms, 'capulet', roster='both', message='outgoing', presence='roster', iq={DISCO: 'both'})
    domain, other = stage.domains['montague'], stage.domains['capulet']
    clients = await stage.enter_all()
    async with entered(irc, sms):
        told(await sms.receive(), sms, other)
        for _ in range(2):  # juliet's and nurse's, who are there
            must_equal('what sms is shown', heard(await sms.receive())[0], 'presence')
        for account in (stage.jid('romeo'), stage.jid('juliet')):
            await refused(irc, AS.format(irc.name, domain, 'm', INNER.format(account, stage.jid('benvolio'), 'Forged', '')), 'forbidden')
            await refused(irc, AS.format(irc.name, other, 'm', INNER.format(account, stage.jid('benvolio'), 'Forged', '')), 'forbidden')
            await refused(irc, GET_ROSTER.format(irc.name, account, 'r'), 'forbidden')
            await refused(irc, SET_ROSTER.format(irc.name, account, 'r', irc.name, 'Forged'), 'forbidden')
            for kind in ('get', 'set'):
                await refused(irc, IQ.format(kind, irc.name, account, 'i', ASK.format(domain).replace("'get'", f"'{kind}'")), 'forbidden')
        for account in (stage.jid('romeo'), stage.jid('benvolio')):
            await refused(sms, AS.format(sms.name, domain, 'm', INNER.format(account, stage.jid('juliet'), 'Forged', '')), 'forbidden')
            await refused(sms, AS.format(sms.name, other, 'm', INNER.format(account, stage.jid('juliet'), 'Forged', '')), 'forbidden')
            await refused(sms, GET_ROSTER.format(sms.name, account, 'r'), 'forbidden')
            await refused(sms, IQ.format('get', sms.name, account, 'i', ASK.format(domain)), 'forbidden')
        await must_be_idle(irc, domain)
        await must_be_idle(sms, other)
        await clients[0].answer("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>")


@case('privileges: set by the owner or the operator, and by nobody else; what can\'t be is refused')
async def by_the_owner(stage):
    """They take the place of those before, are told at once and at each connection, stay with another secret, and end with the component."""
    irc = await make(stage, 'montague')
    domain, key = stage.domains['montague'], stage.tenants['montague']['api_key']
    path = f'/v1/components/{irc.name}/permissions'
    must_refuse(await stage.call('PUT', path, {'message': 'outgoing'}, stage.tenants['capulet']['api_key']), 404)
    must_refuse(await stage.call('PUT', f'/v1/components/sms.{domain}/permissions', {'message': 'outgoing'}, key), 404)
    for body in ({'roster': 'all'}, {'roster': 'set', 'roster_push': True}, {'message': 'incoming'}, {'presence': 'roster'},
                 {'presence': 'everybody'}, {'iq': {'': 'get'}}, {'iq': {'urn:a b': 'get'}}, {'iq': {'urn:a': 'all'}}, {'iq': ['urn:a']},
                 {'iq': {f'urn:{n}': 'get' for n in range(51)}}, {'iq': 'urn:a'}, {'magic': 'get'}, {'roster': 7}):
        must_refuse(await stage.call('PUT', path, body, key), 400)
    async with entered(irc):
        await must_be_idle(irc, domain)
        must_equal('what holds', await allow(stage, irc, 'montague', roster='get', iq={PUBSUB: 'set', 'urn:none': 'none'}),
                   {'roster': 'get', 'roster_push': True, 'message': 'none', 'presence': 'none', 'iq': {PUBSUB: 'set'}})
        must_equal('what it is told', told(await irc.receive(), irc, domain), {'roster': ('get', 'true'), 'iq': {PUBSUB: 'set'}})
        await allow(stage, irc, 'montague', roster='get', iq={PUBSUB: 'set'})
        answer = await stage.call('PUT', f'/operator/v1/tenants/{stage.names["montague"]}/components/{irc.name}/permissions',
                                  {'message': 'outgoing', 'presence': 'managed_entity'})
        must_equal('the answer to the operator', answer.status, 200)
        must_equal('what it is told', told(await irc.receive(), irc, domain),
                   {'roster': ('none', None), 'iq': {PUBSUB: 'none'}, 'message': ('outgoing', None), 'presence': ('managed_entity', None)})
        await must_be_idle(irc, domain)
        lines = await stage.call('GET', f'/operator/v1/audit?tenant={stage.names["montague"]}')
        must_equal('how often the audit has it', str(lines.json).count("'component.permissions'"), 3)
    made = await stage.call('POST', f'/v1/components/{irc.name}/secret', None, key)
    irc.secret = made.json['secret']
    async with entered(irc):
        must_equal('what it is told', told(await irc.receive(), irc, domain), {'message': ('outgoing', None), 'presence': ('managed_entity', None)})
    must_equal('the answer', (await stage.call('DELETE', f'/v1/components/{irc.name}', None, key)).status, 204)
    again = await make(stage, 'montague')
    listed = await stage.call('GET', '/v1/components', None, key)
    must_equal('what is left of them', ['permissions' in each for each in listed.json['components']], [False])
    async with entered(again):
        await must_be_idle(again, domain)


@case('privileges: messages in the name of an account and of the server')
async def messages(stage):
    """Section 5.3; as one that the account sends: its archive has it, and a copy goes to its own sessions."""
    irc = await make(stage, 'montague')
    domain, romeo_jid = stage.domains['montague'], stage.jid('romeo')
    await allow(stage, irc, 'montague', message='outgoing')
    romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
    await romeo.answer("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>")
    async with entered(irc):
        told(await irc.receive(), irc, domain)
        irc.send(AS.format(irc.name, domain, 'm1', INNER.format(romeo_jid, juliet.jid, 'Good morrow',
                                                                "<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></sent>")))
        element = await juliet.receive()
        must_equal('what juliet hears', (element.get('from'), element.get('type'), element.get('id'), element.findtext('{jabber:client}body')),
                   (romeo_jid, 'chat', 'in', 'Good morrow'))
        must_equal('that it holds no forged copy', element.find('{urn:xmpp:carbons:2}sent'), None)
        copy = await romeo.receive()
        must_equal('what romeo has a copy of', copy.findtext('.//{jabber:client}body'), 'Good morrow')
        irc.send(AS.format(irc.name, domain, 'm2', INNER.format(domain, juliet.jid, 'Of the server', '')))
        element = await juliet.receive()
        must_equal('what juliet hears', (element.get('from'), element.findtext('{jabber:client}body')), (domain, 'Of the server'))
        for sender in (romeo.jid, juliet.jid, stage.jid('juliet'), stage.domains['capulet'], f'x@{irc.name}', f'x@rooms.{domain}'):
            await refused(irc, AS.format(irc.name, domain, 'm', INNER.format(sender, juliet.jid, 'Forged', '')), 'forbidden')
        await refused(irc, AS.format(irc.name, domain, 'm', INNER.format(f'nobody@{domain}', juliet.jid, 'Forged', '')), 'item-not-found')
        await refused(irc, AS.format(irc.name, domain, 'm', INNER.format('@@', juliet.jid, 'Forged', '')), 'jid-malformed')
        await refused(irc, AS.format(irc.name, domain, 'm', f"<message xmlns='jabber:client' to='{juliet.jid}'><body>Of nobody</body></message>"), 'forbidden')
        for inner in ('', f"<message from='{romeo_jid}' to='{juliet.jid}'><body>In no namespace of ours</body></message>",
                      f"<message xmlns='jabber:client' from='{romeo_jid}'><body>To nobody</body></message>",
                      f"<presence xmlns='jabber:client' from='{romeo_jid}' to='{juliet.jid}'/>"):
            await refused(irc, AS.format(irc.name, domain, 'm', inner), 'bad-request')
        await allow(stage, irc, 'montague')
        must_equal('what it is told', told(await irc.receive(), irc, domain), {'message': ('none', None)})
        await refused(irc, AS.format(irc.name, domain, 'm', INNER.format(romeo_jid, juliet.jid, 'Too late', '')), 'forbidden')
        await must_be_idle(irc, domain)


@case('privileges: rosters are read and changed, and pushes come')
async def rosters(stage):
    """Section 4; only what was allowed, and rosters of its own tenant."""
    irc, domain = await make(stage, 'montague'), stage.domains['montague']
    romeo_jid, juliet_jid = stage.jid('romeo'), stage.jid('juliet')
    await allow(stage, irc, 'montague', roster='both')
    romeo, benvolio = await stage.enter('romeo'), await stage.enter('benvolio')
    for client in (romeo, benvolio):
        await client.answer("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>")
    async with entered(irc):
        told(await irc.receive(), irc, domain)
        irc.send(SET_ROSTER.format(irc.name, romeo_jid, 's', juliet_jid, 'J'))
        came = {element.get('id'): element for element in [await irc.receive(), await irc.receive()]}
        must_equal('the answer', came.pop('s').get('type'), 'result')
        push, = came.values()
        must_equal('the push', (push.get('from'), push.get('type'), [i.get('jid') for i in push.find(f'{ROSTER}query')]), (romeo_jid, 'set', [juliet_jid]))
        irc.send(f"<iq type='result' id='{push.get('id')}' from='{irc.name}' to='{romeo_jid}'/>")
        element = await romeo.receive()
        must_equal('what romeo hears', [i.get('name') for i in element.find(f'{ROSTER}query')], ['J'])
        irc.send(GET_ROSTER.format(irc.name, romeo_jid, 'g'))
        element = await irc.receive()
        must_equal('the roster', (element.get('from'), [i.get('jid') for i in element.find(f'{ROSTER}query')]), (romeo_jid, [juliet_jid]))
        await benvolio.answer(f"<iq type='set' id='o'><query xmlns='jabber:iq:roster'><item jid='{juliet_jid}'/></query></iq>")
        await benvolio.pick(lambda e: e.get('type') == 'set')
        element = await irc.receive()
        must_equal('the push of what benvolio does', (element.get('from'), element.get('type')), (stage.jid('benvolio'), 'set'))
        await refused(irc, GET_ROSTER.format(irc.name, juliet_jid, 'x'), 'forbidden')
        await refused(irc, SET_ROSTER.format(irc.name, juliet_jid, 'x', romeo_jid, 'R'), 'forbidden')
        await refused(irc, GET_ROSTER.format(irc.name, f'nobody@{domain}', 'x'), 'item-not-found')
        await refused(irc, f"<iq type='set' from='{irc.name}' to='{romeo_jid}' id='x'><query xmlns='jabber:iq:roster'/></iq>", 'bad-request')
        await allow(stage, irc, 'montague', roster='get', roster_push=False)
        must_equal('what it is told', told(await irc.receive(), irc, domain), {'roster': ('get', 'false')})
        await refused(irc, SET_ROSTER.format(irc.name, romeo_jid, 'x', juliet_jid, 'K'), 'forbidden')
        await benvolio.answer(f"<iq type='set' id='p'><query xmlns='jabber:iq:roster'><item jid='{juliet_jid}' name='J'/></query></iq>")
        await benvolio.pick(lambda e: e.get('type') == 'set')
        await must_be_idle(irc, domain)
        await allow(stage, irc, 'montague', roster='set')
        told(await irc.receive(), irc, domain)
        await refused(irc, GET_ROSTER.format(irc.name, romeo_jid, 'x'), 'forbidden')


@case('privileges: iqs in the name of an account, and their answers')
async def iqs(stage):
    """Section 6.3; the answer comes inside one to the component, also where it is an error."""
    irc, domain, romeo_jid = await make(stage, 'montague'), stage.domains['montague'], stage.jid('romeo')
    await allow(stage, irc, 'montague', iq={DISCO: 'get', PUBSUB: 'both', 'jabber:iq:version': 'get', BLOCKING: 'both', MAM: 'both', 'jabber:iq:roster': 'get',
                                            'urn:xmpp:carbons:2': 'both', 'jabber:iq:private': 'both', 'vcard-temp': 'both'})
    romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')

    async def ask(kind, inner, account=romeo_jid):
        irc.send(IQ.format(kind, irc.name, account, 'outer', inner))
        if 'version' in inner:
            asked = await juliet.receive()
            must_equal('who asks juliet', (asked.get('from'), asked.get('type')), (romeo_jid, 'get'))
            juliet.send(f"<iq type='result' id='{asked.get('id')}' to='{romeo_jid}'><query xmlns='jabber:iq:version'><name>Quill</name></query></iq>")
        element = await irc.receive()
        must_equal('the answer around', (element.get('id'), element.get('type'), element.get('from')), ('outer', 'result', account))
        return element.find(f'{PRIVILEGE}privilege/{FORWARD}forwarded/{{jabber:client}}iq')

    async with entered(irc):
        told(await irc.receive(), irc, domain)
        answer = await ask('get', ASK.format(stage.domains['capulet']))
        must_equal('the answer', (answer.get('id'), answer.get('type'), answer.get('from'), answer.get('to')), ('q', 'result', stage.domains['capulet'], romeo_jid))
        answer = await ask('get', f"<iq xmlns='jabber:client' type='get' id='v' from='{romeo_jid}' to='{juliet.jid}'><query xmlns='jabber:iq:version'/></iq>")
        must_equal("juliet's answer", (answer.get('id'), answer.findtext('.//{jabber:iq:version}name')), ('v', 'Quill'))
        publish = f"<iq xmlns='jabber:client' type='set' id='p'><pubsub xmlns='{PUBSUB}'><publish node='urn:example:mood'><item id='1'><mood xmlns='urn:example:mood'/></item></publish></pubsub></iq>"
        must_equal('what is published in the name of romeo', (await ask('set', publish)).get('type'), 'result')
        items = await romeo.answer(f"<iq type='get' id='i'><pubsub xmlns='{PUBSUB}'><items node='urn:example:mood'/></pubsub></iq>")
        must_equal("what is at romeo's node", len(items.findall(f'.//{{{PUBSUB}}}item')), 1)
        wanted = f"<iq xmlns='jabber:client' type='get' id='n' to='{stage.jid('juliet')}'><pubsub xmlns='{PUBSUB}'><items node='urn:example:mood'/></pubsub></iq>"
        must_equal('an error', (await ask('get', wanted)).get('type'), 'error')
        await romeo.answer(f"<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='{stage.domains['capulet']}'/></block></iq>")
        await refused(irc, IQ.format('get', irc.name, romeo_jid, 'x', ASK.format(stage.domains['capulet'])), 'not-acceptable')
        own = "<iq xmlns='jabber:client' type='{}' id='o'>{}</iq>"
        list_block = own.format('get', "<blocklist xmlns='urn:xmpp:blocking'/>")
        listed = await ask('get', list_block)
        must_equal('whom romeo blocks', [i.get('jid') for i in listed.find(f'{{{BLOCKING}}}blocklist')], [stage.domains['capulet']])
        await romeo.answer("<iq type='get' id='l'><blocklist xmlns='urn:xmpp:blocking'/></iq>")
        must_equal('the answer', (await ask('set', own.format('set', "<unblock xmlns='urn:xmpp:blocking'/>"))).get('type'), 'result')
        push = await romeo.receive()
        must_equal('what romeo is told', push.find(f'{{{BLOCKING}}}unblock') is not None, True)
        must_equal('whom romeo blocks', len((await ask('get', list_block)).find(f'{{{BLOCKING}}}blocklist')), 0)
        prefs = own.format('set', "<prefs xmlns='urn:xmpp:mam:2' default='never'><always/><never/></prefs>")
        must_equal('what is set', (await ask('set', prefs)).find(f'{{{MAM}}}prefs').get('default'), 'never')
        answer = await romeo.answer("<iq type='get' id='p'><prefs xmlns='urn:xmpp:mam:2'/></iq>")
        must_equal('what romeo has', answer.find(f'{{{MAM}}}prefs').get('default'), 'never')
        answer = await ask('get', own.format('get', "<query xmlns='jabber:iq:roster'/>"))
        must_equal('the roster', len(answer.find(f'{ROSTER}query')), 0)
        for kept in ("<notes xmlns='urn:example:notes'>Buy rope</notes>", "<storage xmlns='storage:bookmarks'><conference jid='hall@rooms.example'/></storage>"):
            of_clients = "<query xmlns='jabber:iq:private'>{}</query>"
            must_equal('the answer', (await ask('set', own.format('set', of_clients.format(kept)))).get('type'), 'result')
            empty = kept.partition('>')[0] + '/>'
            answer = await romeo.answer(f"<iq type='get' id='k'>{of_clients.format(empty)}</iq>")
            mine = answer.find('{jabber:iq:private}query')[0]
            must_equal('what romeo has', mine.text or mine[0].get('jid'), 'Buy rope' if 'notes' in kept else 'hall@rooms.example')
            found = (await ask('get', own.format('get', of_clients.format(empty)))).find('{jabber:iq:private}query')[0]
            must_equal('what the component has', found.text or found[0].get('jid'), mine.text or mine[0].get('jid'))
        answer = await juliet.answer("<iq type='get' id='k'><query xmlns='jabber:iq:private'><notes xmlns='urn:example:notes'/></query></iq>")
        must_equal('what juliet has', answer.find('{jabber:iq:private}query')[0].text, None)
        must_equal('the answer', (await ask('set', own.format('set', "<vCard xmlns='vcard-temp'><FN>Romeo</FN></vCard>"))).get('type'), 'result')
        answer = await romeo.answer("<iq type='get' id='f'><vCard xmlns='vcard-temp'/></iq>")
        must_equal('what romeo is called', answer.findtext('.//{vcard-temp}FN'), 'Romeo')
        answer = await ask('set', own.format('set', "<enable xmlns='urn:xmpp:carbons:2'/>"))  # a session's alone
        must_equal('the answer', (answer.get('type'), condition(answer, 'jabber:client')), ('error', ['forbidden']))
        for account in (stage.jid('juliet'), romeo.jid, domain, irc.name, f'x@rooms.{domain}'):
            await refused(irc, IQ.format('get', irc.name, account, 'x', ASK.format(domain)), 'forbidden')
            await refused(irc, IQ.format('get', irc.name, account, 'x', list_block), 'forbidden')
        await refused(irc, IQ.format('get', irc.name, f'nobody@{domain}', 'x', ASK.format(domain)), 'item-not-found')
        good = ASK.format(domain)
        for kind, inner in (('set', good), ('set', good.replace("'get'", "'set'")), ('get', good.replace('disco#info', 'disco#items')), ('get', ''),
                            ('get', good.replace("xmlns='jabber:client' ", '')), ('get', good.replace('iq ', 'message ').replace('</iq>', '</message>')),
                            ('get', good.replace("id='q'", f"id='q' from='{romeo.jid}'")), ('get', good.replace("id='q'", f"id='q' from='{stage.jid('juliet')}'")),
                            ('get', good.replace("type='get'", "type='result'"))):
            await refused(irc, IQ.format(kind, irc.name, romeo_jid, 'x', inner), 'forbidden')
        await refused(irc, IQ.format('get', irc.name, romeo_jid, 'x', good.replace("id='q' ", '')), 'bad-request')
        await refused(irc, IQ.format('get', irc.name, romeo_jid, 'x', good.replace("type='get'", "type='magic'")), 'bad-request')
        await must_be_idle(irc, domain)


async def befriend(user, contact):
    """The user sees the contact's presence."""
    user.send(f"<presence to='{contact.jid.split('/')[0]}' type='subscribe'/>")
    await contact.pick(lambda e: e.get('type') == 'subscribe')
    contact.send(f"<presence to='{user.jid.split('/')[0]}' type='subscribed'/>")
    await user.pick(lambda e: e.tag.endswith('}presence') and e.get('from') == contact.jid)


@case('privileges: presence of accounts, and of their contacts')
async def presence(stage):
    """Sections 7 and 8; what is there when it connects or is allowed, and each change once."""
    irc, domain = await make(stage, 'montague'), stage.domains['montague']
    romeo, benvolio, juliet, nurse = await stage.enter_all()
    for user in (romeo, benvolio):
        await befriend(user, juliet)
    for client in (romeo, benvolio, juliet):
        await done(client)
    async with entered(irc):
        await must_be_idle(irc, domain)
        await allow(stage, irc, 'montague', presence='managed_entity')
        came = [await irc.receive() for _ in range(3)]
        must_equal('who is there', sorted(e.get('from') for e in came), sorted([domain, romeo.jid, benvolio.jid]))
        romeo.send('<presence><status>Here</status></presence>')
        must_equal('a change', heard(await irc.receive()), ('presence', None, romeo.jid, 'Here'))
        juliet.send('<presence><status>Elsewhere</status></presence>')
        for client in (romeo, benvolio):
            await client.pick(lambda e: e.get('from') == juliet.jid and e.findtext('{jabber:client}status') == 'Elsewhere')
        await must_be_idle(irc, domain)
        await allow(stage, irc, 'montague', roster='get', presence='roster')
        await heard_until(irc, ('presence', None, juliet.jid, 'Elsewhere'))
        romeo_there, benvolio_there = ('presence', None, romeo.jid, 'Here'), ('presence', None, benvolio.jid, None)
        juliet.send('<presence><status>Near</status></presence>')
        seen = await heard_until(irc, ('presence', None, juliet.jid, 'Near'))
        must_equal('who else was shown again, at most', [each for each in seen if each[0] == 'presence' and each not in (romeo_there, benvolio_there)], [])
        for client in (romeo, benvolio):
            await client.pick(lambda e: e.get('from') == juliet.jid and e.findtext('{jabber:client}status') == 'Near')
        nurse.send('<presence><status>Nobody asked</status></presence>')
        await done(nurse)
        juliet.send("<presence type='unavailable'/>")
        seen = await heard_until(irc, ('presence', 'unavailable', juliet.jid, None))
        must_equal('what juliet showed twice', [each for each in seen if each[2] == juliet.jid], [])
        for client in (romeo, benvolio):
            await client.pick(lambda e: e.get('from') == juliet.jid and e.get('type') == 'unavailable')
    async with entered(irc):
        found = [await irc.receive() for _ in range(3)]
        must_equal('who is there when it connects', sorted(e.get('from') for e in found), sorted([domain, romeo.jid, benvolio.jid]))
        benvolio.send("<presence type='unavailable'/>")
        must_equal('who goes', heard(await irc.receive()), ('presence', 'unavailable', benvolio.jid, None))
        await done(benvolio)
    for client in (romeo, benvolio, juliet, nurse):
        client.inbox.clear()
