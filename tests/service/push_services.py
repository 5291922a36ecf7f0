"""Push services of XMPP (XEP-0357) that are components of a tenant (XEP-0114), through restarts and outages; and the push endpoints of apps (UnifiedPush)."""
import asyncio
import contextlib
import re
import tempfile
import urllib.parse
from xml.etree import ElementTree

from components import entered, make
from fixtures import limits
from fixtures.client import Unexpected, show
from fixtures.component import COMPONENT
from fixtures.poll import poll
from fixtures.server import Server
from stage import Stage, case, must_equal, must_refuse

PUBSUB = '{http://jabber.org/protocol/pubsub}'
DATA = '{jabber:x:data}'
UP = 'http://gultsch.de/xmpp/drafts/unified-push'
APPLICATION, INSTANCE = 'EtD/1XPLmoIph7W73CZ/uyv6FAnhEAXY1GySHX17vAw=', 'bK3sdmrbtj3bf6XA2S12b8jJUA5TT1dhPEyeoZfVSRM='
OPTIONS = ("<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>"
           "<field var='secret'><value>hush</value></field></x>")


@contextlib.asynccontextmanager
async def own_stage(name):
    """On a server of its own, which a case may stop."""
    async with Server(name, ['modules.push.wait=0', 'server.loops=3']) as server:
        stage = Stage(server, 1)
        await stage.set_up()
        try:
            yield stage
        finally:
            stage.leave()


async def enable(client, service, node, options=OPTIONS):
    answer = await client.answer(f"<iq type='set' id='en{node}'><enable xmlns='urn:xmpp:push:0' jid='{service}' node='{node}'>{options}</enable></iq>")
    must_equal('the answer', answer.get('type'), 'result')


def fields(form):
    return {field.get('var'): field.findtext(f'{DATA}value') for field in form}


async def published(component):
    """What the next publish says: its sender, node, summary and options; it is answered."""
    iq = await component.receive()
    publish = iq.find(f'{PUBSUB}pubsub/{PUBSUB}publish')
    if iq.tag != f'{{{COMPONENT}}}iq' or publish is None:
        raise Unexpected(f'{component.name} should have been published to; it received\n{show(iq)}')
    options = iq.find(f'{PUBSUB}pubsub/{PUBSUB}publish-options/{DATA}x')
    component.send(f"<iq type='result' id='{iq.get('id')}' from='{component.name}' to='{iq.get('from')}'/>")
    summary = fields(publish.find(f'{PUBSUB}item/{{urn:xmpp:push:0}}notification/{DATA}x'))
    must_equal('the form', summary.pop('FORM_TYPE'), 'urn:xmpp:push:summary')
    return iq.get('from'), publish.get('node'), summary, None if options is None else fields(options).get('secret')


async def listed(stage, tenant='montague', user='romeo'):
    return (await stage.call('GET', f'/v1/users/{user}/push', None, stage.tenants[tenant]['api_key'])).json['devices']


def counts(messages):
    return {'message-count': str(messages), 'pending-subscription-count': '0'}


@case('push services: components of two tenants hear of their own accounts alone')
async def both_tenants(stage):
    """XEP-0357 sections 5 and 7: to a component, with its secret, from the account's bare address; the other tenant's hears nothing of it."""
    ours, theirs = await make(stage, 'montague', 'push'), await make(stage, 'capulet', 'push')
    async with entered(ours, theirs):
        romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
        await enable(romeo, ours.name, 'r')
        await enable(juliet, theirs.name, 'j')
        benvolio = await stage.enter('benvolio')
        await romeo.close()
        benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>Part, fools!</body></message>")
        must_equal('what is published', await published(ours), (stage.jid('romeo'), 'r', counts(1), 'hush'))
        await juliet.close()
        benvolio.send(f"<message to='{stage.jid('juliet')}' type='chat'><body>Gentle lady</body></message>")
        must_equal('what is published', await published(theirs), (stage.jid('juliet'), 'j', counts(1), 'hush'))
        must_equal('what came beside that', (ours.came.qsize(), theirs.came.qsize()), (0, 0))


