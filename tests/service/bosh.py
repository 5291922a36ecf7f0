"""BOSH, request by request (XEP-0124, XEP-0206): what no client of the scenarios says."""
import hashlib
from xml.etree import ElementTree

from fixtures.bosh import BOSH, XBOSH, Post, Talk, answer_of
from fixtures.client import Unexpected
from fixtures.transport import STREAM
from stage import case, must_equal

NOTHING = f'<body xmlns="{BOSH}" />'
MESSAGE = "<message to='{0}' type='headline' xmlns='jabber:client'><body>{1}</body></message>"


def talk(stage, user='romeo', secure=False):
    stage.talks = getattr(stage, 'talks', 0) + 1
    addresses = stage.server.addresses
    domain = stage.domains[stage.users[user]]
    made = Talk(addresses['https' if secure else 'http'], domain, f'127.7.{stage.number}.{100 + stage.talks}')
    stage.clients.append(Leaver(made))
    return made


class Leaver:
    """In the list of clients that leave at the end of a case."""
    lost, jid, inbox = True, None, ()

    def __init__(self, made):
        self.abort = made.close


def text_of(body):
    ElementTree.register_namespace('', BOSH)
    return ElementTree.tostring(body).decode()


def must_end(body, condition):
    must_equal('the answer', (body.get('type'), body.get('condition')), ('terminate', condition))


def must_bring(body, *texts):
    must_equal('what is in the answer', [m.findtext('{jabber:client}body') for m in body.findall('{jabber:client}message')], list(texts))


@case('bosh: what a session is told at its begin, features too')
async def begins(stage):
    """XEP-0124 section 7.2 and XEP-0206 section 4; what the client wants is bounded."""
    one = talk(stage)
    body = await one.begin()
    found = {name: body.get(name) for name in ('wait', 'hold', 'requests', 'inactivity', 'polling', 'maxpause', 'ver', 'from')}
    must_equal('the terms', found, {'wait': '60', 'hold': '1', 'requests': '2', 'inactivity': '60', 'polling': '2', 'maxpause': '120', 'ver': '1.11',
                                    'from': stage.domains['montague']})
    must_equal('xmpp:version and xmpp:restartlogic', (body.get(f'{{{XBOSH}}}version'), body.get(f'{{{XBOSH}}}restartlogic')), ('1.0', 'true'))
    must_equal('what is in it', [e.tag for e in body], [f'{{{STREAM}}}features'])
    if len(one.sid) < 22 or one.sid == (await talk(stage).begin()).get('sid'):
        raise Unexpected(f'the sid can be guessed: {one.sid}')
    other = talk(stage, 'juliet')
    body = await other.ask(f"to='{other.domain}' ver='1.6' wait='86400' hold='100' content='text/html'")
    must_equal('the terms', [body.get(name) for name in ('wait', 'hold', 'requests', 'ver', 'from')], ['60', '2', '3', '1.6', other.domain])


@case('bosh: messages both ways, one answer for what came together')
async def talks(stage):
    """A request is held until something comes; another one releases it (section 5)."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    jid = await romeo.login('romeo', stage.password('romeo'))
    held = await romeo.say()
    second = await romeo.say(inner=MESSAGE.format(juliet.jid, 'one') + MESSAGE.format(juliet.jid, 'two'))
    must_equal('the first answer', text_of(await answer_of(held)), NOTHING)
    for text in ('one', 'two'):
        element = await juliet.receive()
        must_equal('what juliet gets', (element.get('from'), element.findtext('{jabber:client}body')), (jid, text))
    juliet.send(f"<message to='{jid}' type='headline'><body>three</body></message>")
    must_bring(await answer_of(second), 'three')


@case('bosh: an element without a namespace is a stanza')
async def without_namespace(stage):
    """XEP-0206 section 2: many clients leave it out."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    await romeo.login('romeo', stage.password('romeo'))
    await romeo.say(inner=f"<message to='{juliet.jid}' type='headline'><body>bare</body></message>")
    must_equal('what juliet gets', (await juliet.receive()).findtext('{jabber:client}body'), 'bare')


