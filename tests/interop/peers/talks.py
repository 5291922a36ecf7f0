"""What two servers owe to each other's users, whichever they are: each of these is played by a user of either and by one who stands by.

An end has `domain`, `rooms`, `users`, `c2s`, and says whether it has rooms, PEP and blocking. Nothing is timed: who must not hear
something is told something else later, by the way that the former would have taken."""
import asyncio

import slixmpp

from fixtures import limits
from with_slixmpp import befriend, get, must

ROLES = ('ann', 'bob')   # at each end; bob stands by


def user(role, talk_, here, there):
    return f'{role}-{talk_.__name__}-{here}-{there}'


def accounts(domain, *others, talks=None):
    """Of an end: for each talk with each other end, accounts of their own, so that no contact and no block is left of another."""
    pairs = [pair for other in others for pair in ((domain, other), (other, domain))]
    return {user(role, talk_, *pair): f'pw-{role}' for role in ROLES for talk_ in talks or TALKS for pair in pairs}


class Pair:
    """Two ends in a talk."""

    def __init__(self, network, here, there, talk_):
        self.network, self.here, self.there, self.talk = network, here, there, talk_

    async def play(self):
        await self.talk(self, self.here, self.there)

    async def enter(self, end, role, plugins=()):
        return await self.network.enter(end, user(role, self.talk, self.here.domain, self.there.domain), plugins)


async def heard(client, sender, body):
    """The next message, which must be this one."""
    message = await get(client.messages)
    must(message['body'] == body and message['from'].bare == sender.boundjid.bare,
         f'{client.boundjid} should hear {body!r} of {sender.boundjid}, and heard {message}')
    return message


async def stood_by(speaker, *bystanders):
    """They have heard nothing yet."""
    for bystander in bystanders:
        speaker.send_message(bystander.boundjid.full, 'And you', mtype='chat')
        await heard(bystander, speaker, 'And you')


async def talk(pair, here, there):
    """Each writes to the other's bare address and is answered at the full one; signs of XML and of other alphabets arrive as they are."""
    ann, other = await pair.enter(here, 'ann'), await pair.enter(there, 'ann')
    bob, others = await pair.enter(here, 'bob'), await pair.enter(there, 'bob')
    for one, two in ((ann, other), (other, ann)):
        body = f'<Hi> & "\u2615" \U0001f375 from {one.boundjid.domain}'
        one.send_message(two.boundjid.bare, body, mtype='chat')
        message = await heard(two, one, body)
        message.reply('So be it').send()
        await heard(one, two, 'So be it')
    await stood_by(other, bob)
    await stood_by(ann, others)


async def order(pair, here, there):
    """Fifty messages each way arrive in their order, though the first find no stream yet."""
    ann, other = await pair.enter(here, 'ann'), await pair.enter(there, 'ann')
    for number in range(50):
        ann.send_message(other.boundjid.bare, f'number {number}', mtype='chat')
        other.send_message(ann.boundjid.bare, f'number {number}', mtype='chat')
    for number in range(50):
        await heard(other, ann, f'number {number}')
        await heard(ann, other, f'number {number}')


async def subscribe(pair, here, there):
    """Both rosters end at subscription both; each hears that the other comes, changes and goes; who is no contact hears nothing."""
    ann, other = await pair.enter(here, 'ann'), await pair.enter(there, 'ann')
    bob = await pair.enter(there, 'bob')
    strange = []
    bob.add_event_handler('presence', lambda p: strange.append(p) if p['from'].bare != bob.boundjid.bare else None)
    await befriend(ann, other)
    for one, two in ((ann, other), (other, ann)):
        changed = asyncio.get_running_loop().create_future()

        def look(presence, one=one, changed=changed):
            if presence['from'] == one.boundjid and presence['show'] == 'dnd' and not changed.done():
                changed.set_result(presence['status'])
        two.add_event_handler('presence_dnd', look)
        one.send_presence(pshow='dnd', pstatus=f'busy at {one.boundjid.domain}')
        status = await asyncio.wait_for(changed, limits.ANSWER_S)
        must(status == f'busy at {one.boundjid.domain}', status)
    gone = other.awaited('got_offline')
    await ann.disconnect()
    must((await gone)['from'].bare == ann.boundjid.bare, 'another went')
    await stood_by(other, bob)
    must(not strange, f'who is no contact heard {strange}')


async def room(pair, here, there):
    """Users of both in a room at the second end: each hears the other, and that they go; who did not enter hears nothing."""
    name = f'tea-{here.domain}@{there.rooms}'
    host, guest = await pair.enter(there, 'ann', ['xep_0045']), await pair.enter(here, 'ann', ['xep_0045'])
    bob = await pair.enter(here, 'bob')
    await host['xep_0045'].join_muc_wait(name, 'Host', maxstanzas=0, timeout=limits.ANSWER_S)
    form = await host['xep_0045'].get_room_config(name)
    form['type'] = 'submit'
    await host['xep_0045'].set_room_config(name, form)
    await guest['xep_0045'].join_muc_wait(name, 'Guest', maxstanzas=0, timeout=limits.ANSWER_S)
    for speaker, nick in ((host, 'Host'), (guest, 'Guest')):
        speaker.send_message(name, f'{nick} speaks', mtype='groupchat')
        for client in (host, guest):
            while (message := await get(client.groupchats))['body'] != f'{nick} speaks':
                must(not message['body'], f'{client.boundjid} heard {message}')
            must(message['from'] == f'{name}/{nick}', str(message))
    left = host.awaited(f'muc::{name}::got_offline')
    guest['xep_0045'].leave_muc(name, 'Guest')
    while (await left)['from'] != f'{name}/Guest':
        left = host.awaited(f'muc::{name}::got_offline')
    await stood_by(guest, bob)


