"""A wall clock that was ahead and is put right: what came keeps its order, also over a restart, and shows the clock's time; nothing is
removed by a clock that is not believed."""
import asyncio
import os
import time
from datetime import datetime

from fixtures.client import Client, Unexpected
from fixtures.poll import poll
from fixtures.server import logs_folder
from fixtures.shown import show
import shims

CASES = []
OFFSET = os.path.join(logs_folder(), 'wall_clock.offset')
DAY_S = 86_400
NEAR_S = 3_600
MAM, RSM, FORWARD, DELAY = 'urn:xmpp:mam:2', 'http://jabber.org/protocol/rsm', '{urn:xmpp:forward:0}', '{urn:xmpp:delay}'
ROOM = 'square@rooms.montague.example'
USERS = {'romeo': 'montague', 'benvolio': 'montague', 'juliet': 'capulet', 'nurse': 'capulet'}


def set_clock(seconds_ahead):
    with open(OFFSET + '.new', 'w', encoding='ascii') as file:
        file.write(str(seconds_ahead))
    os.rename(OFFSET + '.new', OFFSET)


def prepare(seconds_ahead=DAY_S):
    set_clock(seconds_ahead)
    return shims.preload('wall_clock') | {'WALL_CLOCK': OFFSET}


async def enter(server, user, presence='<presence/>'):
    client = await Client(server, user, user, f'{USERS[user]}.example', 'pw-' + user).login()
    client.send(presence)
    await client.pick(lambda e: e.get('from') == client.jid)
    return client


def body(element):
    return element.findtext('.//{jabber:client}body')


def seconds_ahead(stamp):
    return datetime.fromisoformat(stamp.replace('Z', '+00:00')).timestamp() - time.time()


async def archive(client, query, to=None):
    """(ids, bodies, stamps, the <fin/>) of what an archive answers."""
    rows = []
    client.send(f"<iq type='set' id='q'{f' to={chr(39)}{to}{chr(39)}' if to else ''}><query xmlns='{MAM}'>{query}</query></iq>")
    answer = await client.pick(lambda e: e.get('id') == 'q')
    for element in [e for e in client.inbox if e.find(f'{{{MAM}}}result') is not None]:
        client.inbox.remove(element)
        rows.append((element[0].get('id'), body(element), element.find(f'.//{FORWARD}forwarded/{DELAY}delay').get('stamp')))
    if answer.get('type') != 'result':
        raise Unexpected(f'the archive answered\n{show(answer)}')
    return [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], answer[0]


def expect(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what}: {found} instead of {wanted}')


async def say(sender, word):
    """One to a user who is away, one to a user who is there, one in the room; all are on disk then."""
    sender.send(f"<message to='nurse@capulet.example' type='chat' id='n-{word}'><body>{word}</body></message>")
    sender.send(f"<message to='{ROOM}' type='groupchat' id='r-{word}'><body>{word}</body></message>")
    await sender.pick(lambda e: e.get('id') == f'r-{word}')
    await sender.drained()


