"""A removed tenant leaves nothing in either plane."""
import asyncio
import glob
import os
import sqlite3

from fixtures.client import Client, Unexpected
from fixtures.poll import poll
from fixtures.sentinel import settle
from fixtures.shown import show
from load import Load
import slow_disk

CASES = []


def rows_with(data, words):
    """(table, row) of the control plane with one of these texts or numbers in it. The house's own audit is left out: it says that the
    tenant was removed."""
    found = []
    for path in glob.glob(data + '/*.db'):
        with sqlite3.connect(f'file:{path}?mode=ro', uri=True) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            for table in tables:
                for row in database.execute(f'select * from "{table}"'):
                    texts = [v.decode('utf-8', 'replace') if isinstance(v, bytes) else str(v) for v in row]
                    if any(word in text for word in words for text in texts):
                        found.append((table, row))
    return found


def files_with(folder, word):
    """Files below the folder that hold these bytes."""
    found = []
    for path in sorted(glob.glob(folder + '/**', recursive=True)):
        if os.path.isfile(path):
            with open(path, 'rb') as file:
                if word in file.read():
                    found.append(os.path.relpath(path, folder))
    return found


async def talk(server, tenant):
    """Something of everything in a tenant that talks to itself only: archive, room, roster, kept messages, registration."""
    domain = f'{tenant}.example'
    made = await asyncio.to_thread(server.api.create_tenant, tenant, domain)
    for user in ('paris', 'rosaline', 'away'):
        await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
    paris, rosaline = [await Client(server, user, user, domain, 'pw-' + user).login() for user in ('paris', 'rosaline')]
    for client in (paris, rosaline):
        client.send('<presence/>')
    for to in (f'rosaline@{domain}', f'away@{domain}'):
        paris.send(f"<message to='{to}' type='chat'><body>a word about {domain} and {made['site']}</body></message>")
        paris.send(f"<presence to='{to}' type='subscribe'/>")
    room = f'square@rooms.{domain}'
    paris.send(f"<presence to='{room}/Paris'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await paris.answer(f"<iq type='set' id='cfg' to='{room}'><query xmlns='http://jabber.org/protocol/muc#owner'>"
                       "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
                       "<value>http://jabber.org/protocol/muc#roomconfig</value></field>"
                       "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")
    paris.send(f"<message to='{room}' type='groupchat'><body>aloud in {domain}</body></message>")
    await settle([paris, rosaline], [room])
    paris.inbox.clear()
    await paris.enable_sm(resume=False)
    await paris.drained()
    await settle([paris, rosaline], [room])
    for client in (paris, rosaline):
        client.abort()
    return made


async def nothing_left(server):
    """No row of the control plane and no byte of the data plane names it, soon after the answer; the other tenant's rows are all there."""
    load = Load(server)
    await load.set_up()
    made = await talk(server, 'verona')
    tasks = await load.run(300)
    await load.stop(tasks)
    words = ['verona', made['site']]
    if not rows_with(server.data, words) or not files_with(server.data + '/data', b'verona.example'):
        raise Unexpected('the check sees nothing where there is something: mend the check')
    await asyncio.to_thread(server.api.remove, 'verona')
    left = [(table, row) for table, row in rows_with(server.data, words) if table != 'audit']
    if left:
        raise Unexpected(f'the control plane still has {left[:5]}')
    dead = [name for word in (made['site'], 'rosaline') for name in files_with(server.data, word.encode()) if not name.startswith('data/')]
    if dead:
        raise Unexpected(f'the control plane has the removed tenant in dead space: {dead}')
    await poll(lambda: [name for word in ('verona.example', 'rosaline', made['site']) for name in files_with(server.data + '/data', word.encode())],
               lambda left: not left, 'the end of what the removed tenant has in files', every_s=0.2)
    server.kill()
    load.cut()
    server.start()
    await load.check()
    if any(files_with(server.data, word.encode()) for word in ('rosaline', made['site'])):
        raise Unexpected('a user or the site id of the removed tenant stands in a file still')
    if files_with(server.data + '/data', b'verona.example'):
        raise Unexpected('after a restart the domain is back in the data plane')
CASES.append(('removed tenant: leaves nothing', nothing_left))


async def killed_meanwhile(server):
    """kill -9 right after the removal was answered: after the restart it is gone all the same."""
    await talk(server, 'verona')
    await asyncio.to_thread(server.api.remove, 'verona')
    server.kill()
    server.start()
    if (await asyncio.to_thread(server.api.call, 'GET', '/operator/v1/tenants/verona')).status != 404:
        raise Unexpected('the tenant is back')
    left = [(table, row) for table, row in rows_with(server.data, ['verona']) if table != 'audit']
    if left:
        raise Unexpected(f'the control plane still has {left[:5]}')
    await asyncio.to_thread(server.api.create_tenant, 'verona', 'verona.example')
    await asyncio.to_thread(server.api.create_account, 'verona', 'paris', 'pw-paris')
    paris = await Client(server, 'paris', 'paris', 'verona.example', 'pw-paris').login()
    roster = await paris.answer("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>")
    archive = await paris.answer("<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'/></iq>")
    if paris.inbox or list(roster[0]) or archive.get('type') != 'result':
        raise Unexpected(f'the new tenant of that domain has {[show(e) for e in (roster, *paris.inbox)]}')
    paris.abort()
CASES.append(('removed tenant: killed right after', killed_meanwhile))


