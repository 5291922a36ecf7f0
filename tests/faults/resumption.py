"""Sessions that are resumed after the server was stopped and started again: nothing is lost, nothing comes twice, and nobody else has
them. After kill -9 they are refused, and what was for them is in the archive."""
import asyncio

from fixtures.client import SM, Client, Unexpected
from fixtures.shown import LOST, show
from load import archive
from waiting import Company, come_online, names

CASES = []
MESSAGE = '{jabber:client}message'
ITEM_NOT_FOUND = '{urn:ietf:params:xml:ns:xmpp-stanzas}item-not-found'


def must_be(who, found, wanted):
    if found != wanted:
        raise Unexpected(f'{who} has got {found}, and not {wanted}')


def ids(client):
    return [e.get('id') for e in client.inbox if e.tag == MESSAGE]


async def must_resume(client):
    """The server has all that it acknowledged of this client, and no more."""
    answer = await client.resume()
    if answer.tag != f'{{{SM}}}resumed' or answer.get('previd') != client.sm_id:
        raise Unexpected(f'{client.name} was answered\n{show(answer)}')
    must_be(f'the h for {client.name}', int(answer.get('h')), client.sm_sent)


async def must_fail(client):
    answer = await client.resume()
    client.sm_counting = False
    if answer.tag != f'{{{SM}}}failed' or answer.find(ITEM_NOT_FOUND) is None:
        raise Unexpected(f'{client.name} was answered\n{show(answer)}')


async def messages_until(client, last):
    """The messages up to one, which are taken out of the inbox; and those of before it are all that came."""
    await client.until(lambda: last in ids(client), what=f'the message {last}')
    found = ids(client)
    client.inbox.clear()
    return found


async def stop(company, *more):
    """SIGTERM. All who are there can resume, and see no end of their streams, only of the connection."""
    clients = [client for client in [*company.clients.values(), *more] if not client.lost]
    await asyncio.to_thread(company.server.terminate)
    for client in clients:
        await client.until(lambda c=client: c.lost, what='the end of the connection')
        if client.ended or not any(e is LOST for e in client.inbox) or any(e.tag.endswith('}error') for e in client.inbox):
            raise Unexpected(f'{client.name} has seen\n' + '\n'.join(show(e) for e in client.inbox))


async def another(company, user, resource):
    """One more device of a user."""
    client = Client(company.server, f'{user}-{resource}', user, company.clients[user].domain, 'pw-' + user, resource,
                    mechanism='SCRAM-SHA-1')
    await client.login()
    await client.enable_sm()
    await come_online(client)
    return client


async def say(sender, to, identities):
    for identity in identities:
        sender.send(f"<message to='{to}' type='chat' id='{identity}'><body>{identity}</body></message>")
    await sender.drained()


async def say_last(company, user):
    """Behind all that was for a user."""
    await say(company.clients['romeo'], f'{user}@{company.clients[user].domain}', [f'last-for-{user}'])


async def begin(server):
    company = Company(server)
    await company.make()
    await company.enter('romeo', 'benvolio', 'juliet', 'nurse')
    return company


async def check_others(company):
    """Nobody who was not meant has anything, now or later."""
    for user in ('benvolio', 'nurse'):
        client = company.clients[user]
        await must_resume(client)
        await say_last(company, user)
        must_be(user, await messages_until(client, f'last-for-{user}'), [f'last-for-{user}'])


async def must_get(company, user, wanted):
    """What waited comes, once and in order, before anything that is said when it is there."""
    client = company.clients[user]
    await client.until(lambda: set(wanted) <= set(ids(client)), what=f'{wanted}')
    await say_last(company, user)
    must_be(user, await messages_until(client, f'last-for-{user}'), [*wanted, f'last-for-{user}'])


async def leave(client):
    """Having acknowledged all that came."""
    client.transport.send(f"<a xmlns='{SM}' h='{client.sm_received}'/>")
    await client.close()


async def must_have_nothing_left(company, user):
    """Its session has ended, and so the next one is handed all that still waited."""
    client = company.clients[user]
    await leave(client)
    await client.login()
    await come_online(client)
    await must_get(company, user, [])


