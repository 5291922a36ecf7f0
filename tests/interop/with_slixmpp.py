"""slixmpp (Debian 12: 1.8.3), which trusts the server's own certificate authority and checks names."""
import asyncio
import base64
import hashlib
import logging
import warnings

warnings.simplefilter('ignore')
logging.getLogger('slixmpp').setLevel(logging.CRITICAL)
import slixmpp  # noqa: E402

from fixtures import limits  # noqa: E402
from fixtures.client import Unexpected  # noqa: E402
from fixtures.stage import case_table

CASES, case = case_table('slixmpp: ')


class User(slixmpp.ClientXMPP):
    """A slixmpp client whose stanzas are awaited from queues."""

    def __init__(self, stage, user, resource='slix', plugins=(), jid=None, password=None, **details):
        super().__init__(f'{jid or stage.jid(user)}/{resource}', password or stage.password(user), **details)
        self.stage = stage
        self.ca_certs = stage.ca
        for plugin in ('xep_0030', 'xep_0199', *plugins):
            self.register_plugin(plugin)
        self.messages, self.groupchats = asyncio.Queue(), asyncio.Queue()
        self.add_event_handler('message', lambda m: self.messages.put_nowait(m) if m['type'] != 'groupchat' else None)
        self.add_event_handler('groupchat_message', self.groupchats.put_nowait)
        self.add_event_handler('failed_auth', lambda _: stage.log.append('slixmpp: failed_auth'))
        stage.closers.append(self.abort)

    async def login(self, listener='c2s'):
        """Connected, session started, presence sent."""
        return await self.login_at('127.0.0.1', self.stage.port(listener), listener == 'c2s_tls')

    async def login_at(self, address, port, direct=False):
        started = self.awaited('session_start')
        self.connect((address, port), use_ssl=direct, disable_starttls=direct)
        await started
        self.send_presence()
        return self

    def awaited(self, name):
        """A future for the next event of this name."""
        return asyncio.ensure_future(asyncio.wait_for(self.wait_until(name, limits.ANSWER_S), limits.ANSWER_S))


async def get(queue):
    return await asyncio.wait_for(queue.get(), limits.ANSWER_S)


def must(truth, why):
    if not truth:
        raise Unexpected(why)


for listener in ('c2s', 'c2s_tls'):
    @case(f'login, ping and chat between two tenants, {listener}')
    async def _(stage, listener=listener):
        """Certificates of both tenants' domains are good under the server's CA."""
        romeo = await User(stage, 'romeo').login(listener)
        juliet = await User(stage, 'juliet').login(listener)
        benvolio = await User(stage, 'benvolio').login(listener)
        await romeo['xep_0199'].ping(stage.domains['montague'])
        romeo.send_message(juliet.boundjid, 'Hi & <hello>', mtype='chat')
        message = await get(juliet.messages)
        must(message['body'] == 'Hi & <hello>' and message['from'] == romeo.boundjid, str(message))
        must(benvolio.messages.empty(), 'benvolio got something')


async def befriend(romeo, juliet):
    """slixmpp asks, approves and asks back by itself; both rosters end at subscription both. Gives the first presence that romeo sees."""
    both = asyncio.Event()

    def look(_):
        if all(one.client_roster[other.boundjid.bare]['subscription'] == 'both'
               for one, other in ((romeo, juliet), (juliet, romeo))):
            both.set()
    for one in (romeo, juliet):
        one.auto_authorize = one.auto_subscribe = True
        one.add_event_handler('roster_update', look)
        await one.get_roster()
    seen = romeo.awaited('got_online')
    romeo.send_presence_subscription(juliet.boundjid.bare)
    await asyncio.wait_for(both.wait(), limits.ANSWER_S)
    return await seen


@case('roster and subscriptions between two tenants')
async def roster(stage):
    """Both rosters end at subscription both, and presence flows."""
    romeo, juliet = await User(stage, 'romeo').login(), await User(stage, 'juliet').login()
    presence = await befriend(romeo, juliet)
    must(presence['from'].bare in (juliet.boundjid.bare, romeo.boundjid.bare), str(presence))


PICTURE = base64.b64decode('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7')
PICTURE_HASH = hashlib.sha1(PICTURE).hexdigest()