@case('bosh: requests out of order')
async def order(stage):
    """Section 14.2: the later one waits for the earlier one; both are answered in order."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    await romeo.login('romeo', stage.password('romeo'))
    late = await romeo.say(inner=MESSAGE.format(juliet.jid, 'second'), rid=romeo.rid + 2)
    early = await romeo.say(inner=MESSAGE.format(juliet.jid, 'first'), rid=romeo.rid + 1)
    must_equal('the first answer', text_of(await answer_of(early)), NOTHING)
    for text in ('first', 'second'):
        must_equal('what juliet gets', (await juliet.receive()).findtext('{jabber:client}body'), text)
    must_equal('whether the second is held', late.done(), False)


@case('bosh: a request that is repeated')
async def repeats(stage):
    """Section 14.3: the answer that was kept, and what stood in it counts once; of one that is held the later asker gets the answer."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    jid = await romeo.login('romeo', stage.password('romeo'))
    said = MESSAGE.format(juliet.jid, 'once')
    again = await romeo.hold(inner=said)
    must_equal('what juliet gets', (await juliet.receive()).findtext('{jabber:client}body'), 'once')
    juliet.send(f"<message to='{jid}' type='headline'><body>answer</body></message>")
    must_bring(await answer_of(again), 'answer')
    must_bring(await romeo.ask(inner=said, rid=romeo.rid), 'answer')
    must_end(await romeo.ask(rid=romeo.rid - 4), 'item-not-found')


@case('bosh: an answer that was lost')
async def lost_answers(stage):
    """What comes while no connection is open waits for the request to be repeated."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    jid = await romeo.login('romeo', stage.password('romeo'))
    await romeo.hold()
    romeo.close()
    juliet.send(f"<message to='{jid}' type='headline'><body>waits</body></message>")
    must_bring(await romeo.ask(rid=romeo.rid), 'waits')


@case('bosh: wait is over')
async def waits(stage):
    """Section 8: an empty answer, and the session goes on."""
    other = talk(stage, 'juliet')
    body = await other.ask(f"to='{other.domain}' ver='1.11' wait='1' hold='1'")
    other.sid = body.get('sid')
    for _ in range(2):
        must_equal('the answer', text_of(await other.ask()), NOTHING)


@case('bosh: polling alone')
async def polls(stage):
    """Section 12: with hold='0' each is answered at once; two in a row that bring nothing may not come too soon."""
    for terms in ("wait='60' hold='0'", "wait='0' hold='1'"):
        romeo = talk(stage)
        body = await romeo.ask(f"to='{romeo.domain}' ver='1.11' {terms}")
        romeo.sid = body.get('sid')
        must_equal('hold and requests', (body.get('hold'), body.get('requests')), ('0', '1'))
        must_equal('the answer', text_of(await romeo.ask()), NOTHING)
        must_end(await romeo.ask(), 'policy-violation')
        must_end(await romeo.ask(), 'item-not-found')


@case('bosh: a pause')
async def pauses(stage):
    """Section 10: all that is held is answered, with nothing in it; one that is too long ends the session."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    jid = await romeo.login('romeo', stage.password('romeo'))
    held = await romeo.say()
    pause = await romeo.ask("pause='120'")
    must_equal('the answers', [text_of(await answer_of(held)), text_of(pause)], [NOTHING, NOTHING])
    juliet.send(f"<message to='{jid}' type='headline'><body>later</body></message>")
    must_bring(await romeo.ask(), 'later')
    must_end(await romeo.ask("pause='121'"), 'policy-violation')


