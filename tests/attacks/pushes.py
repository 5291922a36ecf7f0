"""What can be tried by way of pushes: services that are other people, secrets that are long, endpoints that nobody was given, and floods."""
import asyncio
import base64
import concurrent.futures
import urllib.parse

from fixtures.client import Unexpected, show
from stage import STANZAS, case

UP = 'http://gultsch.de/xmpp/drafts/unified-push'
HASH = 'EtD/1XPLmoIph7W73CZ/uyv6FAnhEAXY1GySHX17vAw='


def enabling(identity, service, node, more='', to=''):
    target = f" to='{to}'" if to else ''
    return f"<iq type='set' id='{identity}'{target}><enable xmlns='urn:xmpp:push:0' jid='{service}' node='{node}'>{more}</enable></iq>"


async def must_be(client, request, *conditions):
    """Refused so; without a condition, taken."""
    answer = await client.answer(request)
    found = [c for c in conditions if answer.find(f'{{jabber:client}}error/{STANZAS}{c}') is not None]
    if bool(conditions) != (answer.get('type') == 'error') or (conditions and not found):
        raise Unexpected(f'the answer should have been {conditions or "a result"}; it is\n{show(answer)}')
    return answer


POSTERS = concurrent.futures.ThreadPoolExecutor(40)   # as many as a flood has


async def post(stage, path, body=b'x', tenant='a'):
    at = (stage.server.addresses['https'], stage.domains[tenant])
    return await asyncio.get_running_loop().run_in_executor(POSTERS, stage.api.call, 'POST', path, body, '', {}, at)


@case('push: a thousand services, and secrets of 100 KB')
async def _(stage):
    """An account has ten; the oldest make place. What is too long is refused, and nothing of it is kept."""
    client = await stage.attacker()
    form = ("<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>"
            "<field var='secret'><value>{}</value></field></x>")
    for number in range(1000):
        client.send(enabling(f's{number}', f'push{number}.nowhere.example', 'n', form.format('x' * 3000)))
    for number in range(1000):
        await client.pick(lambda e, number=number: e.get('id') == f's{number}')
    await must_be(client, enabling('long', 'push.example', 'n', form.format('x' * 100_000)), 'bad-request')
    await must_be(client, enabling('node', 'push.example', 'n' * 100_000), 'bad-request')
    fields = ''.join(f"<field var='f{n}'><value>1</value></field>" for n in range(1000))
    await must_be(client, enabling('many', 'push.example', 'n', form.format('x').replace('</x>', fields + '</x>')), 'bad-request')
    listed = await client.answer("<iq type='get' id='l'><push xmlns='urn:teahouse:push:0'/></iq>")
    services = [device.get('service') for device in listed[0]]
    if services != [f'push{number}.nowhere.example' for number in range(990, 1000)]:
        raise Unexpected(f'the account has {services}')
    for number in range(990, 1000):
        await must_be(client, f"<iq type='set' id='d{number}'><disable xmlns='urn:xmpp:push:0' jid='push{number}.nowhere.example'/></iq>")


@case("push: another account's services")
async def _(stage):
    """Forbidden, whether there is such an account or not."""
    client = await stage.attacker()
    for to in (stage.jid('alice'), stage.jid('victor'), f"ghost@{stage.domains['b']}"):
        await must_be(client, enabling('e', 'push.example', 'n', to=to), 'forbidden')
        await must_be(client, f"<iq type='set' id='d' to='{to}'><disable xmlns='urn:xmpp:push:0' jid='push.example'/></iq>", 'forbidden')


