"""A disk that refuses writes for a while, or is full: nothing is lost, nobody is told what is not so, and it goes on by itself."""
import asyncio
import contextlib
import os
import shutil

from fixtures.client import SM, Client, Unexpected
from fixtures.poll import poll
from fixtures.server import logs_folder
from fixtures.shown import show
import shims

CASES = []
MAM = 'urn:xmpp:mam:2'
ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas'
USERS = {'montague': ('romeo', 'benvolio'), 'capulet': ('juliet', 'nurse')}
MIB = 1 << 20


def gate_of(name):
    return os.path.join(logs_folder(), f'{name}.gate')


def well(name):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(gate_of(name))


def ill(name, text):
    with open(gate_of(name), 'w', encoding='ascii') as file:
        file.write(text)


def jid_of(user):
    return f"{user}@{'capulet' if user in USERS['capulet'] else 'montague'}.example"


def client_of(server, user, name=None):
    return Client(server, name or user, user, jid_of(user).split('@')[1], 'pw-' + user)


async def make_house(server):
    """Two tenants with two users each, who are online and have a message in their archive, and mercutio, who was never here; and the
    tenants' keys."""
    keys, clients = {}, {}
    for tenant, users in USERS.items():
        made = await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example')
        keys[tenant] = made['api_key']
        for user in users:
            await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
            clients[user] = await client_of(server, user).login()
            clients[user].send('<presence/>')
            await clients[user].pick(lambda e, c=clients[user]: e.get('from') == c.jid)
        await clients[users[0]].answer("<iq type='set' id='friend'><query xmlns='jabber:iq:roster'>"
                                       f"<item jid='{jid_of(users[1])}' name='friend'/></query></iq>")
        say(clients[users[0]], users[1], 'before')
        await clients[users[1]].pick(lambda e: e.get('id') == 'before')
    await asyncio.to_thread(server.api.create_account, 'montague', 'mercutio', 'pw-mercutio')
    return keys, clients


def say(client, to, name):
    client.send(f"<message to='{jid_of(to)}' type='chat' id='{name}'><body>{name}</body></message>")


async def health(server, status, text):
    """Waits until /healthz says so."""
    await poll(lambda: asyncio.to_thread(server.api.call, 'GET', '/healthz', headers={'Accept': 'text/plain'}),
               lambda answer: answer.status == status and text in answer.body.decode(), f'{status} and {text!r} of /healthz')


def expect_refused(element, condition='resource-constraint'):
    error = element.find('{jabber:client}error')
    if error is None or error.get('type') != 'wait' or error.find(f'{{{ERRORS}}}{condition}') is None:
        raise Unexpected(f'no {condition} that asks to wait:\n{show(element)}')
    if len((error.findtext(f'{{{ERRORS}}}text') or '').split()) < 5:
        raise Unexpected(f'it says no sentence:\n{show(element)}')


async def refused(client, to, name):
    say(client, to, name)
    expect_refused(await client.pick(lambda e: e.get('id') == name))


async def ask(client, payload, kind='get'):
    """The answer to an iq, an error too."""
    client.asked = getattr(client, 'asked', 0) + 1
    number = f'ask-{client.asked}'
    client.send(f"<iq type='{kind}' id='{number}'>{payload}</iq>")
    return await client.pick(lambda e: e.get('id') == number)


async def archive(client):
    """The names of the messages in its archive; None for an error."""
    client.inbox.clear()
    answer = await ask(client, f"<query xmlns='{MAM}'/>", 'set')
    if answer.get('type') == 'error':
        expect_refused(answer)
        return None
    return [e.findtext('.//{jabber:client}body') for e in client.inbox if e.find(f'{{{MAM}}}result') is not None]


async def expect_archive(client, names):
    found = await archive(client)
    if found != names:
        raise Unexpected(f'the archive of {client.name} has {found} instead of {names}')


async def roster(client):
    answer = await ask(client, "<query xmlns='jabber:iq:roster'/>")
    if answer.get('type') != 'result':
        raise Unexpected(f'the roster answered\n{show(answer)}')
    return [item.get('jid') for item in answer.iter('{jabber:iq:roster}item')]


async def called(server, status, *call):
    answer = await asyncio.to_thread(server.api.call, *call)
    if answer.status != status:
        raise Unexpected(f'{call[:2]} answered {answer} instead of {status}')
    return answer


