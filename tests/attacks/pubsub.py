"""What a user can try against nodes, their owners and those who are told of them."""
from fixtures.client import Unexpected
from fixtures.shown import show
from stage import STANZAS, alive, case

PUBSUB = 'http://jabber.org/protocol/pubsub'
ITEM = "<item id='{id}'><x xmlns='urn:example'>{text}</x></item>"


def publish(identity, node, items, to=''):
    target = f" to='{to}'" if to else ''
    return (f"<iq type='set' id='{identity}'{target}><pubsub xmlns='{PUBSUB}'><publish node='{node}'>{items}</publish>"
            '</pubsub></iq>')


def items(identity, node, more='', to=''):
    target = f" to='{to}'" if to else ''
    return (f"<iq type='get' id='{identity}'{target}><pubsub xmlns='{PUBSUB}'><items node='{node}'/>{more}</pubsub></iq>")


def is_error(answer, condition):
    return answer.get('type') == 'error' and answer.find(f'{{jabber:client}}error/{STANZAS}{condition}') is not None


async def refused(client, request, condition):
    answer = await client.answer(request)
    if not is_error(answer, condition):
        raise Unexpected(f'not {condition}, but\n{show(answer)}')


@case('39 publish to the node of another')
async def foreign(stage):
    """Forbidden, whether there is such a node and account or not; nobody is told."""
    client = await stage.attacker()
    for to in (stage.victor.jid.split('/')[0], 'ghost@b.example'):
        for node in ('urn:xmpp:avatar:metadata', 'mallory'):
            await refused(client, publish('p', node, ITEM.format(id=1, text='x'), to), 'forbidden')
    await alive(client)


@case('39 an item of 200 KB, and a hundred of 1 KB in a node of one')
async def large_items(stage):
    """The first is refused, of the others the last is kept."""
    client = await stage.attacker()
    await refused(client, publish('p1', 'big', ITEM.format(id=1, text='x' * 200_000)), 'not-acceptable')
    many = ''.join(ITEM.format(id=n, text='x' * 1000) for n in range(100))
    answer = await client.answer(publish('p2', 'many', many))
    if answer.get('type') != 'result':
        raise Unexpected(f'a hundred items were answered\n{show(answer)}')
    await refused(client, publish('p3', 'many', many + ITEM.format(id='x', text='x')), 'bad-request')
    answer = await client.answer(items('g1', 'many'))
    if [i.get('id') for i in answer.iter(f'{{{PUBSUB}}}item')] != ['99']:
        raise Unexpected(f'the node has\n{show(answer)[:500]}')
    await alive(client)


@case('39 sixty long answers asked for at once')
async def asked_at_once(stage):
    """Each has its answer, once; another's short question, asked after them, has its own too."""
    client, alice = await stage.attacker(), await stage.client('alice').login()
    if (await client.answer(publish('p1', 'long', ITEM.format(id=1, text='x' * 120_000)))).get('type') != 'result':
        raise Unexpected('nothing was published')
    client.send(''.join(items(f'g{number}', 'long') for number in range(60)))
    await refused(alice, items('a1', 'long', to=client.jid.split('/')[0]), 'not-authorized')
    left = {f'g{number}' for number in range(60)}
    while left:
        answer = await client.receive()
        if answer.get('id') not in left or len(list(answer.iter(f'{{{PUBSUB}}}item'))) != 1:
            raise Unexpected(f'with answers to {sorted(left)} to come, this came:\n{show(answer)[:500]}')
        left.remove(answer.get('id'))
    await alive(client)