@case('push services: a call wakes, and what waits is told of a session that waits to be resumed')
async def calls_and_sleep(_stage):
    """XEP-0353; XEP-0198: a hibernated session's user is woken. The subscription requests that wait are counted."""
    async with own_stage('push-sleep') as stage:
        ours = await make(stage, 'montague', 'push')
        async with entered(ours):
            romeo, benvolio = await stage.enter('romeo'), await stage.enter('benvolio')
            await enable(romeo, ours.name, 'r')
            await romeo.enable_sm()
            romeo.abort()
            benvolio.send(f"<presence to='{stage.jid('romeo')}' type='subscribe'/>")
            benvolio.send(f"<message to='{romeo.jid}' type='chat'><body>Part, fools!</body></message>")
            must_equal('what is published', (await published(ours))[2], {'message-count': '1', 'pending-subscription-count': '1'})
            benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><propose xmlns='urn:xmpp:jingle-message:0' id='c1'><description "
                          "xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose><store xmlns='urn:xmpp:hints'/></message>")
            must_equal('what is published of a call', (await published(ours))[2], {'message-count': '1', 'pending-subscription-count': '1'})


@case('push services: what is enabled outlives a restart, and ends with its account')
async def restart(_stage):
    """Also kill -9: the answer to <enable/> means that it is stored."""
    async with own_stage('push-restart') as stage:
        ours = await make(stage, 'montague', 'push')
        romeo = await stage.enter('romeo')
        await enable(romeo, ours.name, 'r')
        await enable(romeo, ours.name, 'gone')
        await romeo.answer(f"<iq type='set' id='dis'><disable xmlns='urn:xmpp:push:0' jid='{ours.name}' node='gone'/></iq>")
        stage.leave()
        await asyncio.to_thread(stage.server.kill)
        await asyncio.to_thread(stage.server.start)
        async with entered(ours):
            benvolio = await stage.enter('benvolio')
            benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>Part, fools!</body></message>")
            must_equal('what is published', await published(ours), (stage.jid('romeo'), 'r', counts(1), 'hush'))
            must_equal('that it is removed', (await stage.call('DELETE', '/v1/users/romeo', None, stage.tenants['montague']['api_key'])).status, 204)
            made = await stage.call('PUT', '/v1/users/romeo', {'name': 'Another'}, stage.tenants['montague']['api_key'])
            must_equal('that another has the name', made.status in (200, 201), True)
            must_equal('what they have', await listed(stage), [])
            must_equal('what else is published', ours.came.qsize(), 0)


@case('push services: one that is away, or of a server that is not known, stays enabled')
async def away(stage):
    """XEP-0357 section 7.1: nothing was said of the node; the service hears of what waits when it is back and a message comes."""
    ours = await make(stage, 'montague', 'push')
    romeo, benvolio = await stage.enter('romeo'), await stage.enter('benvolio')
    await enable(romeo, ours.name, 'r')
    await enable(romeo, 'push.conversations.im', 'c')
    await romeo.close()
    for number in range(5):
        benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>{number}</body></message>")

    async def failed():
        return [device for device in await listed(stage) if device.get('last', {}).get('result') == 'failed']
    await poll(failed, lambda devices: len(devices) == 2, 'two that have failed')
    must_equal('what is enabled', sorted(device['service'] for device in await listed(stage)), sorted([ours.name, 'push.conversations.im']))
    async with entered(ours):
        romeo = await stage.enter('romeo')
        await enable(romeo, ours.name, 'r', '')  # its app has come back, with other options: so the pause is over
        await romeo.close()
        benvolio.send(f"<message to='{stage.jid('romeo')}' type='chat'><body>Awake?</body></message>")
        must_equal('what is published', await published(ours), (stage.jid('romeo'), 'r', counts(1), None))


