"""Pushes: devices that sleep are woken by their push services, each tenant's by its own key, and nobody else's."""
import asyncio
import contextlib
import tempfile

from authority import Authority
from command_line import Commands
from fixtures.poll import poll
from fixtures.push_service import Device, PushService
from fixtures.server import Server
from stage import Stage, case, must_equal, must_refuse

BOTH = (('montague', 'romeo'), ('capulet', 'juliet'))


@contextlib.asynccontextmanager
async def with_pushes(*settings):
    """A stage on a server of its own that may reach the push service on loopback, and that service."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        ours = [f'push.ca_file="{authority.path("root.pem")}"', 'modules.push.wait=0', 'server.loops=3', *settings]
        async with PushService(authority.issue('localhost'), folder) as service:
            with await asyncio.to_thread(Server, 'pushes', ours) as server:
                own = Stage(server, 200)
                await own.set_up()
                try:
                    yield own, service
                finally:
                    own.leave()


ALLOWED = 'push.allow_private=true'
ANOTHERS_NAME = "<nick xmlns='http://jabber.org/protocol/nick'>The Prince</nick>"  # of a user of the tenant it says nothing


async def ask(stage, tenant, method, path, body=None):
    return await stage.call(method, path, body, stage.tenants[tenant]['api_key'])


async def subscribe(stage, service, tenant, user, **more):
    """Gives the site's key, and the device."""
    listed = await ask(stage, tenant, 'GET', f'/v1/users/{user}/push')
    device = Device(service, f'{user} phone')
    added = await ask(stage, tenant, 'POST', f'/v1/users/{user}/push', device.subscription(**more))
    must_equal('the answer', (listed.status, added.status), (200, 201))
    return listed.json['key'], device


async def say(stage, tenant, user, text):
    must_equal('the message', (await ask(stage, tenant, 'POST', '/v1/messages', {'to': f'user:{user}', 'text': text})).status, 201)


@case('pushes: a device is woken and reads what is for it; the other tenant sends by its own key')
async def woken(_stage):
    """RFC 8030, 8291 and 8292. Without `text` a push says that there is a message, and not who wrote what."""
    async with with_pushes(ALLOWED) as (stage, service):
        romeo_key, phone = await subscribe(stage, service, 'montague', 'romeo', text=True)
        juliet_key, other = await subscribe(stage, service, 'capulet', 'juliet')
        must_equal('that each tenant has a key of its own', romeo_key != juliet_key, True)
        benvolio = await stage.enter('benvolio')
        benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>Part, fools!</body>{ANOTHERS_NAME}</message>")
        push = await phone.next()
        key, claims = push.sender()
        must_equal('the key', key, romeo_key)
        must_equal('the contact', claims['sub'], 'https://' + stage.domains['montague'])
        said = push.read()
        must_equal('what it says', {k: said.get(k) for k in ('kind', 'count', 'with', 'name', 'text')},
                   {'kind': 'message', 'count': 1, 'with': 'user:benvolio', 'name': 'benvolio', 'text': 'Part, fools!'})
        must_equal('the topic', said['tag'], push.headers['topic'])
        must_equal('the headers', (push.headers['ttl'], push.headers['urgency']), ('86400', 'normal'))
        must_equal('that its length tells nothing', len(push.body), 86 + 512 + 17)
        must_equal('what the other tenant was sent', other.got, [])
        await say(stage, 'capulet', 'juliet', 'The clock struck nine')
        push = await other.next()
        must_equal('the key', push.sender()[0], juliet_key)
        said = push.read()
        must_equal('what it says', [said.get('with'), said.get('name'), said.get('text')], ['site', None, None])
        must_equal('what the first tenant was sent', phone.got, [])
        listed = (await ask(stage, 'montague', 'GET', '/v1/users/romeo/push')).json['devices']
        must_equal('the device', [(d['name'], d['service'], d['text'], d['last']['result'], d['last']['status']) for d in listed],
                   [('romeo phone', 'localhost', True, 'accepted', 201)])


