"""What a user of one tenant can try at a room of another."""
from fixtures.client import Unexpected
from fixtures.shown import show
from stage import alive, case, refused_iq

ROOM = 'den@rooms.b.example'
ADMIN = 'http://jabber.org/protocol/muc#admin'
OWNER = 'http://jabber.org/protocol/muc#owner'


async def make_room(stage):
    """victor's room, persistent."""
    victor = stage.victor
    victor.send(f"<presence to='{ROOM}/Victor'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await victor.pick(lambda e: e.find('{jabber:client}subject') is not None or
                      (e.get('from') or '').endswith('/Victor') and e.tag.endswith('}presence'))
    await victor.answer(f"<iq type='set' id='cfg' to='{ROOM}'><query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'>"
                        "<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"
                        "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")
    victor.send(f"<message to='{victor.jid}' type='headline' id='made'/>")
    await victor.pick(lambda e: e.get('id') == 'made')
    victor.inbox.clear()


for name, iq in (
        ('a ban in', f"<query xmlns='{ADMIN}'><item affiliation='owner' jid='mallory@a.example'/></query>"),
        ('the configuration of', f"<query xmlns='{OWNER}'><destroy/></query>")):
    @case(f'31 {name} a room of another tenant')
    async def _(stage, iq=iq):
        """Refused."""
        await make_room(stage)
        client = await stage.attacker()
        await refused_iq(client, f"<iq type='set' id='x' to='{ROOM}'>{iq}</iq>", 'forbidden', 'not-allowed')
        await alive(client)


for name, nick in (('right-to-left override', 'vic\u202etor'), ('line break', 'a&#10;b'), ('only white space', '   '),
                   ('2,000 characters', 'x' * 2000)):
    @case(f'35 nick with {name}')
    async def _(stage, nick=nick):
        """A nick that deceives or is no resourcepart is refused."""
        await make_room(stage)
        client = await stage.attacker()
        client.send(f"<presence to='{ROOM}/{nick}' id='x'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        answer = await client.receive()
        if answer.get('type') != 'error':
            raise Unexpected(f'{nick!r} was answered\n{show(answer)}')
        await alive(client)


for name, presence in (('a subject', "<message to='{0}' type='groupchat' id='x'><subject>mine</subject></message>"),
                       ('a message', "<message to='{0}' type='groupchat' id='x'><body>spam</body></message>"),
                       ('a private message', "<message to='{0}/Victor' type='chat' id='x'><body>spam</body></message>"),
                       ('an invitation', "<message to='{0}' id='x'><x xmlns='http://jabber.org/protocol/muc#user'>"
                                         "<invite to='alice@a.example'/></x></message>")):
    @case(f'38 room: {name} from outside')
    async def _(stage, presence=presence):
        """Refused, and nobody in the room hears of it."""
        await make_room(stage)
        client = await stage.attacker()
        client.send(presence.format(ROOM))
        answer = await client.receive()
        if answer.get('type') != 'error':
            raise Unexpected(f'the answer is\n{show(answer)}')
        await alive(client)


for name, item in (('kick', "nick='Victor' role='none'"), ('ban', "jid='victor@b.example' affiliation='outcast'"),
                   ('office', "jid='mallory@a.example' affiliation='owner'")):
    for inside in (False, True):
        @case(f'38 room: {name} by {"a participant" if inside else "who is not in it"}')
        async def _(stage, item=item, inside=inside):
            """forbidden, and nobody in the room hears of it."""
            await make_room(stage)
            client = await stage.attacker()
            if inside:
                client.send(f"<presence to='{ROOM}/Mallory'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
                await client.pick(lambda e: e.find('{jabber:client}subject') is not None)
                await stage.victor.pick(lambda e: (e.get('from') or '').endswith('/Mallory'))
                client.inbox.clear()
            await refused_iq(client, f"<iq type='set' id='x' to='{ROOM}'><query xmlns='{ADMIN}'><item {item}/></query></iq>",
                             'forbidden', 'not-allowed')
            await alive(client)
            if inside:
                client.send(f"<presence to='{ROOM}/Mallory' type='unavailable'/>")
                await stage.victor.pick(lambda e: e.get('type') == 'unavailable')


for name, affiliation in (('owners', 'owner'), ('members', 'member'), ('outcasts', 'outcast')):
    @case(f'38 room: list of {name} by who is not in it')
    async def _(stage, affiliation=affiliation):
        """forbidden (CVE-2021-37601)."""
        await make_room(stage)
        client = await stage.attacker()
        await refused_iq(client, f"<iq type='get' id='x' to='{ROOM}'><query xmlns='{ADMIN}'>"
                                 f"<item affiliation='{affiliation}'/></query></iq>", 'forbidden')