@case('avatar published in PEP, found by the hash in presence')
async def avatar_of_pep(stage):
    """One client publishes by XEP-0084; the other knows XEP-0153 alone, hears of the hash, and reads the vCard."""
    romeo = await User(stage, 'romeo', plugins=['xep_0084']).login()
    juliet = User(stage, 'juliet', plugins=['xep_0153'])
    updates = asyncio.Queue()
    juliet.add_event_handler('vcard_avatar_update', updates.put_nowait)
    await juliet.login()
    nurse = await User(stage, 'nurse', plugins=['xep_0153']).login()
    await befriend(romeo, juliet)
    await romeo['xep_0084'].publish_avatar(PICTURE)
    await romeo['xep_0084'].publish_avatar_metadata({'id': PICTURE_HASH, 'type': 'image/gif', 'bytes': len(PICTURE)})
    while True:
        presence = await get(updates)
        if presence['from'].bare == romeo.boundjid.bare and presence['vcard_temp_update']['photo']:
            break
    must(presence['vcard_temp_update']['photo'] == PICTURE_HASH, str(presence))
    vcard = await juliet['xep_0054'].get_vcard(romeo.boundjid.bare, cached=False)
    must(vcard['vcard_temp']['PHOTO']['BINVAL'] == PICTURE, str(vcard))
    try:
        await nurse['xep_0054'].get_vcard(romeo.boundjid.bare, cached=False)
        must(False, 'a stranger has a picture that is for contacts')
    except slixmpp.exceptions.IqError as error:
        must(error.condition == 'service-unavailable', error.condition)


@case('photo in a vCard, found as an avatar in PEP')
async def avatar_of_vcard(stage):
    """One client knows XEP-0153 alone; the other is told by XEP-0084, and reads the data node."""
    romeo = await User(stage, 'romeo', plugins=['xep_0153']).login()
    juliet = await User(stage, 'juliet', plugins=['xep_0084']).login()
    await befriend(romeo, juliet)
    card = romeo['xep_0054'].make_vcard()
    card['FN'] = 'Romeo'
    await romeo['xep_0054'].publish_vcard(card)
    told = juliet.awaited('avatar_metadata_publish')
    await romeo['xep_0153'].set_avatar(avatar=PICTURE, mtype='image/gif')
    message = await told
    info = next(iter(message['pubsub_event']['items']['item']['avatar_metadata']['items']))
    must(info['id'] == PICTURE_HASH and info['type'] == 'image/gif', str(message))
    data = await juliet['xep_0084'].retrieve_avatar(romeo.boundjid.bare, PICTURE_HASH)
    must(data['pubsub']['items']['item']['avatar_data']['value'] == PICTURE, str(data))


for name in ('straße', 'νίκος'):
    @case(f'a name and a password that stringprep changes: {name}, m²tea')
    async def _(stage, name=name):
        """It prepares addresses as RFC 3920 and passwords as RFC 4013: it logs in, and what it writes to arrives, in both directions."""
        domain = stage.domains['montague']
        await asyncio.to_thread(stage.api.create_account, stage.names['montague'], name, 'm²tea')
        user = await User(stage, 'romeo', jid=f'{name}@{domain}', password='m²tea').login()
        juliet, benvolio = await User(stage, 'juliet').login(), await User(stage, 'benvolio').login()
        juliet.send_message(f'{name}@{domain}', 'To you', mtype='chat')
        message = await get(user.messages)
        must(message['body'] == 'To you' and message['from'] == juliet.boundjid, str(message))
        message.reply('And to you').send()
        answer = await get(juliet.messages)
        must(answer['body'] == 'And to you' and answer['from'] == user.boundjid, str(answer))
        must(benvolio.messages.empty(), 'benvolio got something')


@case('file through the proxy')
async def bytestream(stage):
    """It finds the tenant's proxy by disco, connects and activates (XEP-0065); another tenant's user gets the file, whole, and answers by the same stream."""
    romeo = await User(stage, 'romeo', plugins=['xep_0065']).login()
    juliet, nurse = User(stage, 'juliet', plugins=['xep_0065']), User(stage, 'nurse', plugins=['xep_0065'])
    juliet['xep_0065'].auto_accept = True
    await juliet.login()
    await nurse.login()
    heard = {one: asyncio.Queue() for one in (romeo, juliet, nurse)}
    for one, queue in heard.items():
        one.add_event_handler('socks5_data', queue.put_nowait)
    accepted = juliet.awaited('socks5_stream')
    ours = await asyncio.wait_for(romeo['xep_0065'].handshake(juliet.boundjid.full, timeout=limits.ANSWER_S), limits.ANSWER_S)
    must(list(romeo['xep_0065']._proxies) == [f'proxy.{stage.domains["montague"]}'], str(romeo['xep_0065']._proxies))
    theirs = await accepted

    async def take(whose, size):
        data = b''
        while len(data) < size:
            data += await get(heard[whose])
        return data
    file = bytes(range(256)) * 4096
    await ours.write(file)
    must(await take(juliet, len(file)) == file, 'other bytes came')
    await theirs.write(b'thanks')
    must(await take(romeo, 6) == b'thanks', 'another answer came')
    must(heard[nurse].empty(), 'nurse got something')


