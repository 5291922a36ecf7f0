"""BOSH under attack: sessions of others, numbers out of order, and too much of everything (XEP-0124 sections 11, 14, 15 and 17)."""
import asyncio

from fixtures.bosh import BOSH, Post, Talk, answer_of
from fixtures.client import Unexpected
from stage import addresses, case, memory_is_back

OPEN = "to='{}' ver='1.11' wait='60' hold='1'"


def talk(stage, user='mallory', source=None):
    number = next(addresses)
    client = stage.client(user)
    made = Talk(stage.server.addresses['http'], client.domain, source or f'127.9.{number // 250}.{2 + number % 250}')
    client.abort = made.close  # it leaves with the others
    return made


async def ends(made, condition, attributes='', inner='', **more):
    body = await made.ask(attributes, inner, **more)
    if (body.get('type'), body.get('condition')) != ('terminate', condition):
        raise Unexpected(f'the session should have ended with {condition}; the answer is {body.attrib}')


async def lives(made):
    """Its session is answered: a poll is held, and the next words release it."""
    held = await made.say()
    await made.say(inner="<iq type='get' id='x' xmlns='jabber:client'><ping xmlns='urn:xmpp:ping'/></iq>")
    body = await answer_of(held)
    if body.get('type'):
        raise Unexpected(f'the session should live; its answer is {body.attrib}')


async def victim(stage, user='victor'):
    made = talk(stage, user)
    await made.login(user, stage.password(user))
    return made


@case('80 BOSH: a sid that is guessed')
async def guessed(stage):
    """All that are none are refused alike."""
    made = talk(stage)
    for sid in ('x', 'a' * 22, 'a' * 22 + '-0', 'a' * 22 + '-1', 'a' * 22 + '-9', 'a' * 22 + '-99999999999999999999', 'a' * 22 + '--1', '-' * 30, '0',
                'a' * 50000):
        await ends(made, 'item-not-found', sid=sid)


@case("80 BOSH: another tenant's session")
async def of_another(stage):
    """At the host of one tenant a session of the other is not there, and it goes on."""
    other = await victim(stage)
    for rid in (other.rid, other.rid + 1, other.rid + 100):
        await ends(talk(stage), 'item-not-found', sid=other.sid, rid=rid, host='a.example')
    await lives(other)


for what, rid in (('a number of long ago', -100), ('a number that is far off', 3), ('a number of the far future', 1 << 40)):
    @case(f'81 BOSH: {what}')
    async def _(stage, rid=rid):
        """Out of the window: the session ends (section 14.2)."""
        made = await victim(stage, 'mallory')
        await ends(made, 'item-not-found', rid=made.rid + rid)
        await ends(made, 'item-not-found', rid=made.rid + 1)


@case('81 BOSH: a request said again and again')
async def replayed(stage):
    """What stands in it counts once, and nobody repeats for ever (section 14.3)."""
    made = await victim(stage, 'mallory')
    body = {}
    for _ in range(40):
        body = (await made.ask(rid=made.rid)).attrib
        if body.get('type'):
            break
    if body.get('condition') != 'policy-violation':
        raise Unexpected(f'the session should have ended; the answer is {body}')


@case('81 BOSH: gaps that are never filled')
async def gaps(stage):
    """The window is all that waits; another request ends the session."""
    made = await victim(stage, 'mallory')
    held = await made.hold(inner='<presence/>', rid=made.rid + 2)
    await ends(made, 'item-not-found', inner='<presence/>', rid=made.rid + 3)
    if (await answer_of(held)).get('condition') != 'other-request':
        raise Unexpected('the request that waited should have been told')


@case('82 BOSH: bodies that are none')
async def bodies(stage):
    """Each gets bad-request, and no session."""
    made = talk(stage)
    for body in ('', ' ', '<', '<body/>', '<body', f"<body xmlns='{BOSH}'/>", f"<body xmlns='{BOSH}' rid='x'/>", f"<body xmlns='{BOSH}' rid='-1'/>",
                 f"<body xmlns='{BOSH}' rid='1'>words</body>", f"<body xmlns='{BOSH}' rid='1'><!-- hush --></body>",
                 f"<body xmlns='{BOSH}' rid='1'><?php hush ?></body>", f"<!DOCTYPE x [<!ENTITY a 'b'>]><body xmlns='{BOSH}' rid='1'>&a;</body>",
                 f"<body xmlns='{BOSH}' rid='1' rid='2'/>", f"<body xmlns='{BOSH}' rid='1'><p:a/></body>", f"<body xmlns='{BOSH}' rid='1'>" + '<a>' * 10000,
                 f"<body xmlns='{BOSH}' rid='1'>" + '<a>' * 100 + '</a>' * 100 + '</body>', '\0' * 1000, f"<body xmlns='{BOSH}' rid='{'9' * 50000}'/>"):
        found = await answer_of(await made.send(body))
        if (found.get('type'), found.get('condition')) != ('terminate', 'bad-request'):
            raise Unexpected(f'{body[:100]!r} should be a bad request; the answer is {found.attrib}')