@case('39 more bytes than an account may keep')
async def full(stage):
    """resource-constraint before the plan's bytes are passed; after a purge there is room again."""
    client = await stage.attacker()
    create = (f"<iq type='set' id='c'><pubsub xmlns='{PUBSUB}'><create node='heap'/><configure><x xmlns='jabber:x:data' type='submit'>"
              f"<field var='FORM_TYPE'><value>{PUBSUB}#node_config</value></field>"
              "<field var='pubsub#max_items'><value>max</value></field></x></configure></pubsub></iq>")
    if (await client.answer(create)).get('type') != 'result':
        raise Unexpected('no node was made')
    for number in range(1000):
        answer = await client.answer(publish(f'p{number}', 'heap', ITEM.format(id=number, text='x' * 120_000)))
        if answer.get('type') != 'result':
            break
    if not is_error(answer, 'resource-constraint') or number * 120_000 > 40_000_000:
        raise Unexpected(f'after {number} items came\n{show(answer)[:500]}')
    purge = f"<iq type='set' id='u'><pubsub xmlns='{PUBSUB}#owner'><delete node='heap'/></pubsub></iq>"
    if (await client.answer(purge)).get('type') != 'result':
        raise Unexpected('the node was not deleted')
    if (await client.answer(publish('again', 'heap', ITEM.format(id=1, text='x')))).get('type') != 'result':
        raise Unexpected('there is no room after the deletion')
    await alive(client)


@case('39 bookmarks of 700 KB, as one list')
async def large_list(stage):
    """Neither made nor changed as a whole: resource-constraint, until some are removed."""
    client = await stage.attacker()
    node, get = 'urn:xmpp:bookmarks:1', "<iq type='get' id='{}'><query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query></iq>"
    store = "<iq type='set' id='{}'><query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query></iq>"
    create = (f"<iq type='set' id='c'><pubsub xmlns='{PUBSUB}'><create node='{node}'/><configure><x xmlns='jabber:x:data' type='submit'>"
              f"<field var='FORM_TYPE'><value>{PUBSUB}#node_config</value></field>"
              "<field var='pubsub#max_items'><value>max</value></field></x></configure></pubsub></iq>")
    if (await client.answer(create)).get('type') != 'result':
        raise Unexpected('no node was made')
    for number in range(6):
        answer = await client.answer(publish(f'p{number}', node, ITEM.format(id=f'r{number}@rooms.a.example', text='x' * 120_000)))
        if answer.get('type') != 'result':
            raise Unexpected(f'a bookmark was answered\n{show(answer)[:500]}')
    for number in range(20):
        client.send(get.format(f'g{number}'))
    for number in range(20):
        answer = await client.pick(lambda element, wanted=f'g{number}': element.get('id') == wanted)
        if not is_error(answer, 'resource-constraint'):
            raise Unexpected(f'not resource-constraint, but\n{show(answer)[:500]}')
    await refused(client, store.format('s'), 'resource-constraint')
    delete = f"<iq type='set' id='u'><pubsub xmlns='{PUBSUB}#owner'><delete node='{node}'/></pubsub></iq>"
    for request in (delete, store.format('again'), get.format('at last')):
        if (await client.answer(request)).get('type') != 'result':
            raise Unexpected(f'not done: {request}')
    await alive(client)


@case('39 pages of no sense')
async def pages(stage):
    """A number beyond all bounds is the largest, an item that is not there is not found, and nothing is ever run."""
    client = await stage.attacker()
    await client.answer(publish('p', 'news', ITEM.format(id=1, text='x')))
    rsm = "<set xmlns='http://jabber.org/protocol/rsm'>{}</set>"
    answer = await client.answer(items('g1', 'news', rsm.format(f'<max>{10 ** 20}</max>')))
    if len(list(answer.iter(f'{{{PUBSUB}}}item'))) != 1:
        raise Unexpected(f'max of 10^20 gave\n{show(answer)}')
    await refused(client, items('g2', 'news', rsm.format("<after>' OR 1=1--</after>")), 'item-not-found')
    await refused(client, items('g3', 'news', rsm.format('<max>-1</max>')), 'bad-request')
    await refused(client, items('g4', '../news'), 'item-not-found')
    await alive(client)