async def resumed(server):
    """juliet has read three of six, and was away when two more came; romeo's session goes on too, and his word of after the restart
    comes behind all of them."""
    company = await begin(server)
    juliet, romeo = company.clients['juliet'], company.clients['romeo']
    await company.write('juliet', names('read', 3))
    await messages_until(juliet, 'read-2')
    await juliet.answer("<iq type='get' id='done' to='capulet.example'><ping xmlns='urn:xmpp:ping'/></iq>")
    juliet.transport.send(f"<a xmlns='{SM}' h='{juliet.sm_received}'/>")
    await juliet.answer("<iq type='get' id='done2' to='capulet.example'><ping xmlns='urn:xmpp:ping'/></iq>")
    received = juliet.sm_received
    juliet.sulks = True
    await company.write('juliet', names('live', 3))
    await messages_until(juliet, 'live-2')
    juliet.sm_received = received   # they are lost on their way into her
    await juliet.drained()
    await company.cut('juliet')
    await company.write('juliet', names('late', 2))
    await stop(company)
    server.start()
    await must_resume(romeo)
    await company.write('juliet', ['after'])
    await must_resume(juliet)
    juliet.sulks = False
    must_be('juliet', await messages_until(juliet, 'after'), names('live', 3) + names('late', 2) + ['after'])
    await say(juliet, romeo.wire_jid(), ['answer'])
    must_be('romeo', await messages_until(romeo, 'answer'), ['answer'])
    await check_others(company)
    await must_have_nothing_left(company, 'juliet')
resumed.settings = ['server.loops=3', 'server.log=debug']
CASES.append(('resumption: after SIGTERM a session goes on where it was', resumed))


async def two_devices(server):
    """A message that two devices have not acknowledged comes to each of them once; what one has acknowledged comes to the other alone."""
    company = await begin(server)
    phone, desk = company.clients['juliet'], await another(company, 'juliet', 'desk')
    await phone.pick(lambda e: e.get('from') == desk.jid)
    before = phone.sm_received
    await desk.answer("<iq type='get' id='done' to='capulet.example'><ping xmlns='urn:xmpp:ping'/></iq>")
    phone.sulks = True
    await company.write('juliet', ['both'])
    for client in (phone, desk):
        must_be(client.name, await messages_until(client, 'both'), ['both'])
    phone.sm_received = before   # lost on its way into the phone
    desk.transport.send(f"<a xmlns='{SM}' h='{desk.sm_received}'/>")
    await desk.answer("<iq type='get' id='done2' to='capulet.example'><ping xmlns='urn:xmpp:ping'/></iq>")
    await company.cut('juliet')
    await stop(company, desk)
    server.start()
    await must_resume(company.clients['romeo'])
    for client, wanted in ((desk, []), (phone, ['both'])):
        client.sulks = False
        await must_resume(client)
        await say(company.clients['romeo'], client.wire_jid(), [f'last-for-{client.name}'])
        must_be(client.name, await messages_until(client, f'last-for-{client.name}'), wanted + [f'last-for-{client.name}'])
    await check_others(company)
    await leave(desk)
    await must_have_nothing_left(company, 'juliet')
two_devices.settings = resumed.settings
CASES.append(('resumption: after SIGTERM each of two devices has its own count', two_devices))


async def copies(server):
    """Carbons are still on, for the device that had them on alone."""
    company = await begin(server)
    phone, desk = company.clients['juliet'], await another(company, 'juliet', 'desk')
    await desk.answer("<iq type='set' id='on'><enable xmlns='urn:xmpp:carbons:2'/></iq>")
    await stop(company, desk)
    server.start()
    for client in (company.clients['romeo'], phone, desk):
        await must_resume(client)
    await say(company.clients['romeo'], phone.wire_jid(), ['to-phone'])
    await say(company.clients['romeo'], desk.wire_jid(), ['to-desk'])
    must_be('the phone', await messages_until(phone, 'to-phone'), ['to-phone'])
    found = await messages_until(desk, 'to-desk')
    must_be('the desk', len(found), 2)
    await say(company.clients['romeo'], phone.wire_jid(), ['last'])
    must_be('the phone', await messages_until(phone, 'last'), ['last'])
    await check_others(company)
copies.settings = resumed.settings
CASES.append(('resumption: after SIGTERM carbons are as they were', copies))


async def given_up(server):
    """juliet does not resume: what her session had is handed to the next one under its name, once. Her id is worth nothing then, nor
    was it to anybody else."""
    company = await begin(server)
    juliet = company.clients['juliet']
    await company.cut('juliet')
    await company.write('juliet', names('late', 3))
    await stop(company)
    server.start()
    await must_resume(company.clients['romeo'])
    for thief in (company.clients['nurse'], company.clients['benvolio']):
        own, thief.sm_id = thief.sm_id, juliet.sm_id
        await must_fail(thief)
        thief.abort()
        thief.sm_id = own
    await juliet.login()
    await come_online(juliet)
    await must_get(company, 'juliet', names('late', 3))
    juliet.abort()
    await must_fail(juliet)
    juliet.abort()
    await check_others(company)
given_up.settings = resumed.settings
CASES.append(('resumption: after SIGTERM a session that is not resumed gives up what it had, and to its own account alone', given_up))


