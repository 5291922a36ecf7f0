"""Sessions that wait to be resumed while the server ends: what was for them waits for clients that have no archive, in order and once."""
import asyncio

from fixtures.client import Client, Unexpected
from fixtures.poll import poll
from fixtures.shown import show

CASES = []
TENANTS = {'montague': ('romeo', 'benvolio'), 'capulet': ('juliet', 'nurse')}
BODY, DELAY = '{jabber:client}body', '{urn:xmpp:delay}delay'
BEFORE, AFTER = 30, 100   # messages before the stream is lost, and after


class Company:
    """Two tenants with two users each; romeo writes, and knows what of it is on disk."""

    def __init__(self, server):
        self.server = server
        self.romeos_start = server.starts   # of the server, that knows him
        self.clients = {user: Client(server, user, user, f'{tenant}.example', 'pw-' + user, mechanism='SCRAM-SHA-1')
                        for tenant, users in TENANTS.items() for user in users}

    async def make(self):
        for tenant, users in TENANTS.items():
            await asyncio.to_thread(self.server.api.create_tenant, tenant, f'{tenant}.example')
            for user in users:
                await asyncio.to_thread(self.server.api.create_account, tenant, user, 'pw-' + user)

    async def enter(self, *users):
        for client in (self.clients[user] for user in users):
            await client.login()
            await client.enable_sm()
            await come_online(client)

    async def write(self, to, identities, payload='<body>{}</body>', kind='chat'):
        """All of them are acknowledged when it ends, and so on disk."""
        romeo = self.clients['romeo']
        for identity in identities:
            romeo.send(f"<message to='{to}@{self.clients[to].domain}' type='{kind}' id='{identity}'>{payload.format(identity)}</message>")
        await romeo.drained()

    async def cut(self, *users):
        """They lose their connections, and the server has seen it."""
        seen = {user: self.losses(user) for user in users}
        for user in users:
            self.clients[user].abort()
        await poll(lambda: all(self.losses(user) != seen[user] for user in users), what=f'word that the streams of {users} are gone')

    def losses(self, user):
        return sum('A stream is gone' in line and f'{user}@' in line for line in self.server.words_of_start().splitlines())

    async def again(self, user):
        """What a client without an archive gets at its first presence, up to the end of what waits."""
        client = self.clients[user]
        client.abort()   # what is left of its connection
        await client.login()
        await come_online(client)
        await client.answer(f"<iq type='get' id='first' to='{client.domain}'><ping xmlns='urn:xmpp:ping'/></iq>")
        romeo = self.clients['romeo']
        if self.server.starts > self.romeos_start:
            self.romeos_start = self.server.starts
            romeo.abort()
            await romeo.login()
            await romeo.enable_sm()
        await self.write(user, [f'last-for-{user}'])   # behind all that waited
        await client.pick(lambda e: e.get('id') == f'last-for-{user}')
        messages = [e for e in client.inbox if e.tag == '{jabber:client}message']
        client.abort()
        return messages


async def come_online(client):
    client.send('<presence/>')
    await client.pick(lambda e: e.get('from') == client.jid)


def names(word, count):
    return [f'{word}-{number}' for number in range(count)]


def must_be(who, messages, wanted):
    """These messages, in this order, each once and with the time at which the server first had it."""
    found = [message.get('id') for message in messages]
    if found != wanted:
        doubled = sorted({i for i in found if found.count(i) > 1})
        raise Unexpected(f'{who} got {len(found)} of {len(wanted)} messages; missing: {sorted(set(wanted) - set(found))[:5]}, strange: '
                         f'{sorted(set(found) - set(wanted))[:5]}, twice: {doubled[:5]}; or in another order: {found[:10]}')
    for message in messages:
        stamps = message.findall(DELAY)
        if len(stamps) != 1 or stamps[0].get('from') != 'capulet.example' or message.findtext(BODY) != message.get('id'):
            raise Unexpected(f'{who} got\n{show(message)}')