async def publish(pair, here, there):
    """What one publishes of themselves (PEP, XEP-0163) reaches a contact who asked for it by XEP-0115, and no stranger."""
    plugins = ['xep_0163', 'xep_0115', 'xep_0118']
    ann = await pair.enter(here, 'ann', plugins)
    other, bob = [await pair.enter(there, user, plugins) for user in ('ann', 'bob')]
    strange = []
    bob.add_event_handler('user_tune_publish', strange.append)
    await befriend(ann, other)
    tunes = asyncio.Queue()
    other.add_event_handler('user_tune_publish', tunes.put_nowait)
    other['xep_0163'].add_interest('http://jabber.org/protocol/tune')
    await other['xep_0115'].update_caps()
    await ann['xep_0118'].publish_tune(title='Tea for two', timeout=limits.ANSWER_S)
    while (tune := await get(tunes))['from'].bare != ann.boundjid.bare:
        pass
    must(tune['pubsub_event']['items']['item']['tune']['title'] == 'Tea for two', str(tune))
    await stood_by(ann, bob)
    must(not strange, f'a stranger heard {strange}')


async def block(pair, here, there):
    """Who is blocked (XEP-0191) is told service-unavailable, and is heard again once that ends."""
    ann, other = await pair.enter(here, 'ann'), await pair.enter(there, 'ann', ['xep_0191'])
    refused = asyncio.Queue()
    ann.add_event_handler('message_error', refused.put_nowait)
    await other['xep_0191'].block(ann.boundjid.bare, timeout=limits.ANSWER_S)
    ann.send_message(other.boundjid.bare, 'Blocked', mtype='chat')
    error = await get(refused)
    must(error['error']['condition'] == 'service-unavailable' and error['from'].bare == other.boundjid.bare, str(error))
    await other['xep_0191'].unblock(ann.boundjid.bare, timeout=limits.ANSWER_S)
    ann.send_message(other.boundjid.bare, 'Heard', mtype='chat')
    await heard(other, ann, 'Heard')


async def ask(pair, here, there):
    """A server says what it is (XEP-0030) and answers a ping (XEP-0199) of the other's users."""
    for one, two in ((here, there), (there, here)):
        ann = await pair.enter(one, 'ann')
        info = await ann['xep_0030'].get_info(two.domain, timeout=limits.ANSWER_S)
        must(any(identity[:2] == ('server', 'im') for identity in info['disco_info']['identities']), str(info))
        if two.has_rooms:
            info = await ann['xep_0030'].get_info(two.rooms, timeout=limits.ANSWER_S)
            must('http://jabber.org/protocol/muc' in info['disco_info']['features'], str(info))
        items = await ann['xep_0030'].get_items(two.domain, timeout=limits.ANSWER_S)
        must(items['from'] == two.domain, str(items))


async def nobody(pair, here, there):
    """A query to an account that is not there is answered by an error, and so is a message, unless a server keeps it to itself who is there
    (RFC 6121 section 8.5.1 allows both)."""
    for one, two in ((here, there), (there, here)):
        ann = await pair.enter(one, 'ann')
        if two.tells_of_nobody:
            await refusal(ann, f'nobody@{two.domain}', ('service-unavailable', 'item-not-found', 'subscription-required'))
        try:
            await ann['xep_0030'].get_info(f'nobody@{two.domain}', timeout=limits.ANSWER_S)
            must(False, f'nobody@{two.domain} should answer nothing')
        except slixmpp.exceptions.IqError as error:
            must(error.condition in ('service-unavailable', 'item-not-found', 'subscription-required'), error.condition)


async def refusal(client, address, conditions):
    """A message to the address must be refused for one of these reasons."""
    refused = asyncio.Queue()
    client.add_event_handler('message_error', refused.put_nowait)
    client.send_message(address, 'Are you there?', mtype='chat')
    error = await get(refused)
    must(error['error']['condition'] in conditions and error['from'].bare == address, f'one of {conditions} should come, and not {error}')
    client.del_event_handler('message_error', refused.put_nowait)


TALKS = (talk, order, subscribe, room, publish, block, ask, nobody)


def is_for(talk_, here, there):
    """Not every server has rooms, publishes or blocks by the XEPs that are played. Either may be the server's class."""
    needs = {room: there.has_rooms, publish: here.has_pep, block: there.has_blocking}
    return needs.get(talk_, True)