async def shut_out(server):
    """After the restart, and before anybody is there, the account gets another password: its sessions are over."""
    company = await begin(server)
    juliet = company.clients['juliet']
    await company.cut('juliet')
    await company.write('juliet', names('late', 2))
    await stop(company)
    server.start()
    await asyncio.to_thread(server.api.must, 'PUT', '/operator/v1/tenants/capulet/accounts/juliet/password', {'password': 'another'})
    await must_resume(company.clients['romeo'])
    juliet.password = 'another'
    await must_fail(juliet)
    await juliet.bind()
    await come_online(juliet)
    await must_get(company, 'juliet', names('late', 2))
    await check_others(company)
shut_out.settings = resumed.settings
CASES.append(('resumption: after SIGTERM another password ends the sessions of before', shut_out))


async def killed(server):
    """A stop, a start at which nobody comes, and a kill: the sessions of the stop go on. A kill while they are there again: they are
    gone, and what they had is in the archive and waits."""
    company = await begin(server)
    juliet, romeo = company.clients['juliet'], company.clients['romeo']
    await company.cut('juliet')
    await company.write('juliet', names('late', 2))
    await stop(company)
    server.start()
    server.kill()
    server.start()
    await must_resume(romeo)
    await company.write('juliet', ['after'])   # now her sessions are in memory, and nowhere else
    server.kill()
    server.start()
    for client in (romeo, juliet):
        client.abort()
        await must_fail(client)
        await client.bind()
        await client.enable_sm()
        await come_online(client)
    await must_get(company, 'juliet', names('late', 2) + ['after'])
    kept = [body for _, body in await archive(juliet, 'juliet@capulet.example')]
    must_be('her archive', kept, names('late', 2) + ['after', 'last-for-juliet'])
    for user in ('benvolio', 'nurse'):
        company.clients[user].abort()
    await check_others(company)
killed.settings = resumed.settings
CASES.append(('resumption: after kill -9 a session is refused, and its messages are there once', killed))


def make_requests(turn):
    """Pairs of a stanza and the key of its answer: of archives, of other accounts, of rooms that it makes."""
    for n in range(40):
        mam, card = f'mam-{turn}-{n}', f'card-{turn}-{n}'
        yield f"<iq type='set' id='{mam}'><query xmlns='urn:xmpp:mam:2'/></iq>", mam
        yield f"<iq type='get' id='{card}' to='romeo@montague.example'><vCard xmlns='vcard-temp'/></iq>", card
        if n % 8 == 0:
            room = f'room-{turn}-{n}@rooms.capulet.example/Juliet'
            yield f"<presence to='{room}'><x xmlns='http://jabber.org/protocol/muc'/></presence>", room


def answers(client):
    """The keys of the answers in its inbox, and the rooms of which it is out again."""
    answered, out = set(), set()
    for e in client.inbox:
        if e.tag == '{jabber:client}iq':
            answered.add(e.get('id'))
        elif e.tag == '{jabber:client}presence':
            (out if e.get('type') == 'unavailable' else answered).add(e.get('from'))
    return answered, out


async def asked_last(server):
    """What juliet asks for while the server stops, and it has counted, is answered before or after the start; the rooms that she has come
    into tell her that she is out. A session that does not go on was told so by the end of its stream."""
    company = await begin(server)
    juliet = company.clients['juliet']
    for turn in range(3):
        before, keys = juliet.sm_sent, []
        for stanza, key in make_requests(turn):
            juliet.send(stanza)
            keys.append(key)
        await juliet.until(lambda: answers(juliet)[0] & set(keys), what='the first answer')
        await asyncio.to_thread(server.terminate)
        await juliet.until(lambda: juliet.lost, what='the end of the connection')
        answered, out = answers(juliet)
        was_ended = juliet.ended
        server.start()
        if was_ended:   # on a machine so slow that something was not handled when the streams ended: it is refused, and begins anew
            await must_fail(juliet)
            await juliet.bind()
            await juliet.enable_sm()
            await come_online(juliet)
            continue
        answer = await juliet.resume()
        if answer.tag != f'{{{SM}}}resumed':
            raise Unexpected(f'juliet was answered\n{show(answer)}')
        counted = keys[:juliet.sm_acked - before]
        juliet.sm_sent = juliet.sm_acked   # the others she would send again
        wanted, rooms = set(counted), {key for key in counted if '/' in key}

        def is_complete():
            more, more_out = answers(juliet)
            return wanted <= answered | more and rooms <= out | more_out
        try:
            await juliet.until(is_complete, what='the answers')
        except Unexpected:
            more, more_out = answers(juliet)
            raise Unexpected(f'juliet has no answer of {sorted(wanted - answered - more)}, and is left in {sorted(rooms - out - more_out)}') from None
        juliet.inbox.clear()
    await must_resume(company.clients['romeo'])
    await check_others(company)
asked_last.settings = resumed.settings
CASES.append(('resumption: what was asked for as the server stopped is answered', asked_last))