@case('pushes: who is there, and who is blocked, wakes no device')
async def not_woken(_stage):
    """XEP-0191; a session that takes the message is enough. The last push is awaited, so that those before it would have come."""
    async with with_pushes(ALLOWED) as (stage, service):
        _, phone = await subscribe(stage, service, 'montague', 'romeo', text=True)
        romeo, benvolio = await stage.enter('romeo'), await stage.enter('benvolio')
        await stage.must_say(benvolio, romeo, 'Good morrow')
        await romeo.answer(f"<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='{stage.jid('juliet')}'/></block></iq>")
        await romeo.close()
        juliet = await stage.enter('juliet')
        juliet.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>Blocked</body></message>")
        must_equal('what a blocked sender is told', (await juliet.receive()).get('type'), 'error')
        benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>Awake?</body></message>")
        must_equal('the first push', (await phone.next()).read()['text'], 'Awake?')
        must_equal('more', phone.got, [])


@case('pushes: a call wakes at once')
async def called(_stage):
    """XEP-0353. It is worth a minute, urgent, and apart from what the caller says; the other tenant's devices sleep on."""
    async with with_pushes(ALLOWED) as (stage, service):
        _, phone = await subscribe(stage, service, 'montague', 'romeo', text=True)
        _, other = await subscribe(stage, service, 'capulet', 'juliet')
        benvolio = await stage.enter('benvolio')
        propose = "<propose xmlns='urn:xmpp:jingle-message:0' id='c1'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose>"
        benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'>{propose}<store xmlns='urn:xmpp:hints'/>{ANOTHERS_NAME}</message>")
        push = await phone.next()
        said = push.read()
        must_equal('what it says', {k: said.get(k) for k in ('kind', 'count', 'with', 'name', 'text')},
                   {'kind': 'call', 'count': 1, 'with': 'user:benvolio', 'name': 'benvolio', 'text': None})
        must_equal('the headers', (push.headers['ttl'], push.headers['urgency']), ('60', 'high'))
        benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>Pick up!</body></message>")
        second = (await phone.next()).read()
        must_equal('the message beside it', (second['kind'], second['text'], second['tag'] != said['tag']), ('message', 'Pick up!', True))
        must_equal('what the other tenant was sent', other.got, [])


@case('pushes: what is gone goes, what is busy is tried again')
async def answers(_stage):
    """RFC 8030 section 7.3 and RFC 6585: 410 ends a subscription, 429 with Retry-After is obeyed. The other device and tenant are not concerned."""
    async with with_pushes(ALLOWED) as (stage, service):
        _, gone = await subscribe(stage, service, 'montague', 'romeo')
        _, busy = await subscribe(stage, service, 'montague', 'benvolio')
        _, other = await subscribe(stage, service, 'capulet', 'juliet')
        gone.status, busy.status, busy.headers = 410, 429, {'Retry-After': '1'}
        await say(stage, 'montague', 'romeo', 'x')

        async def devices():
            return (await ask(stage, 'montague', 'GET', '/v1/users/romeo/push')).json['devices']
        await poll(devices, lambda found: not found, 'that the device is removed')
        await say(stage, 'montague', 'benvolio', 'x')
        first = await busy.next()
        busy.status, busy.headers = 201, {}
        again = await busy.next()
        must_equal('the topic of both tries', first.headers['topic'], again.headers['topic'])
        must_equal('that nothing is encrypted twice in the same way', first.body == again.body, False)
        must_equal('that the last try says the same', first.read(), again.read())
        must_equal('what the other tenant was sent', other.got, [])
        must_equal('pushes to what is gone', len(gone.got), 1)