async def tenant_killed_meanwhile(server):
    """kill -9 in the middle of a removal, while the data plane waits for its disk: nobody can change the tenant or have its name, before and
    after the restart, which finishes it; then who has the name finds nothing."""
    def ask(method, path, body=None):
        return asyncio.to_thread(server.api.call, method, '/operator/v1/tenants' + path, body)

    async def must_be_refused(when):
        for method, path, body in (('POST', '/verona/resume', {}), ('POST', '/verona/suspend', {'reason': 'why'}), ('PATCH', '/verona', {'title': 'V'}),
                                   ('POST', '/verona/keys', {}), ('DELETE', '/verona/accounts/paris', None)):
            answer = await ask(method, path, body)
            if answer.status != 409 or 'is being removed' not in str(answer.json):
                raise Unexpected(f'{method} {path} {when} was answered {answer}')
        again = await ask('POST', '', {'name': 'verona', 'domain': 'verona.example'})
        if again.status != 503:
            raise Unexpected(f'the name {when} was answered {again}')

    load = Load(server)
    await load.set_up()
    await talk(server, 'verona')
    slow_disk.stop_disk()
    removing = asyncio.ensure_future(asyncio.to_thread(server.api.call, 'DELETE', '/operator/v1/tenants/verona'))
    await poll(lambda: ask('GET', '/verona'), lambda answer: answer.json.get('suspended'), 'the suspension')
    await must_be_refused('meanwhile')
    server.kill()
    load.cut()
    await asyncio.gather(removing, return_exceptions=True)
    slow_disk.free_disk()
    server.start()
    await poll(lambda: ask('GET', '/verona'), lambda answer: answer.status == 404, 'the end of the tenant')
    left = [(table, row) for table, row in rows_with(server.data, ['verona']) if table != 'audit']
    if left:
        raise Unexpected(f'the control plane still has {left[:5]}')
    await talk(server, 'verona')
    await load.check()


tenant_killed_meanwhile.prepare = lambda: slow_disk.prepare() | {'SLOW_DISK_OF': '/data/'}
CASES.append(('removed tenant: killed in the middle', tenant_killed_meanwhile))


async def stranger_again(server, load, made):
    """Who has the name now, after a removal of it was answered: as soon as it is free, with nothing of the one before."""
    def take():
        body = {'localpart': 'romeo', 'password': 'pw-romeo'}
        return asyncio.to_thread(server.api.call, 'POST', '/operator/v1/tenants/montague/accounts', body)

    answer = await poll(take, lambda answer: answer.status != 503, 'the name of the removed account')
    if answer.status != 201:
        raise Unexpected(f'the name cannot be had again: {answer}')
    romeo = await load.client('romeo').login()
    roster = await romeo.answer("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>")
    romeo.send("<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'/></iq>")
    fin = await romeo.pick(lambda e: e.get('id') == 'q')
    romeo.send('<presence/>')
    await romeo.pick(lambda e: e.get('from') == romeo.jid)
    if romeo.inbox or list(roster[0]) or fin[0].get('complete') != 'true':
        raise Unexpected(f'the new owner of the name has {[show(e) for e in (roster, *romeo.inbox)]}')
    juliet = await load.client('juliet').login()
    items = (await juliet.answer("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>"))[0]
    if [i.get('subscription') for i in items if i.get('jid').startswith('romeo@')] != ['none']:
        raise Unexpected(f'juliet still has\n{show(items)}')
    listed = await juliet.answer(f"<iq type='get' id='l' to='{made}'><query xmlns='http://jabber.org/protocol/muc#admin'>"
                                 "<item affiliation='admin'/></query></iq>")
    if list(listed[0]):
        raise Unexpected(f'the room still has\n{show(listed)}')
    for client in (romeo, juliet):
        client.abort()


async def befriend(load):
    """romeo and juliet see each other, romeo is admin of juliet's room, and has an archive."""
    by_name = {s.client.name: s.client for s in load.senders}
    romeo, juliet = by_name['romeo'], by_name['juliet']
    for client in (romeo, juliet):
        client.on_stanza = None
    for one, other in ((romeo, 'juliet@capulet.example'), (juliet, 'romeo@montague.example')):
        one.send(f"<presence to='{other}' type='subscribe'/>")
        peer = juliet if one is romeo else romeo
        await peer.pick(lambda e: e.get('type') == 'subscribe')
        peer.send(f"<presence to='{one.wire_jid().split('/')[0]}' type='subscribed'/>")
        await one.pick(lambda e, p=peer: e.get('from') == p.jid)
    room = 'hall@rooms.capulet.example'
    juliet.send(f"<presence to='{room}/Juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await juliet.pick(lambda e: e.find('{jabber:client}subject') is not None)
    await juliet.answer(f"<iq type='set' id='cfg' to='{room}'><query xmlns='http://jabber.org/protocol/muc#owner'>"
                        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
                        "<value>http://jabber.org/protocol/muc#roomconfig</value></field>"
                        "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")
    await juliet.answer(f"<iq type='set' id='adm' to='{room}'><query xmlns='http://jabber.org/protocol/muc#admin'>"
                        "<item affiliation='admin' jid='romeo@montague.example'/></query></iq>")
    romeo.send("<message to='juliet@capulet.example' type='chat'><body>to be forgotten</body></message>")
    await romeo.drained()
    await juliet.drained()
    return romeo, room


async def account_killed_meanwhile(server):
    """kill -9 as soon as a user who removed his account is told so: the removal goes on after the restart, and the next owner of the name
    has nothing of it, in his own tenant or another's."""
    load = Load(server)
    await load.set_up()
    await asyncio.to_thread(server.api.change_tenant, 'montague', registration=True)
    romeo, room = await befriend(load)
    answer = await romeo.answer("<iq type='set' id='rm'><query xmlns='jabber:iq:register'><remove/></query></iq>")
    server.kill()
    load.cut()
    if answer.get('type') != 'result':
        raise Unexpected(show(answer))
    server.start()
    await stranger_again(server, load, room)
CASES.append(('removed account: killed right after', account_killed_meanwhile))