async def lose(company):
    """What waits for juliet and the nurse: live ones that they have not acknowledged, and those that came when they were gone."""
    await company.make()
    await company.enter('romeo', 'benvolio', 'juliet', 'nurse')
    juliet, nurse = company.clients['juliet'], company.clients['nurse']
    juliet.sulks = nurse.sulks = True
    await company.write('juliet', names('live', BEFORE))
    await company.write('nurse', names('nursed', 2))
    await juliet.pick(lambda e: e.get('id') == f'live-{BEFORE - 1}')
    await company.cut('juliet', 'nurse')
    await company.write('juliet', names('late', AFTER))
    # Of no use later, or not to be kept.
    await company.write('juliet', ['headline'], kind='headline')
    await company.write('juliet', ['state'], "<composing xmlns='http://jabber.org/protocol/chatstates'/>")
    await company.write('juliet', ['unkept'], "<body>{}</body><no-store xmlns='urn:xmpp:hints'/>")
    return names('live', BEFORE) + names('late', AFTER)


async def come_again(company, wanted):
    company.server.start()
    must_be('juliet', await company.again('juliet'), wanted)
    must_be('nurse', await company.again('nurse'), names('nursed', 2))
    must_be('juliet, once more,', await company.again('juliet'), [])
    must_be('benvolio of the other tenant', await alone(company.clients['benvolio']), [])


async def alone(client):
    client.abort()
    await client.login()
    await come_online(client)
    await client.answer(f"<iq type='get' id='last' to='{client.domain}'><ping xmlns='urn:xmpp:ping'/></iq>")
    return [e for e in client.inbox if e.tag == '{jabber:client}message']


async def killed(server):
    """kill -9 while sessions wait to be resumed: their users bind anew and get all that was acknowledged to its sender."""
    company = Company(server)
    wanted = await lose(company)
    server.kill()
    await come_again(company, wanted)
killed.settings = ['server.loops=3', 'server.log=debug']
CASES.append(('kill -9: what waits for a session to be resumed waits for the next one', killed))


async def stopped(server):
    """The same with SIGTERM."""
    company = Company(server)
    wanted = await lose(company)
    await asyncio.to_thread(server.terminate)
    await come_again(company, wanted)
stopped.settings = killed.settings
CASES.append(('SIGTERM: what waits for a session to be resumed waits for the next one', stopped))


async def resumed(server):
    """juliet resumes and acknowledges before the kill: nothing comes again; the nurse does not, and gets hers."""
    company = Company(server)
    wanted = await lose(company)
    juliet = company.clients['juliet']
    answer = await juliet.resume()
    if not answer.tag.endswith('}resumed'):
        raise Unexpected(f'juliet was answered {show(answer)}')
    for identity in wanted[BEFORE:]:
        await juliet.pick(lambda e, i=identity: e.get('id') == i)
    juliet.transport.send(f"<a xmlns='urn:xmpp:sm:3' h='{juliet.sm_received}'/>")
    juliet.send("<message to='nurse@capulet.example' type='chat' id='nursed-2'><body>nursed-2</body></message>")
    await juliet.drained()   # what came before it is on disk
    server.kill()
    company.server.start()
    must_be('juliet', await company.again('juliet'), [])
    must_be('nurse', await company.again('nurse'), names('nursed', 3))
resumed.settings = killed.settings
CASES.append(('kill -9: what a resumed session has acknowledged does not come again', resumed))


async def handed_over(server):
    """juliet was away, has come, and has acknowledged the first half of what waited when the server is killed: the rest comes again."""
    company = Company(server)
    await company.make()
    await company.enter('romeo')
    await company.write('juliet', names('kept', AFTER))
    juliet = company.clients['juliet']
    juliet.sulks = True
    await company.enter('juliet')
    await juliet.pick(lambda e: e.get('id') == f'kept-{AFTER - 1}')
    others = juliet.sm_received - AFTER   # her presence
    juliet.transport.send(f"<a xmlns='urn:xmpp:sm:3' h='{others + AFTER // 2}'/>")
    juliet.send("<message to='nurse@capulet.example' type='chat' id='nursed-0'><body>nursed-0</body></message>")
    await juliet.drained()
    server.kill()
    company.server.start()
    must_be('juliet', await company.again('juliet'), names('kept', AFTER)[AFTER // 2:])
    must_be('nurse', await company.again('nurse'), names('nursed', 1))
handed_over.settings = killed.settings
CASES.append(('kill -9: what was handed over and not acknowledged comes again', handed_over))