@case('archive')
async def archive(stage):
    """slixmpp pages through both archives and finds the same three messages."""
    romeo = await User(stage, 'romeo', plugins=['xep_0313']).login()
    juliet = await User(stage, 'juliet', plugins=['xep_0313']).login()
    for number in range(3):
        romeo.send_message(juliet.boundjid.bare, f'm{number}', mtype='chat')
        await get(juliet.messages)
    for one, other in ((romeo, juliet), (juliet, romeo)):
        found = [message['mam_result']['forwarded']['stanza']['body'] async for message in
                 one['xep_0313'].iterate(with_jid=other.boundjid.bare, rsm={'max': 2})]
        must(found == ['m0', 'm1', 'm2'], f'{one.boundjid} found {found}')


@case('carbons')
async def carbons(stage):
    """A second resource sees what the first sends and receives."""
    romeo = await User(stage, 'romeo').login()
    juliet = await User(stage, 'juliet', 'one').login()
    other = await User(stage, 'juliet', 'two', plugins=['xep_0280']).login()
    await other['xep_0280'].enable()
    received, sent = other.awaited('carbon_received'), other.awaited('carbon_sent')
    romeo.send_message(juliet.boundjid, 'Hi', mtype='chat')
    await get(juliet.messages)
    must((await received)['carbon_received']['body'] == 'Hi', 'another message came')
    juliet.send_message(romeo.boundjid, 'Ho', mtype='chat')
    must((await sent)['carbon_sent']['body'] == 'Ho', 'another message came')


@case('stream management')
async def stream_management(stage):
    """slixmpp's connection is cut; it connects again, resumes, and gets what came meanwhile."""
    romeo = User(stage, 'romeo', plugins=['xep_0198'])
    enabled = romeo.awaited('sm_enabled')
    await romeo.login()
    await enabled
    juliet = await User(stage, 'juliet').login()
    resumed = romeo.awaited('session_resumed')
    gone = romeo.awaited('disconnected')
    romeo.transport.abort()
    await gone
    juliet.send_message(romeo.boundjid, 'Meanwhile', mtype='chat')
    romeo.connect(('127.0.0.1', stage.port()))
    await resumed
    must((await get(romeo.messages))['body'] == 'Meanwhile', 'another message came')
    must(romeo.messages.empty(), 'it came twice')


@case('commands')
async def commands(stage):
    """An admin lists the commands, gets numbers, and makes an account by XEP-0133's own names; another tenant's admin is refused; an error
    finds its session."""
    domain, other = stage.domains['montague'], stage.domains['capulet']
    await asyncio.to_thread(stage.api.call, 'PATCH', f"/operator/v1/tenants/{stage.names['montague']}", {'admins': [stage.jid('romeo')]})
    romeo = await User(stage, 'romeo', plugins=['xep_0004', 'xep_0050', 'xep_0133']).login()
    juliet = await User(stage, 'juliet', plugins=['xep_0004', 'xep_0050', 'xep_0133']).login()
    items = {item[1] for item in (await romeo['xep_0050'].get_commands(domain))['disco_items']['items']}
    must('http://jabber.org/protocol/admin#add-user' in items, str(items))
    must('urn:xmpp:invite#invite' in items, str(items))
    answers = asyncio.Queue()
    session = {'next': lambda iq, _: answers.put_nowait(iq), 'error': lambda iq, _: answers.put_nowait(iq)}

    romeo['xep_0133'].get_online_users_num(domain, dict(session))
    values = (await get(answers))['command']['form']['values']
    must(values['onlineusersnum'] == '1', str(values))

    mine = dict(session)
    romeo['xep_0133'].add_user(domain, mine)
    asked = (await get(answers))['command']
    must(asked['status'] == 'executing' and 'accountjid' in asked['form'].get_fields(), str(asked))

    async def submit(jid):
        form = romeo['xep_0004'].make_form('submit')
        form.add_field(var='FORM_TYPE', ftype='hidden', value='http://jabber.org/protocol/admin')
        for var, value in (('accountjid', jid), ('password', 'secret1'), ('password-verify', 'secret1')):
            form.add_field(var=var, value=value)
        mine['payload'] = [form]
        romeo['xep_0050'].complete_command(mine)
        return await get(answers)

    refused = await submit(f'mercutio@{other}')
    must(refused['type'] == 'error' and refused['error']['condition'] == 'bad-request', str(refused))
    made = await submit(f'mercutio@{domain}')
    must(made['command']['status'] == 'completed', str(made))
    mercutio = await User(stage, 'mercutio', jid=f'mercutio@{domain}', password='secret1').login()
    must(mercutio.boundjid.bare == f'mercutio@{domain}', str(mercutio.boundjid))

    juliet['xep_0133'].get_online_users_num(domain, dict(session))
    refused = await get(answers)
    must(refused['type'] == 'error' and refused['error']['condition'] == 'forbidden', str(refused))