async def expect_bind_refused(server, user):
    """Who logs in while what is kept of them can't be read is told so, on a stream that stays."""
    client = client_of(server, user)
    await client.open()
    if refusal := await client.authenticate():
        raise Unexpected(f'{user} could not log in: {refusal}')
    expect_refused(await ask(client, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>", 'set'))
    return client


async def refuse_meanwhile(server, keys, clients):
    """What is asked while the data plane waits, with something of montague's on its way."""
    romeo, benvolio, juliet = (clients[user] for user in ('romeo', 'benvolio', 'juliet'))
    await refused(romeo, 'benvolio', 'refused')
    await refused(juliet, 'nurse', 'refused')
    expect_refused(await ask(romeo, "<query xmlns='jabber:iq:roster'><item jid='mercutio@montague.example'/></query>", 'set'))
    message = {'to': 'user:benvolio', 'text': 'refused', 'from': 'user:romeo'}
    for call in (('POST', '/v1/messages', message), ('PUT', '/v1/rooms/square', {}), ('DELETE', '/v1/users/benvolio', None)):
        answer = await called(server, refuse_meanwhile.status, *call, keys['montague'])
        if len(answer.json['detail'].split()) < 5:
            raise Unexpected(f'it says no sentence: {answer}')
    tenant = '/operator/v1/tenants/escalus'
    await called(server, 200, 'POST', tenant + '/suspend', {'reason': 'a reason'})
    await called(server, 200, 'POST', tenant + '/resume', {})
    await called(server, 204, 'PUT', tenant + '/accounts/prince/password', {'password': 'pw-of-prince'})
    if await archive(benvolio) is not None:
        raise Unexpected('an archive was read without what is on its way to it')
    await expect_archive(juliet, ['before'])
    if await roster(romeo) != [jid_of('benvolio')] or await roster(juliet) != [jid_of('nurse')]:
        raise Unexpected('a roster is not what it was')
    nurse = await client_of(server, 'nurse', 'nurse-2').login()
    nurse.abort()
    if any(e.get('id') == 'waiting' for e in benvolio.inbox):
        raise Unexpected('benvolio got what is not on disk')


async def waits_and_goes_on(server, shim, text):
    keys, clients = await make_house(server)
    await asyncio.to_thread(server.api.create_tenant, 'escalus', 'escalus.example')
    await asyncio.to_thread(server.api.create_account, 'escalus', 'prince', 'pw-prince')
    romeo, benvolio, juliet = (clients[user] for user in ('romeo', 'benvolio', 'juliet'))
    await romeo.enable_sm(resume=False)
    ill(shim, text)
    try:
        say(romeo, 'benvolio', 'waiting')
        await health(server, 503, 'disk')
        await refuse_meanwhile(server, keys, clients)
        late = await expect_bind_refused(server, 'mercutio')
        if romeo.sm_acked:
            raise Unexpected('what is not on disk was acknowledged')
    finally:
        well(shim)
    await health(server, 200, 'ok')
    await benvolio.pick(lambda e: e.get('id') == 'waiting')
    await romeo.drained()
    await late.bind()
    if await roster(late):
        raise Unexpected('mercutio knows nobody')
    for sender, to in ((romeo, 'benvolio'), (juliet, 'nurse')):
        say(sender, to, 'after')
        await clients[to].pick(lambda e: e.get('id') == 'after')
    await called(server, 201, 'POST', '/v1/messages', {'to': 'user:benvolio', 'text': 'called', 'from': 'user:romeo'}, keys['montague'])
    await romeo.drained()
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    for user, names in {'benvolio': ['before', 'waiting', 'after', 'called'], 'romeo': ['before', 'waiting', 'after', 'called'],
                        'juliet': ['before', 'after'], 'nurse': ['before', 'after']}.items():
        client = await client_of(server, user).login()
        await expect_archive(client, names)
        if user in ('romeo', 'juliet') and len(await roster(client)) != 1:
            raise Unexpected(f'the roster of {user} is not what it was')
        client.abort()


def disk_case(what, shim, text, status):
    async def case(server):
        """What was sent is acknowledged and delivered when the disk is well again, and not before; what is new is refused meanwhile, what can
        be read is read, and nothing that can't is said to be empty."""
        refuse_meanwhile.status = status
        await waits_and_goes_on(server, shim, text)

    def prepare():
        well(shim)
        return shims.preload(shim) | {shim.upper(): gate_of(shim), shim.upper() + '_OF': '/data/0'}
    case.prepare = prepare
    CASES.append((f'disk: {what}', case))


disk_case('a sync fails', 'failing_disk', 'fsync', 503)
disk_case('a write fails', 'failing_disk', 'write', 503)
disk_case('not a byte is free', 'full_disk', '', 507)


async def expect_refusal(server, *words):
    said = await asyncio.to_thread(server.refusal)
    for word in words:
        if word not in said.splitlines()[-1]:
            raise Unexpected(f'there is no {word!r} in the last line of\n{said}')


async def start_fails(server):
    """A start on a disk that takes no write ends, says which folder that is, and changes nothing that is there; nor does a first one."""
    _, clients = await make_house(server)
    await clients['romeo'].drained()
    await asyncio.to_thread(server.terminate)
    for text in ('fsync', 'write', 'write fsync'):
        ill('failing_disk', text)
        await expect_refusal(server, os.path.join(server.data, 'data'), 'start it again')
    well('failing_disk')
    await asyncio.to_thread(server.start)
    for user in ('romeo', 'juliet'):
        client = await client_of(server, user).login()
        await expect_archive(client, ['before'])
    await asyncio.to_thread(server.terminate)
    shutil.rmtree(server.data)
    os.mkdir(server.data)
    ill('failing_disk', 'fsync')
    await expect_refusal(server, os.path.join(server.data, 'data'), 'start it again')
    well('failing_disk')
    await asyncio.to_thread(server.start)
    await make_house(server)


def prepare_start():
    well('failing_disk')
    return shims.preload('failing_disk') | {'FAILING_DISK': gate_of('failing_disk'), 'FAILING_DISK_OF': '/data/0'}


start_fails.prepare = prepare_start
CASES.append(('disk: a start that can write nothing ends', start_fails))


async def control_plane_fails(server):
    """Accounts can't be made and that is said; messages go on; then all goes on."""
    _, clients = await make_house(server)
    account = ('/operator/v1/tenants/montague/accounts', {'localpart': 'paris', 'password': 'pw-paris'})
    ill('failing_disk', 'write fsync')
    try:
        await called(server, 503, 'POST', *account)
        await health(server, 503, 'disk')
        say(clients['romeo'], 'benvolio', 'after')
        await clients['benvolio'].pick(lambda e: e.get('id') == 'after')
        again = await client_of(server, 'juliet', 'juliet-2').login()
        again.abort()
    finally:
        well('failing_disk')
    await health(server, 200, 'ok')
    await called(server, 201, 'POST', *account)


def prepare_control_plane():
    well('failing_disk')
    return shims.preload('failing_disk') | {'FAILING_DISK': gate_of('failing_disk'), 'FAILING_DISK_OF': 'control.db'}


control_plane_fails.prepare = prepare_control_plane
CASES.append(('disk: the control plane fails', control_plane_fails))


async def enter_room(client, room):
    client.send(f"<presence to='{room}/{client.name}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    return await client.pick(lambda e: (e.get('from') or '').startswith(room))


async def little_room(server):
    """Below the reserve nothing new is taken; reading, logging in and removing go on, also after a start; then all goes on."""
    keys, clients = await make_house(server)
    await called(server, 201, 'PUT', '/v1/rooms/square', {}, keys['montague'])
    ill('little_room', str(100 * MIB))
    try:
        await health(server, 200, 'full')
        for sender, to in (('romeo', 'benvolio'), ('juliet', 'nurse')):
            await refused(clients[sender], to, 'refused')
        expect_refused(await enter_room(clients['romeo'], 'verona@rooms.montague.example'))
        for call in (('POST', '/v1/messages', {'to': 'user:benvolio', 'text': 'refused'}), ('PUT', '/v1/users/paris', {}),
                     ('PUT', '/v1/rooms/verona', {})):
            await called(server, 507, *call, keys['montague'])
        await called(server, 507, 'POST', '/operator/v1/tenants', {'name': 'escalus', 'domain': 'escalus.example'})
        ill('little_room', str(MIB))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        if os.path.exists(os.path.join(server.data, 'reserve')):
            raise Unexpected('the reserve file was not given up')
        for user in ('romeo', 'juliet'):
            clients[user] = await client_of(server, user).login()
            await expect_archive(clients[user], ['before'])
        expect_refused(await ask(clients['romeo'], "<query xmlns='jabber:iq:roster'><item jid='a@montague.example'/></query>", 'set'))
        removed = f"<query xmlns='jabber:iq:roster'><item jid='{jid_of('benvolio')}' subscription='remove'/></query>"
        if (await ask(clients['romeo'], removed, 'set')).get('type') != 'result':
            raise Unexpected('a contact could not be removed')
        await called(server, 204, 'DELETE', '/v1/rooms/square', None, keys['montague'])
        await called(server, 204, 'DELETE', '/v1/users/benvolio', None, keys['montague'])
        await called(server, 204, 'DELETE', '/operator/v1/tenants/capulet')
    finally:
        well('little_room')
    await health(server, 200, 'ok')
    await called(server, 201, 'PUT', '/v1/users/benvolio', {}, keys['montague'])
    say(clients['romeo'], 'benvolio', 'after')
    await expect_archive(clients['romeo'], ['before', 'after'])


def prepare_little_room():
    well('little_room')
    return shims.preload('little_room') | {'LITTLE_ROOM': gate_of('little_room')}


little_room.prepare = prepare_little_room
CASES.append(('disk: little room is left', little_room))