@case('82 BOSH: bodies that are too large')
async def huge(stage):
    """413 above what the largest stanza needs; a stranger may say 64 KiB, and in them no element that is larger than any stranger's."""
    before = stage.server.memory_kib()
    for rid in ("rid='1'", "rid='1' sid='x'", f"rid='1' sid='{'a' * 22}-1'"):
        for size in (5 << 20, 2 << 20, 70000):
            made = talk(stage)
            try:
                status, _, body = await (await made.send(f"<body xmlns='{BOSH}' {rid}>" + ' ' * size + '</body>'))
            except ConnectionError:
                continue  # it was cut off while it spoke
            if status != 413 and b"condition='policy-violation'" not in body:
                raise Unexpected(f'{size} bytes should be refused; the answer is {status} {body}')
    made = talk(stage)
    await made.begin()
    await ends(made, 'policy-violation', inner='<a>' + 'x' * 70000 + '</a>')
    made = talk(stage)
    await made.begin()
    await ends(made, 'remote-stream-error', inner="<a xmlns='b'>" + 'x' * 20000 + '</a>')
    await memory_is_back(stage.server, before)


async def crowd_of(stage, sources, talks, each):
    """So many sessions are begun at each address, by so many connections; none is refused. Gives their ids and numbers."""
    made = []

    async def begin(one):
        for _ in range(each):
            body = await one.ask(OPEN.format('a.example'))
            if body.get('condition'):
                raise Unexpected(f'session {len(made)} was refused: {body.attrib}')
            made.append((body.get('sid'), one.rid))
    await asyncio.gather(*(begin(talk(stage, source=source)) for source in sources for _ in range(talks)))
    return made


@case('83 BOSH: very many sessions of one address')
async def crowd(stage):
    """A hundred on each of the three loops; the oldest make room. Others are let in."""
    made = await crowd_of(stage, ['127.9.250.1'], 8, 60)
    asking, gone = talk(stage), 0
    for sid, rid in made:
        gone += (await asking.ask("type='terminate'", sid=sid, rid=rid + 1)).get('condition') == 'item-not-found'
    if not 480 - 300 <= gone < 480:
        raise Unexpected(f'480 sessions without a login were given to one address, and {480 - gone} live')
    other = talk(stage, 'alice')
    await other.login('alice', stage.password('alice'))


@case('83 BOSH: a crowd of many addresses')
async def crowd_of_many(stage):
    """Places for strangers are full on all loops; those of the crowd make room for others, of both tenants."""
    await crowd_of(stage, [f'127.8.{n}.2' for n in range(40)], 5, 20)
    for user in ('alice', 'victor') * 4:
        await lives(await victim(stage, user))


@case('84 BOSH: a thousand requests that are held')
async def held(stage):
    """They stop nobody, and their memory is given back."""
    before = stage.server.memory_kib()
    posts, waiting = [], []
    for n in range(1000):
        made = talk(stage, source=f'127.8.{n // 250}.{2 + n % 250}')
        body = await made.ask(OPEN.format('a.example'))
        if body.get('condition'):
            raise Unexpected(f'session {n} was refused: {body.attrib}')
        made.sid = body.get('sid')
        waiting.append(await made.say())
        posts.append(made)
    other = await victim(stage, 'alice')
    await lives(other)
    for made in posts:
        made.close()
    stage.leave()
    del posts, waiting
    await memory_is_back(stage.server, before, 65536)


@case('85 BOSH: requests that come slowly')
async def slow(stage):
    """They wait in their own connections; those of others are answered."""
    posts = []
    for n in range(50):
        post = await Post(stage.server.addresses['http'], 'a.example', f'127.8.9.{2 + n}').open()
        post.wire.transport.write(b'POST /http-bind HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000\r\n\r\n<body')
        posts.append(post)
    await lives(await victim(stage, 'alice'))
    for post in posts:
        post.abort()


@case('86 BOSH: more requests than may be open')
async def overactive(stage):
    """A client that does not wait for its answers is sent away (section 11)."""
    made = await victim(stage, 'mallory')
    held = await made.hold()
    conditions = [(await made.ask()).get('condition'), (await answer_of(held)).get('condition')]
    if conditions != ['policy-violation', 'other-request']:
        raise Unexpected(f'the session should have ended; its answers have {conditions}')
