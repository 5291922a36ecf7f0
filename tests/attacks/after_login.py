"""What a user of one tenant can try against others once logged in."""
from fixtures.client import SM, Unexpected
from fixtures.shown import show
from stage import STANZAS, alive, case, ends_with, memory_is_back, refused_iq


@case('15 stanza of 300 KB')
async def large(stage):
    """Above the plan's size the stream ends with policy-violation; nobody gets it."""
    client = await stage.attacker()
    client.send(f"<message to='{stage.victor.jid}' type='headline'><body>{'x' * 300000}</body></message>")
    await ends_with(client, 'policy-violation')


for name, data in (('deep', '<a>' * 1000), ('wide', '<message>' + '<a/>' * 60000), ('attributes', '<message ' + ' '.join(
        f"a{n}='1'" for n in range(20000)))):
    @case(f'15 stanza that is too {name}')
    async def _(stage, data=data):
        """Depth, elements and attributes have limits also after login."""
        client = await stage.attacker()
        client.send_raw(data)
        await ends_with(client, 'policy-violation')


@case('27 from of somebody else')
async def forged_from(stage):
    """`from` of another user is invalid-from, or is overridden; the victim never sees it."""
    for kind in ("message to='{0}' type='headline'", "iq to='{0}' type='get' id='x'", "presence to='{0}'"):
        client = await stage.attacker()
        head = kind.format(stage.victor.jid)
        client.send(f"<{head} from='wendy@b.example'><q xmlns='urn:x'/></{head.split()[0]}>")
        await ends_with(client, 'invalid-from')


@case('28 roster push by a user')
async def roster_push(stage):
    """An iq that looks like a roster push reaches a victim only with its true sender, or not at all (CVE-2015-8688)."""
    client = await stage.attacker()
    client.send(f"<iq type='set' id='push' to='{stage.victor.jid}'><query xmlns='jabber:iq:roster'>"
                "<item jid='evil@a.example' subscription='both'/></query></iq>")
    client.send(f"<message to='{stage.victor.jid}' type='headline' id='mark'/>")
    while True:
        element = await stage.victor.receive()
        if element.get('from') != client.jid:
            raise Unexpected(f'the victim received\n{show(element)}')
        if element.get('id') == 'mark':
            return


@case('29 forged carbons and archive results')
async def forged_copies(stage):
    """<sent/>, <received/> and <result/> by a user come from that user and no other (CVE-2017-5589, CVE-2019-16235)."""
    client = await stage.attacker()
    for payload in ("<sent xmlns='urn:xmpp:carbons:2'>{0}</sent>", "<received xmlns='urn:xmpp:carbons:2'>{0}</received>",
                    "<result xmlns='urn:xmpp:mam:2' id='1' queryid='f'>{0}</result>"):
        inner = payload.format("<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' "
                               "from='wendy@b.example/x' to='victor@b.example'><body>forged</body></message></forwarded>")
        client.send(f"<message to='{stage.victor.jid}' type='headline'>{inner}</message>")
    client.send(f"<message to='{stage.victor.jid}' type='headline' id='mark'/>")
    while True:
        element = await stage.victor.receive()
        if element.get('from') != client.jid:
            raise Unexpected(f'the victim received\n{show(element)}')
        if element.get('id') == 'mark':
            return


@case('30 forged stanza-id and delay')
async def forged_stamps(stage):
    """A stanza-id in the name of the victim's account is taken off (XEP-0359); so is a delay in the name of its server."""
    client = await stage.attacker()
    forged = ''.join(f"<stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='{by}'/>"
                     f"<delay xmlns='urn:xmpp:delay' from='{by.split('@')[-1]}' stamp='2002-09-10T23:08:25Z'/>"
                     for by in ('victor@b.example', 'VICTOR@b.example', 'victor@B.example', 'b.example', 'B.EXAMPLE'))
    client.send(f"<message to='{stage.victor.jid}' type='chat' id='m'><body>x</body>{forged}</message>")
    element = await stage.victor.receive()
    ids = [e.get('id') for e in element.findall('{urn:xmpp:sid:0}stanza-id')]
    if 'forged' in ids or element.find('{urn:xmpp:delay}delay') is not None:
        raise Unexpected(f'the victim received\n{show(element)}')