@case('push: a victim as the push service, and a flood of messages')
async def _(stage):
    """The victim's client is asked once, and not again before it has answered; its refusal ends it."""
    client, wendy = await stage.attacker(), await stage.client('wendy').login()
    await must_be(client, enabling('e', wendy.jid, 'n'))
    await client.close()
    alice = await stage.client('alice').login()
    for number in range(300):
        alice.send(f"<message to='{stage.jid('mallory')}' type='chat'><body>{number}</body></message>")
    await alice.answer(f"<iq type='get' id='ping' to='{stage.domains['a']}'><ping xmlns='urn:xmpp:ping'/></iq>")
    publish = await wendy.pick(lambda e: e.get('id', '').startswith('push-'))
    wendy.send(f"<iq type='error' id='{publish.get('id')}' to='{publish.get('from')}'><error type='cancel'><feature-not-implemented "
               "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
    # Answered at mallory's home, behind the refusal.
    await wendy.answer(f"<iq type='get' id='behind' to='{stage.jid('mallory')}'><ping xmlns='urn:xmpp:ping'/></iq>")
    alice.send(f"<message to='{stage.jid('mallory')}' type='chat'><body>more</body></message>")
    more = [show(e) for e in wendy.inbox if e.get('id', '').startswith('push-')]
    if more:
        raise Unexpected('the victim was asked again:\n' + '\n'.join(more))
    back = await stage.attacker()
    listed = await back.answer("<iq type='get' id='l'><push xmlns='urn:teahouse:push:0'/></iq>")
    if len(listed[0]):
        raise Unexpected(f'the service should be gone; there are\n{show(listed)}')


@case('push endpoint: one that nobody was given, or of the other tenant')
async def _(stage):
    """404, whatever stands there; a changed letter is enough."""
    client = await stage.attacker()
    answer = await must_be(client, f"<iq type='set' id='r' to='{stage.domains['a']}'><register xmlns='{UP}' application='{HASH}' instance='{HASH}'/></iq>")
    path = urllib.parse.urlsplit(answer[0].get('endpoint')).path
    token = path.rpartition('/')[2]
    wrong = ['', 'x', 'x' * 1000, token[:-2] + ('AA' if token[-2:] != 'AA' else 'BB'), token[1:], token + 'A', token.upper(), base64.b64encode(b'\0' * 200).decode(),
             '..%2F..%2Fetc%2Fpasswd', '%00', 'v2.local.' + token]
    for name in wrong:
        found = await post(stage, '/push/' + name)
        if found.status not in (400, 404):
            raise Unexpected(f'{name!r} was answered {found}')
    found = await post(stage, path, tenant='b')
    if found.status != 404:
        raise Unexpected(f'the other tenant answered {found}')
    await must_be(await stage.client('victor').login(), f"<iq type='set' id='r' to='{stage.domains['a']}'><register xmlns='{UP}' application='{HASH}' "
                  f"instance='{HASH}'/></iq>", 'forbidden')
    if [e for e in client.inbox if e.get('id', '').startswith('up-')]:
        raise Unexpected('something was pushed')


@case('push endpoint: a flood')
async def _(stage):
    """Sixteen are under way to a silent client and the others are told to wait; what is too large is not taken."""
    client = await stage.attacker()
    answer = await must_be(client, f"<iq type='set' id='r' to='{stage.domains['a']}'><register xmlns='{UP}' application='{HASH}' instance='{HASH}'/></iq>")
    path = urllib.parse.urlsplit(answer[0].get('endpoint')).path
    large = await post(stage, path, b'x' * 1_000_000)
    if large.status != 413:
        raise Unexpected(f'a megabyte was answered {large}')
    posts = [asyncio.ensure_future(post(stage, path)) for _ in range(40)]
    taken = set()
    while len(taken) < 16:
        push = await client.pick(lambda e: e.get('id', '').startswith('up-'))
        taken.add(push.get('id'))
    while sum(task.done() for task in posts) < 24:
        await asyncio.wait([task for task in posts if not task.done()], return_when=asyncio.FIRST_COMPLETED)
    if any(task.result().status != 429 or not task.result().headers['Retry-After'] for task in posts if task.done()):
        raise Unexpected(f'those beyond 16 were answered {[task.result().status for task in posts if task.done()]}')
    for identity in taken:
        client.send(f"<iq type='result' id='{identity}' to='{stage.domains['a']}'/>")
    statuses = sorted(answer.status for answer in await asyncio.gather(*posts))
    if statuses != [201] * 16 + [429] * 24:
        raise Unexpected(f'the answers were {statuses}')