class PushServer(slixmpp.ComponentXMPP):
    """An app server (XEP-0357) as slixmpp makes one of a component, with its plug-in for pubsub: it takes what is published."""

    def __init__(self, stage, name, secret):
        super().__init__(name, secret, '127.0.0.1', stage.port('components'))
        self.stage, self.published = stage, asyncio.Queue()
        for plugin in ('xep_0004', 'xep_0030', 'xep_0060'):
            self.register_plugin(plugin)
        self['xep_0030'].add_identity(category='pubsub', itype='push', name='Push')
        self.register_handler(slixmpp.xmlstream.handler.CoroutineCallback(
            'publish', slixmpp.xmlstream.matcher.StanzaPath('iq@type=set/pubsub/publish'), self.take))
        stage.closers.append(self.abort)

    async def enter(self):
        started = asyncio.ensure_future(asyncio.wait_for(self.wait_until('session_start', limits.ANSWER_S), limits.ANSWER_S))
        self.connect()
        await started
        return self

    async def take(self, iq):
        iq.reply().send()
        self.published.put_nowait(iq)


@case('push: an app server that is a component')
async def _(stage):
    """XEP-0357: it is found by its identity, enabled with a secret, and told what waits when nobody is there; disabled, it hears nothing."""
    name = f"push.{stage.domains['montague']}"
    made = await asyncio.to_thread(stage.api.call, 'POST', '/v1/components', {'domain': name}, stage.tenants['montague']['api_key'])
    server = await PushServer(stage, name, made.json['secret']).enter()
    romeo = await User(stage, 'romeo', plugins=('xep_0004',)).login()
    info = await romeo['xep_0030'].get_info(name, timeout=limits.ANSWER_S)
    must(('pubsub', 'push') in {identity[:2] for identity in info['disco_info']['identities']}, 'the component should be a push service')
    info = await romeo['xep_0030'].get_info(stage.jid('romeo'), timeout=limits.ANSWER_S)
    must('urn:xmpp:push:0' in info['disco_info']['features'], 'the account should offer urn:xmpp:push:0')

    async def enable(client, element, node):
        iq = client.make_iq_set()
        request = slixmpp.xmlstream.ET.SubElement(iq.xml, f'{{urn:xmpp:push:0}}{element}', {'jid': name, 'node': node})
        form = client['xep_0004'].make_form('submit')
        form.add_field('FORM_TYPE', 'hidden', value='http://jabber.org/protocol/pubsub#publish-options')
        form.add_field('secret', value='eruio234vzxc2kla-91')
        request.append(form.xml)
        await iq.send(timeout=limits.ANSWER_S)
    await enable(romeo, 'enable', 'one')
    await enable(romeo, 'enable', 'two')
    await enable(romeo, 'disable', 'two')
    benvolio = await User(stage, 'benvolio').login()
    await romeo.disconnect()
    benvolio.send_message(stage.jid('romeo'), 'Part, fools!', mtype='chat')
    iq = await get(server.published)
    must(iq['from'] == stage.jid('romeo'), f'the account should publish, not {iq["from"]}')
    must(iq['pubsub']['publish']['node'] == 'one', 'it should publish at the node that is enabled')
    shown = str(iq)
    must('eruio234vzxc2kla-91' in shown, f'the secret should come with it: {shown}')
    must('urn:xmpp:push:summary' in shown and 'message-count' in shown, f'it should say how much waits: {shown}')
    must('Part, fools!' not in shown and 'benvolio' not in shown, f'it should not say who said what: {shown}')
    must(server.published.empty(), 'the node that is disabled should not be published to')