for name, to, iq in (
        ('archive of another tenant', 'victor@b.example', "<query xmlns='urn:xmpp:mam:2'/>"),
        ('archive of a neighbour', 'alice@a.example', "<query xmlns='urn:xmpp:mam:2'/>"),
        ('roster of another tenant', 'victor@b.example', "<query xmlns='jabber:iq:roster'><item jid='x@a.example'/></query>"),
        ('roster of a neighbour', 'alice@a.example', "<query xmlns='jabber:iq:roster'><item jid='x@a.example'/></query>"),
        ('carbons of another tenant', 'victor@b.example', "<enable xmlns='urn:xmpp:carbons:2'/>"),
        ('registration of another', 'victor@b.example', "<query xmlns='jabber:iq:register'><remove/></query>"),
        ('registration at another tenant', 'b.example', "<query xmlns='jabber:iq:register'><remove/></query>")):
    @case(f'31 {name}')
    async def _(stage, to=to, iq=iq):
        """What belongs to others is refused, and no data comes."""
        client = await stage.attacker()
        await refused_iq(client, f"<iq type='set' id='x' to='{to}'>{iq}</iq>",
                         'forbidden', 'service-unavailable', 'not-allowed', 'item-not-found')
        await alive(client)


@case('33 who exists and who is online')
async def enumeration(stage):
    """A stranger gets the same answers for one who is online, one who is away and one who is not there."""
    client = await stage.attacker()
    answers = []
    for user in ('victor', 'wendy', 'ghost'):
        seen = []
        for to in (f'{user}@b.example', f'{user}@b.example/nothing'):
            for kind, payload in (('get', "<ping xmlns='urn:xmpp:ping'/>"), ('get', "<query xmlns='jabber:iq:version'/>"),
                                  ('get', "<query xmlns='jabber:iq:last'/>"), ('get', "<vCard xmlns='vcard-temp'/>"),
                                  ('get', "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
                                  ('get', "<query xmlns='http://jabber.org/protocol/disco#items'/>"),
                                  ('get', "<query xmlns='jabber:iq:roster'/>"),
                                  ('set', "<query xmlns='jabber:iq:roster'><item jid='x@a.example'/></query>"),
                                  ('get', "<query xmlns='urn:xmpp:mam:2'/>"), ('set', "<query xmlns='urn:xmpp:mam:2'/>"),
                                  ('get', "<metadata xmlns='urn:xmpp:mam:2'/>"),
                                  ('set', "<enable xmlns='urn:xmpp:carbons:2'/>"),
                                  ('get', "<query xmlns='jabber:iq:register'/>")):
                answer = await client.answer(f"<iq type='{kind}' id='x' to='{to}'>{payload}</iq>")
                error = answer.find('{jabber:client}error')
                seen.append((payload, answer.get('type'),
                             [] if error is None else [c.tag.removeprefix(STANZAS) for c in error if c.tag.startswith(STANZAS)],
                             None if error is None else error.get('type'),
                             [] if error is None else [c.text for c in error]))
        client.send(f"<presence type='probe' to='{user}@b.example'/>")
        await client.answer("<iq type='get' id='mark' to='b.example'><ping xmlns='urn:xmpp:ping'/></iq>")
        seen += [(e.tag, e.get('type')) for e in client.inbox]
        client.inbox.clear()
        answers.append(seen)
    for seen in answers[1:]:
        for one, other in zip(answers[0], seen):
            if one != other:
                raise Unexpected(f'answers differ: {one} and {other}')
        if len(seen) != len(answers[0]):
            raise Unexpected(f'answers differ: {answers}')


for name, iq in (('without id', "<iq type='get' to='a.example'><ping xmlns='urn:xmpp:ping'/></iq>"),
                 ('of a bogus type', "<iq type='gimme' id='x' to='a.example'><ping xmlns='urn:xmpp:ping'/></iq>"),
                 ('with two children', "<iq type='get' id='x' to='a.example'><ping xmlns='urn:xmpp:ping'/>"
                                       "<ping xmlns='urn:xmpp:ping'/></iq>"),
                 ('without a child', "<iq type='get' id='x' to='a.example'/>")):
    @case(f'34 iq {name}')
    async def _(stage, iq=iq):
        """bad-request, and the session goes on."""
        client = await stage.attacker()
        client.send(iq)
        answer = await client.receive()
        if answer.get('type') != 'error' or answer.find(f'{{jabber:client}}error/{STANZAS}bad-request') is None:
            raise Unexpected(f'{iq} was answered\n{show(answer)}')
        await alive(client)


@case('34 answers that nobody asked for')
async def stray(stage):
    """They are dropped, and never answered with an error (no loops)."""
    client = await stage.attacker()
    for to in ('a.example', 'b.example', 'victor@b.example', 'rooms.b.example', 'ghost@b.example', 'nowhere.invalid'):
        client.send(f"<iq type='result' id='x' to='{to}'/>")
        client.send(f"<iq type='error' id='x' to='{to}'/>")
        client.send(f"<message type='error' id='x' to='{to}'><error type='cancel'><gone xmlns='{STANZAS[1:-1]}'/></error>"
                    '</message>')
    await alive(client)


for name, address in (('empty localpart', '@b.example'), ('empty resource', 'victor@b.example/'),
                      ('localpart of 1,100 bytes', 'x' * 1100 + '@b.example'), ('white space', 'vic tor@b.example'),
                      ('resource of 1,100 bytes', 'victor@b.example/' + 'x' * 1100), ('two ats', 'a@b@b.example/'),
                      ('domain of 1,100 bytes', 'x' * 1100), ('right-to-left override', 'vic\u202etor@b.example'),
                      ('forbidden character', 'vic&amp;tor@b.example'), ('only a slash', '/'), ('nothing', '')):
    @case(f'35 address with {name}')
    async def _(stage, address=address):
        """jid-malformed (or, for an empty `to`, whatever it is), and the session goes on."""
        client = await stage.attacker()
        client.send(f"<message to='{address}' type='headline' id='x'/>")
        answer = await client.receive()
        if answer.find(f'{{jabber:client}}error/{STANZAS}jid-malformed') is None:
            raise Unexpected(f'{address!r} was answered\n{show(answer)}')
        await alive(client)


@case('36 unknown element at the top')
async def unknown_element(stage):
    """unsupported-stanza-type."""
    client = await stage.attacker()
    client.send("<letter xmlns='urn:x'/>")
    await ends_with(client, 'unsupported-stanza-type')


@case('37 stream management: h of what was never sent')
async def too_high(stage):
    """undefined-condition (handled-count-too-high)."""
    client = await stage.attacker()
    await client.enable_sm()
    client.send(f"<a xmlns='{SM}' h='4294967295'/>")
    await ends_with(client, 'undefined-condition')


for wrong in ('-1', '4294967296', '99999999999999999999', 'x', '', '1.5', '1 1'):
    @case(f'37 stream management: h={wrong!r}')
    async def _(stage, wrong=wrong):
        """What is no number is an error, and does no harm."""
        client = await stage.attacker()
        await client.enable_sm()
        client.send(f"<a xmlns='{SM}' h='{wrong}'/>")
        await ends_with(client, 'undefined-condition', 'invalid-xml', 'bad-format')


@case('37 stream management: the session of another')
async def stolen_session(stage):
    """Its id is item-not-found to everybody else, of both tenants, and the session can still be resumed by its owner."""
    owner = await stage.client('alice').login()
    await owner.enable_sm()
    owner.abort()
    for user in ('mallory', 'wendy'):
        thief = stage.client(user)
        thief.sm_id = owner.sm_id
        answer = await thief.resume()
        if answer.find(f'{STANZAS}item-not-found') is None:
            raise Unexpected(f'{user} got\n{show(answer)}')
    answer = await owner.resume()
    if answer.tag != f'{{{SM}}}resumed':
        raise Unexpected(f'the owner got\n{show(answer)}')


@case('40 disco node of 60 KB')
async def large_node(stage):
    """An error whose size is bounded, and no harm."""
    client = await stage.attacker()
    for to in ('a.example', 'rooms.b.example', 'mallory@a.example'):
        answer = await client.answer(f"<iq type='get' id='x' to='{to}'><query node='{'n' * 60000}' "
                                     "xmlns='http://jabber.org/protocol/disco#info'/></iq>")
        if answer.get('type') != 'error':
            raise Unexpected(f'the answer is\n{show(answer)[:500]}')
    await alive(client)


@case('40 language of 60 KB')
async def large_language(stage):
    """Passed on or refused, and no harm; as the stream's language it is cut."""
    client = stage.client('mallory', transport='tls')
    await client.open_socket()
    client.transport.send_header('a.example', 'x' * 10000)
    await client.expect('{http://etherx.jabber.org/streams}stream')
    client = await stage.attacker()
    client.send(f"<iq type='get' id='x' to='a.example' xml:lang='{'x' * 60000}'><ping xmlns='urn:xmpp:ping'/></iq>")
    await client.pick(lambda e: e.get('id') == 'x')
    await alive(client)


@case('49 registration where it is off')
async def registration(stage):
    """A stranger makes no account, a user removes nobody's."""
    client = await stage.stranger()
    client.send("<iq type='set' id='x' to='a.example'><query xmlns='jabber:iq:register'><username>new</username>"
                '<password>p</password></query></iq>')
    await ends_with(client, 'not-authorized', 'policy-violation')


@case('49 registration over an account that is there')
async def registration_over(stage):
    """conflict, and the password stays; reserved and malformed names are refused; a few accounts an hour from one address."""
    import asyncio
    await asyncio.to_thread(stage.api.change_tenant, 'a', registration=True)
    try:
        client = await stage.stranger()
        for name, condition in (('alice', ('conflict',)), ('a b', ('jid-malformed', 'not-acceptable', 'bad-request')),
                                ('x' * 1100, ('jid-malformed', 'not-acceptable', 'bad-request'))):
            await refused_iq(client, f"<iq type='set' id='x' to='a.example'><query xmlns='jabber:iq:register'>"
                                     f'<username>{name}</username><password>p</password></query></iq>', *condition,
                             'resource-constraint')
        client.source = '127.77.0.1'
        made = 0
        for number in range(20):
            other = stage.client('mallory')
            other.source = '127.77.0.1'
            await other.open()
            answer = await other.answer(f"<iq type='set' id='x' to='a.example'><query xmlns='jabber:iq:register'>"
                                        f'<username>flood{number}</username><password>p</password></query></iq>')
            made += answer.get('type') == 'result'
        if made > 10:
            raise Unexpected(f'{made} accounts were made from one address')
        check = stage.client('alice')
        await check.login()
    finally:
        await asyncio.to_thread(stage.api.change_tenant, 'a', registration=False)


@case('28 a roster of groups with long names')
async def large_roster(stage):
    """It ends at 1 MiB with resource-constraint; a contact that is there may still lose groups and go."""
    client = await stage.attacker()
    item = "<iq type='set' id='{}'><query xmlns='jabber:iq:roster'><item jid='c{}@x.example'>{}</item></query></iq>"
    groups = ''.join(f"<group>{number:03}{'g' * 1000}</group>" for number in range(30))
    for number in range(60):
        answer = await client.answer(item.format(f's{number}', number, groups))
        if answer.get('type') != 'result':
            break
    if answer.find(f'{{jabber:client}}error/{STANZAS}resource-constraint') is None or number < 30:
        raise Unexpected(f'after {number} contacts came\n{show(answer)[:500]}')
    for made in range(number):
        for identity, change in ((f'l{made}', item.format(f'l{made}', made, '<group>g</group>')),
                                 (f'r{made}', f"<iq type='set' id='r{made}'><query xmlns='jabber:iq:roster'>"
                                              f"<item jid='c{made}@x.example' subscription='remove'/></query></iq>")):
            if (await client.answer(change)).get('type') != 'result':
                raise Unexpected(f'{identity} was refused')
    await alive(client)


@case('51 a crowd that does not read')
async def crowd(stage):
    """What waits for forty sessions that never acknowledge, 160 MB, goes back to the system when they are gone."""
    before = stage.server.memory_kib()
    writer = await stage.client('alice').login()
    readers = [await stage.attacker() for _ in range(40)]
    for client in readers:
        await client.enable_sm(resume=False)
        client.transport.wire.transport.pause_reading()
    for number in range(40):
        for client in readers:
            writer.transport.send(f"<message to='{client.jid}' type='headline'><body>{'x' * 100000}</body></message>")
        await writer.answer(f"<iq type='get' id='p{number}'><ping xmlns='urn:xmpp:ping'/></iq>")
    grown = stage.server.memory_kib() - before
    if grown < 80_000:
        raise Unexpected(f'the server grew by {grown} KiB: that is no attack')
    for client in [*readers, writer]:
        client.abort()
    await memory_is_back(stage.server, before)