async def make_room(romeo):
    romeo.send(f"<presence to='{ROOM}/Romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await romeo.pick(lambda e: e.find('{jabber:client}subject') is not None)
    await romeo.answer(f"<iq type='set' id='cfg' to='{ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'>"
                       "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
                       "<value>http://jabber.org/protocol/muc#roomconfig</value></field>"
                       "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")


async def put_right(server, restart):
    """A message while the clock is a day ahead, the clock put right, a restart perhaps, a message: the archive's next page has it, the
    room shows its history to who enters, what waited comes in order, and searches by time find it."""
    for tenant in ('montague', 'capulet'):
        await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example')
    for user, tenant in USERS.items():
        await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
    romeo = await enter(server, 'romeo')
    await romeo.enable_sm(resume=False)
    await make_room(romeo)
    await say(romeo, 'ahead')
    (last,), bodies, stamps, _ = await archive(romeo, f"<set xmlns='{RSM}'><max>1</max><before/></set>")
    expect('the last message', bodies, ['ahead'])
    set_clock(0)
    if restart:
        romeo.abort()
        await asyncio.to_thread(server.terminate)
        server.start()
        romeo = await enter(server, 'romeo')
        await romeo.enable_sm(resume=False)
        romeo.send(f"<presence to='{ROOM}/Romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        await romeo.pick(lambda e: e.find('{jabber:client}subject') is not None)
    await say(romeo, 'right')
    await check_archives(romeo, last, ahead=stamps[0])
    await check_others(server)
    romeo.abort()


async def check_archives(romeo, last, ahead):
    _, bodies, stamps, fin = await archive(romeo, f"<set xmlns='{RSM}'><after>{last}</after></set>")
    expect('after the last message', (bodies, fin.get('complete')), (['right'], 'true'))
    if abs(seconds_ahead(ahead) - DAY_S) > NEAR_S or abs(seconds_ahead(stamps[0])) > NEAR_S:
        raise Unexpected(f'the times shown are {ahead} and {stamps[0]}')
    tonight = datetime.utcfromtimestamp(time.time() + NEAR_S).strftime('%Y-%m-%dT%H:%M:%SZ')
    for to in (None, ROOM):
        for name, wanted in (('start', ['ahead']), ('end', ['right'])):
            _, bodies, _, _ = await archive(
                romeo, "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>"
                f"<field var='{name}'><value>{tonight}</value></field></x>", to)
            expect(f'{to or "the account"} by {name}', [b for b in bodies if b], wanted)
        _, bodies, _, _ = await archive(romeo, '', to)
        expect('all of ' + (to or 'the account'), [b for b in bodies if b], ['ahead', 'right'])


async def check_others(server):
    """Who comes into the room, who was away, and who has nothing to do with it."""
    benvolio, nurse, juliet = [await enter(server, user) for user in ('benvolio', 'nurse', 'juliet')]
    benvolio.send(f"<presence to='{ROOM}/Benvolio'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await benvolio.pick(lambda e: e.find('{jabber:client}subject') is not None)
    history = [body(e) for e in benvolio.inbox if e.get('type') == 'groupchat']
    expect('the history of the room', history, ['ahead', 'right'])
    await nurse.until(lambda: len([e for e in nurse.inbox if body(e)]) == 2, what='what waited')
    expect('what waited', [body(e) for e in nurse.inbox if body(e)], ['ahead', 'right'])
    _, bodies, _, _ = await archive(juliet, '')
    expect("another's archive", (bodies, [show(e) for e in juliet.inbox]), ([], []))
    for client in (benvolio, nurse, juliet):
        client.abort()


async def put_right_and_restarted(server):
    await put_right(server, restart=True)


async def put_right_meanwhile(server):
    await put_right(server, restart=False)


async def make_archives(server):
    """A tenant that keeps messages for a month, with a guest, and one that keeps them for ever; gives what tells the guest."""
    made = {}
    for tenant, days in (('montague', 30), ('capulet', -1)):
        await asyncio.to_thread(server.api.set_plan, f'of-{tenant}', {'archive_days': days})
        made[tenant] = await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example', plan=f'of-{tenant}', guests=True,
                                               origins=['https://shop.example'])
    for user, tenant in USERS.items():
        await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
    for user, other in (('romeo', 'benvolio@montague.example'), ('juliet', 'nurse@capulet.example')):
        client = await enter(server, user)
        await client.enable_sm(resume=False)
        client.send(f"<message to='{other}' type='chat' id='old'><body>old</body></message>")
        await client.drained()
        client.abort()
    guest = (await asyncio.to_thread(server.api.call, 'POST', f"/v1/sites/{made['montague']['site']}/guests", {'name': 'Visitor'}, '',
                                     {'Origin': 'https://shop.example'})).json
    await asyncio.to_thread(server.api.must, 'POST', '/v1/messages', {'to': 'user:romeo', 'text': 'old'}, guest['token'])
    return f"/v1/users/{guest['user']}", made['montague']['api_key']


async def restart(server, days_ahead, said, *switches):
    """Gives what the server says by the time that it has said this."""
    await asyncio.to_thread(server.terminate)
    set_clock(days_ahead * DAY_S)
    await asyncio.to_thread(server.start, *switches)
    return await poll(server.words_of_start, lambda words: said in words, f'word of {said!r}')


async def far_ahead(server):
    """Starts with a clock that is 400 days ahead trim no archive and remove no guest, and say so; put right all is as before. Told that
    the clock is right, the server trims, and says what of whom."""
    guest, key = await make_archives(server)

    async def kept(user, wanted):
        client = await enter(server, user)
        _, bodies, _, _ = await archive(client, '')
        expect(f'the archive of {user}', bodies, wanted)
        client.abort()

    for days, said in ((400, 'Nothing is trimmed'), (400, 'Nothing is trimmed'), (0, '')):
        words = await restart(server, days, said)
        if days and 'more than a day ahead' not in words:
            raise Unexpected(f'it said only\n{words}')
        await kept('romeo', ['old', 'old'])
        await kept('juliet', ['old'])
        expect('the guest', (await asyncio.to_thread(server.api.call, 'GET', guest, None, key)).status, 200)
    words = await restart(server, 400, 'store=archive', '--believe-clock')
    if 'tenant=montague' not in words or 'rows=' not in words or 'tenant=capulet' in words:
        raise Unexpected(f'it said of what it took\n{words}')
    await kept('romeo', [])
    await kept('juliet', ['old'])
    await poll(lambda: asyncio.to_thread(server.api.call, 'GET', guest, None, key), lambda answer: answer.status == 404, 'the end of the guest')
far_ahead.prepare = lambda: prepare(0)
CASES.append(('clock: 400 days ahead nothing goes', far_ahead))


for name, case in (('put right and the server restarted', put_right_and_restarted), ('put right meanwhile', put_right_meanwhile)):
    case.__doc__ = put_right.__doc__
    case.prepare = prepare
    case.settings = ['server.loops=3']
    CASES.append((f'clock: {name}, order stays', case))