@case('pushes: devices and keys outlive restarts and kills, and end with their account and tenant')
async def outlive(_stage):
    """An answer of 201 means that it is on disk."""
    async with with_pushes(ALLOWED) as (stage, service):
        key, phone = await subscribe(stage, service, 'montague', 'romeo')
        _, other = await subscribe(stage, service, 'capulet', 'juliet')
        for end in (stage.server.kill, stage.server.terminate):
            await asyncio.to_thread(end)
            await asyncio.to_thread(stage.server.start)
            stage.api = stage.server.api
            await say(stage, 'montague', 'romeo', 'x')
            push = await phone.next()
            must_equal('the key', push.sender()[0], key)
            push.read()
        must_equal('what the other tenant was sent', other.got, [])
        await asyncio.to_thread(stage.api.must, 'DELETE', f'/operator/v1/tenants/{stage.names["montague"]}/accounts/romeo')
        await asyncio.to_thread(stage.api.create_account, stage.names['montague'], 'romeo', 'pw-romeo')
        listed = (await ask(stage, 'montague', 'GET', '/v1/users/romeo/push')).json
        must_equal('what the next romeo has', listed, {'key': key, 'devices': []})
        await say(stage, 'montague', 'romeo', 'x')
        await say(stage, 'capulet', 'juliet', 'x')
        await other.next()
        must_equal('what the device of the last romeo was sent', phone.got, [])


@case('pushes: a test push says what came of it, by the API and on the command line')
async def tried(_stage):
    """One tenant's key, or a user's token, reaches its own devices alone."""
    async with with_pushes(ALLOWED) as (stage, service):
        must_refuse(await ask(stage, 'montague', 'POST', '/v1/users/romeo/push/test'), 404, 'no device')
        _, phone = await subscribe(stage, service, 'montague', 'romeo')
        answer = (await ask(stage, 'montague', 'POST', '/v1/users/romeo/push/test')).json
        must_equal('the result', [(d['name'], d['result'], d['status']) for d in answer['devices']], [('romeo phone', 'accepted', 201)])
        push = await phone.next()
        must_equal('what it says', push.read()['kind'], 'test')
        must_equal('the headers', (push.headers['ttl'], push.headers['urgency'], 'topic' in push.headers), ('60', 'high', False))
        phone.status = 500
        commands = Commands(stage, 'data')
        shown = await commands.json('account', 'test-push', stage.jid('romeo'))
        must_equal('the result', [(d['result'], d['status']) for d in shown['devices']], [('failed', 500)])
        must_refuse(await ask(stage, 'capulet', 'POST', '/v1/users/romeo/push/test'), 404)
        must_refuse(await ask(stage, 'capulet', 'DELETE', f'/v1/users/romeo/push/{answer["devices"][0]["id"]}'), 404)
        removed = await ask(stage, 'montague', 'DELETE', f'/v1/users/romeo/push/{answer["devices"][0]["id"]}')
        must_equal('the removal', removed.status, 204)


@case('pushes: nobody makes the server ask its own networks')
async def guarded(_stage):
    """The address that is connected to is judged, whatever name leads there (SSRF)."""
    async with with_pushes() as (stage, service):
        _, phone = await subscribe(stage, service, 'montague', 'romeo')
        numbers = {'endpoint': service.origin.replace('localhost', '127.0.0.1') + phone.path}
        must_equal('the answer', (await ask(stage, 'montague', 'POST', '/v1/users/romeo/push', phone.subscription() | numbers)).status, 201)
        answer = (await ask(stage, 'montague', 'POST', '/v1/users/romeo/push/test')).json
        must_equal('the results', sorted((d['service'], d['result']) for d in answer['devices']),
                   [('127.0.0.1', 'refused'), ('localhost', 'refused')])
        must_equal('what came', phone.got, [])
        for endpoint in ('http://push.example/x', 'https://user:pw@push.example/', 'file:///etc/passwd', 'https://push.example/' + 'x' * 1100,
                         'https://push.example/\r\nHost: other', ''):
            refused = await ask(stage, 'montague', 'POST', '/v1/users/romeo/push', phone.subscription() | {'endpoint': endpoint})
            must_refuse(refused, 400)