@case('bosh: the end, by the client')
async def ends(stage):
    """Section 13: what is in the last request is done; the oldest request is told, the others get nothing."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    await romeo.login('romeo', stage.password('romeo'))
    held = await romeo.say()
    last = await romeo.ask("type='terminate'", MESSAGE.format(juliet.jid, 'bye'))
    must_end(await answer_of(held), None)
    must_equal('the other answer', text_of(last), NOTHING)
    must_equal('what juliet gets', (await juliet.receive()).findtext('{jabber:client}body'), 'bye')
    must_end(await romeo.ask(), 'item-not-found')


@case('bosh: the end, by another client of that resource, while no request is open')
async def ends_later(stage):
    """The next request is told: a stream error in the answer (XEP-0206 section 6)."""
    romeo, juliet = talk(stage), await stage.enter('juliet')
    jid = await romeo.login('romeo', stage.password('romeo'))
    other = stage.client('romeo', 'tls', resource=jid.split('/')[1])
    await other.login()
    body = await romeo.ask()
    must_end(body, 'remote-stream-error')
    must_equal('what is in it', [[e.tag for e in error] for error in body], [['{urn:ietf:params:xml:ns:xmpp-streams}conflict',
                                                                             '{urn:ietf:params:xml:ns:xmpp-streams}text']])
    must_equal('juliet', juliet.lost, False)


@case('bosh: keys')
async def keys(stage):
    """Section 15: each is the hash of the next; the wrong one ends the session."""
    sequence = ['seed']
    for _ in range(6):
        sequence.append(hashlib.sha1(sequence[-1].encode()).hexdigest())
    romeo = talk(stage)
    body = await romeo.ask(f"to='{romeo.domain}' ver='1.11' wait='1' hold='1' newkey='{sequence.pop()}'")
    romeo.sid = body.get('sid')
    for _ in range(2):
        must_equal('the answer', text_of(await romeo.ask(f"key='{sequence.pop()}'")), NOTHING)
    must_end(await romeo.ask(f"key='{sequence[0]}'"), 'item-not-found')


@case('bosh: pages of other origins')
async def origins(stage):
    """Any page may ask, as any may open a WebSocket, and none can be made of an answer."""
    post = await Post(stage.server.addresses['http'], stage.domains['montague']).open()
    status, headers, _ = await post.ask('', method='OPTIONS', headers={'Origin': 'https://shop.example', 'Access-Control-Request-Method': 'POST'})
    must_equal('the preflight', (status, headers['access-control-allow-origin'], headers['access-control-allow-headers']), (204, '*', 'Content-Type'))
    status, headers, _ = await post.ask(f"<body xmlns='{BOSH}' rid='1' sid='x'/>", headers={'Origin': 'https://shop.example'})
    must_equal('the answer', (status, headers['access-control-allow-origin'], headers['content-type'], headers['x-content-type-options']),
               (200, '*', 'text/xml; charset=utf-8', 'nosniff'))
    must_equal('what a page of it may do', headers['content-security-policy'], "default-src 'none'; sandbox")
    post.abort()


@case('bosh: hosts')
async def hosts(stage):
    """A session is asked for at its tenant's host or at one of nobody's, and none without a tenant's name."""
    addresses = stage.server.addresses
    for attributes, host, condition in (
            ('', None, 'improper-addressing'), ("to='nobody.example'", None, 'host-unknown'), ("to='a b'", None, 'host-unknown'),
            (f"to='rooms.{stage.domains['montague']}'", None, 'host-unknown'),
            (f"to='{stage.domains['montague']}'", stage.domains['capulet'], 'host-unknown')):
        made = talk(stage)
        must_end(await made.ask(f"ver='1.11' {attributes}", host=host), condition)
    made = talk(stage)
    must_equal('a host of nobody', (await made.ask(f"to='{made.domain}'", host=addresses['http'].split('//')[1])).get('type'), None)


@case('bosh: a session that began under TLS')
async def under_tls(stage):
    """Section 18.1: without TLS it is not there, and it goes on."""
    one, other = talk(stage, secure=True), talk(stage)
    await one.begin()
    must_end(await other.ask(rid=one.rid + 1, sid=one.sid), 'item-not-found')
    body = await one.ask(inner="<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='NONE'/>")
    must_equal('the answer', [e.tag for e in body], ['{urn:ietf:params:xml:ns:xmpp-sasl}failure'])


@case('bosh: a client of before 1.6')
async def old(stage):
    """Section 17.1: it knows the codes of HTTP instead of conditions."""
    one = talk(stage)
    body = await one.ask(f"to='{one.domain}'")
    must_equal('the version', body.get('ver'), '1.5')
    one.sid = body.get('sid')
    status, _, _ = await (await one.say(rid=one.rid + 100))
    must_equal('the status', status, 404)


@case('bosh: the type of the answers')
async def types(stage):
    """Section 7.1, but for types that a browser takes for a page."""
    for wanted, found in (('text/html', 'text/xml; charset=utf-8'), ('text/plain', 'text/plain; charset=utf-8'), ('x', 'text/xml; charset=utf-8'),
                          ('application/xml; charset=utf-8', 'application/xml; charset=utf-8'), ('text/xmlx', 'text/xml; charset=utf-8')):
        one = talk(stage)
        _, headers, _ = await (await one.say(f"to='{one.domain}' ver='1.11' content='{wanted}'"))
        must_equal(f'the type for {wanted}', headers['content-type'], found)