@case('39 nodes without end')
async def nodes(stage):
    """An account has no more nodes than it may, and a name has an end."""
    client = await stage.attacker()
    for number in range(400):
        answer = await client.answer(publish(f'p{number}', f'node-{number}', ITEM.format(id=1, text='x')))
        if answer.get('type') != 'result':
            break
    if not is_error(answer, 'resource-constraint') or number > 250:
        raise Unexpected(f'after {number} nodes came\n{show(answer)}')
    await refused(client, publish('long', 'x' * 5000, ITEM.format(id=1, text='x')), 'not-acceptable')
    await refused(client, publish('id', 'node-0', ITEM.format(id='x' * 5000, text='x')), 'not-acceptable')
    for made in range(number):  # else the cases that follow have no room for a picture
        await client.answer(f"<iq type='set' id='d{made}'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='node-{made}'/>"
                            '</pubsub></iq>')
    await alive(client)


@case('39 a service that is flooded')
async def service_flood(stage):
    """With nodes, items and subscribers it is full at its limits; no address of the other tenant is subscribed against its will, and none is
    told of anything; a service of another tenant takes no node."""
    client, other = await stage.attacker(), await stage.client('wendy').login()
    service, victim = 'pubsub.a.example', stage.victor.jid.split('/')[0]
    await refused(client, publish('f', 'foreign', ITEM.format(id=1, text='x'), 'pubsub.b.example'), 'item-not-found')
    for number in range(400):
        answer = await client.answer(publish(f'n{number}', f'node-{number}', ITEM.format(id=1, text='x'), service))
        if answer.get('type') != 'result':
            break
    if not is_error(answer, 'resource-constraint') or number > 250:
        raise Unexpected(f'after {number} nodes came\n{show(answer)}')
    for page in range(13):
        await client.answer(publish(f'i{page}', 'node-0', ''.join(ITEM.format(id=f'{page}-{n}', text='x') for n in range(100)), service))
    answer = await client.answer(items('g', 'node-0', "<set xmlns='http://jabber.org/protocol/rsm'><max>1</max></set>", service))
    count = answer.find('.//{http://jabber.org/protocol/rsm}count').text
    if count != '1000':
        raise Unexpected(f'a node has {count} items')
    for number in range(60):
        answer = await other.answer(f"<iq type='set' id='s{number}' to='{service}'><pubsub xmlns='{PUBSUB}'>"
                                    f"<subscribe node='node-1' jid='wendy@b.example/{number}'/></pubsub></iq>")
        if answer.get('type') != 'result':
            break
    if not is_error(answer, 'policy-violation') or number > 20:
        raise Unexpected(f'after {number} subscriptions came\n{show(answer)}')
    await refused(client, f"<iq type='set' id='v' to='{service}'><pubsub xmlns='{PUBSUB}#owner'><subscriptions node='node-0'>"
                  f"<subscription jid='{victim}' subscription='subscribed'/></subscriptions></pubsub></iq>", 'not-allowed')
    for state in ('member', 'none'):
        many = ''.join(f"<affiliation jid='u{n}@b.example' affiliation='{state}'/>" for n in range(3000))
        answer = await client.answer(f"<iq type='set' id='a' to='{service}'><pubsub xmlns='{PUBSUB}#owner'><affiliations node='node-0'>"
                                     f"{many}</affiliations></pubsub></iq>")
        if answer.get('type') != 'result':
            raise Unexpected(f'affiliations were answered\n{show(answer)[:500]}')
    await client.answer(publish('p', 'node-0', ITEM.format(id=1, text='x'), service))
    await alive(client)


@case('39 a flood of capabilities')
async def caps_flood(stage):
    """Hashes that fit nothing are asked for, and never believed; the session goes on and memory does not grow without end."""
    client = await stage.attacker()
    for number in range(2000):
        ver = f'{number:027d}='
        client.send(f"<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='{ver}'/></presence>")
    answer = await client.answer("<iq type='get' id='end'><ping xmlns='urn:xmpp:ping'/></iq>")
    if answer.get('type') != 'result':
        raise Unexpected(f'a ping was answered\n{show(answer)}')