async def register(client, domain):
    answer = await client.answer(f"<iq type='set' id='up' to='{domain}'><register xmlns='{UP}' application='{APPLICATION}' instance='{INSTANCE}'/></iq>")
    if answer.get('type') != 'result':
        raise Unexpected(f'an endpoint should have been given; the answer is\n{show(answer)}')
    return urllib.parse.urlsplit(answer[0].get('endpoint'))


def post(stage, url, body, host=None):
    """The answer is awaited by its caller: the client comes in between."""
    at = (stage.server.addresses['https'], host or url.netloc)
    return asyncio.ensure_future(asyncio.to_thread(stage.api.call, 'POST', url.path, body, '', {'Content-Type': 'application/octet-stream'}, at))


async def pushed(client, condition=None):
    """The payload of the next push, which is answered."""
    iq = await client.receive()
    push = iq.find(f'{{{UP}}}push')
    if push is None or (push.get('application'), push.get('instance')) != (APPLICATION, INSTANCE):
        raise Unexpected(f'{client.name} should have received a push; it received\n{show(iq)}')
    error = f"<error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>" if condition else ''
    client.send(f"<iq type='{'error' if condition else 'result'}' id='{iq.get('id')}' to='{iq.get('from')}'>{error}</iq>")
    return push.text


@case('push endpoints: what an app server posts reaches the client, whose answer it gets')
async def unified_push(stage):
    """The draft of Conversations; RFC 8030 section 5. Users of the other tenant receive nothing, and its host takes nothing."""
    romeo, juliet = await stage.enter('romeo'), await stage.enter('juliet')
    url, other = await register(romeo, stage.domains['montague']), await register(juliet, stage.domains['capulet'])
    must_equal('where they are', (url.hostname, other.hostname), (stage.domains['montague'], stage.domains['capulet']))
    for condition, status in ((None, 201), ('item-not-found', 404), ('feature-not-implemented', 404), ('service-unavailable', 503)):
        answering = post(stage, url, b'title=Test\x00\xff')
        must_equal('the payload', await pushed(romeo, condition), 'dGl0bGU9VGVzdAD/')
        answer = await answering
        must_equal(f'the answer after {condition}', answer.status, status)
        if status == 201:
            must_equal('the headers', (answer.headers['TTL'], re.match(f'https://{url.netloc}/push/message/.+', answer.headers['Location']) is not None), ('0', True))
    must_refuse(await post(stage, url, b'x', other.netloc), 404)
    must_refuse(await post(stage, url, b'x' * 4097), 413)
    answering = post(stage, url, b'x' * 4096)
    must_equal('the payload', len(await pushed(romeo)), 5464)
    must_equal('the answer', (await answering).status, 201)
    await romeo.close()
    away_answer = await post(stage, url, b'x')
    must_refuse(away_answer, 503)
    must_equal('when to come again', away_answer.headers['Retry-After'], '60')
    await stage.nobody_received_more()


@case('push endpoints: they outlive a restart, and end with their account')
async def endpoint_restart(_stage):
    """Nothing of them is stored. One whose name somebody else has is not theirs."""
    async with own_stage('up-restart') as stage:
        romeo = await stage.client('romeo', resource='phone').login()
        url = await register(romeo, stage.domains['montague'])
        stage.leave()
        await asyncio.to_thread(stage.server.kill)
        await asyncio.to_thread(stage.server.start)
        romeo = await stage.client('romeo', resource='phone').login()
        answering = post(stage, url, b'x')
        must_equal('the payload', await pushed(romeo), 'eA==')
        must_equal('the answer', (await answering).status, 201)
        key = stage.tenants['montague']['api_key']
        must_equal('that it is removed', (await stage.call('DELETE', '/v1/users/romeo', None, key)).status, 204)
        must_refuse(await post(stage, url, b'x'), 404)
        await stage.call('PUT', '/v1/users/romeo', {'name': 'Another'}, key)
        must_refuse(await post(stage, url, b'x'), 404)
