"""The command line against the server: each sub-command by --data and by --url and --key, for people and with --json."""
import asyncio
import json
import os
import re
import subprocess
import tempfile

from authority import Authority
from fixtures import limits
from fixtures.client import Unexpected
from fixtures.server import Server, binary
from stage import case, must_equal

REFUSED, USAGE, NO_SERVER = 1, 2, 3  # what the program ends with


class Commands:
    """Runs `teahouse` against one server. `way` is 'data' or 'url'."""

    def __init__(self, stage, way):
        self.stage = stage
        self.place = ['--data', stage.server.data] if way == 'data' else ['--url', stage.server.addresses['http'], '--key',
                                                                          stage.api.operator_key]

    async def run(self, *arguments, stdin='', place=None):
        return await asyncio.to_thread(run, [*arguments, *(self.place if place is None else place)], stdin)

    async def good(self, *arguments, stdin=''):
        """What it prints, for people and as JSON must both work; gives the text."""
        done = await self.run(*arguments, stdin=stdin)
        if done.returncode != 0 or done.stderr:
            raise Unexpected(f'{" ".join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}')
        return done.stdout

    async def json(self, *arguments, stdin=''):
        text = await self.good(*arguments, '--json', stdin=stdin)
        must_equal('the count of lines', text.count('\n'), 1)
        return json.loads(text)

    async def refused(self, status, words, *arguments, stdin='', place=None):
        """Nothing on standard output, one sentence with these words, this status; with --json too."""
        for form in ([], ['--json']):
            done = await self.run(*arguments, *form, stdin=stdin, place=place)
            if done.returncode != status or done.stdout or not re.fullmatch(r'teahouse: \S+( \S+){2,}\n', done.stderr) or \
                    words not in done.stderr:
                raise Unexpected(f'{" ".join(arguments)} should have ended with {status} and one sentence with {words!r}; it ended with '
                                 f'{done.returncode}: {done.stdout!r} {done.stderr!r}')


def run(arguments, stdin):
    environment = {k: v for k, v in os.environ.items() if not k.startswith('TEAHOUSE_')}
    return subprocess.run([binary(), *arguments], input=stdin, capture_output=True, text=True, check=False, env=environment,
                          timeout=limits.EXCHANGE_S)


def both_ways(name):
    """A case for each way to the server."""
    def keep(function):
        for way in ('data', 'url'):
            async def by_way(stage, way=way):
                await function(stage, Commands(stage, way))
            by_way.__doc__ = function.__doc__
            case(f'command line: {name}, by --{way}')(by_way)
        return function
    return keep


def rows(table):
    """A table for people as dicts."""
    head, *lines = [re.split(r' {2,}', line) for line in table.rstrip('\n').split('\n')]
    return [dict(zip(head, line)) for line in lines]


def pairs(text):
    """`name   value` lines as a dict."""
    return {line.split(None, 1)[0]: line.split(None, 1)[1:] and line.split(None, 1)[1] for line in text.rstrip('\n').split('\n')}


@both_ways('tenants')
async def tenants(stage, commands):
    """tenant create, show, list, suspend, resume and remove do what their help says, and the other tenant is not touched."""
    name, domain = f'shop-{stage.number}', f'shop-{stage.number}.example'
    made = pairs(await commands.good('tenant', 'create', name, '--domain', domain, '--origin', 'https://a.example', '--origin',
                                     'https://b.example', '--guests', 'on', '--title', 'The shop'))
    must_equal('what was made', {k: made[k] for k in ('name', 'domain', 'title', 'origins', 'guests', 'registration', 'plan')},
               {'name': name, 'domain': domain, 'title': 'The shop', 'origins': 'https://a.example, https://b.example',
                'guests': 'yes', 'registration': 'no', 'plan': 'default'})
    second = await commands.json('tenant', 'create', name + '-2', '--domain', '2.' + domain, '--plan', 'service')
    must_equal('its plan', (second['plan'], second['origins'], second['guests']), ('service', [], False))
    for one in (made, second):  # the keys that were shown are good
        must_equal('the key', (await stage.call('GET', '/v1/online', None, one['api_key'])).status, 200)
        must_equal('the secret', one['signing_secret'][:3], 'ss_')
    shown = pairs(await commands.good('tenant', 'show', name))
    must_equal('what is shown', (shown['domain'], 'api_key' in shown, 'signing_secret' in shown), (domain, False, False))
    must_equal('as JSON', (await commands.json('tenant', 'show', name))['site'], made['site'])
    must_equal('in the list', [r['suspended'] for r in rows(await commands.good('tenant', 'list')) if r['name'] == name], ['no'])
    must_equal('said', await commands.good('tenant', 'suspend', name, '--reason', 'The bill'), f'{name} is suspended.\n')
    must_equal('as JSON', (await commands.json('tenant', 'suspend', name + '-2', '--reason', 'x'))['suspended'], True)
    must_equal('the key', (await stage.call('GET', '/v1/online', None, made['api_key'])).status, 403)
    listed = {t['name']: t for t in (await commands.json('tenant', 'list'))['tenants']}
    must_equal('suspended', {n: t['suspended'] for n, t in listed.items() if n in (name, *stage.names.values())},
               {name: True, **dict.fromkeys(stage.names.values(), False)})
    must_equal('the reason', listed[name]['suspend_reason'], 'The bill')
    must_equal('said', await commands.good('tenant', 'resume', name), f'{name} is in service again.\n')
    must_equal('as JSON', (await commands.json('tenant', 'resume', name + '-2'))['suspended'], False)
    must_equal('the key', (await stage.call('GET', '/v1/online', None, made['api_key'])).status, 200)
    await commands.good('tenant', 'remove', name)
    must_equal('as JSON', await commands.json('tenant', 'remove', name + '-2'), {})
    must_equal('the key', (await stage.call('GET', '/v1/online', None, made['api_key'])).status, 401)
    left = [t['name'] for t in (await commands.json('tenant', 'list'))['tenants']]
    must_equal('what is left', [n for n in left if n.startswith('shop-')] + [n for n in stage.names.values() if n not in left], [])


@both_ways('accounts')
async def accounts(stage, commands):
    """account create, list, passwd, disable, enable and remove; the account of the same name in the other tenant stays as it is."""
    domain, other = stage.domains['montague'], stage.domains['capulet']
    for place in (domain, other):
        must_equal('said', await commands.good('account', 'create', f'mercutio@{place}', '--password-stdin', stdin=f'first at {place}\n'),
                   f'mercutio@{place} is made.\n')
    made = await commands.json('account', 'create', f'tybalt@{domain}', '--password-stdin', '--name', 'Tybalt C.', stdin='pw')
    must_equal('what was made', (made['jid'], made['name'], made['has_password']), (f'tybalt@{domain}', 'Tybalt C.', True))
    listed = rows(await commands.good('account', 'list', domain))
    must_equal('the list', [r['jid'] for r in listed], [f'{u}@{domain}' for u in ('benvolio', 'mercutio', 'romeo', 'tybalt')])
    there = (await commands.json('account', 'list', other))['accounts']
    must_equal('the other list', [a['jid'] for a in there], [f'{u}@{other}' for u in ('juliet', 'mercutio', 'nurse')])
    must_equal('who gets in', await who_gets_in(stage, domain, [f'first at {domain}', f'first at {other}']), [f'first at {domain}'])
    must_equal('said', await commands.good('account', 'passwd', f'mercutio@{domain}', '--password-stdin', stdin='second\r\nrest'),
               f'mercutio@{domain} has a new password.\n')
    must_equal('who gets in', await who_gets_in(stage, domain, [f'first at {domain}', 'second']), ['second'])
    must_equal('as JSON', await commands.json('account', 'passwd', f'mercutio@{domain}', '--password-stdin', stdin='third'), {})
    must_equal('who gets in', await who_gets_in(stage, domain, ['second', 'third']), ['third'])
    must_equal('who gets in there', await who_gets_in(stage, other, ['third', f'first at {other}']), [f'first at {other}'])
    must_equal('said', await commands.good('account', 'disable', f'mercutio@{domain}'),
               f'mercutio@{domain} is disabled: its sessions have ended, and nobody can sign in to it.\n')
    must_equal('who gets in', await who_gets_in(stage, domain, ['third']), [])
    must_equal('who gets in there', await who_gets_in(stage, other, [f'first at {other}']), [f'first at {other}'])
    disabled = [r['jid'] for r in rows(await commands.good('account', 'list', domain)) if r['disabled'] == 'yes']
    must_equal('who is disabled', disabled, [f'mercutio@{domain}'])
    must_equal('as JSON', await commands.json('account', 'enable', f'mercutio@{domain}'), {})
    must_equal('who gets in', await who_gets_in(stage, domain, ['third']), ['third'])
    await commands.good('account', 'remove', f'mercutio@{domain}')
    must_equal('as JSON', await commands.json('account', 'remove', f'tybalt@{domain}'), {})
    must_equal('who gets in', await who_gets_in(stage, domain, ['third']), [])
    must_equal('who gets in there', await who_gets_in(stage, other, [f'first at {other}']), [f'first at {other}'])
    left = (await commands.json('account', 'list', domain))['accounts']
    must_equal('who is left', [a['id'] for a in left], ['benvolio', 'romeo'])
    for localpart, user_id in (('staff\\2fbo', 'staff/bo'), ('corp\\bo', 'corp\\bo'), ('a\\5c2fb', 'a\\2fb')):
        made = await commands.json('account', 'create', f'{localpart}@{domain}', '--password-stdin', stdin='pw')
        must_equal('what was made', (made['jid'], made['id']), (f'{localpart}@{domain}', user_id))
        await commands.good('account', 'passwd', f'{localpart}@{domain}', '--password-stdin', stdin='other')
        await commands.good('account', 'remove', f'{localpart}@{domain}')


async def who_gets_in(stage, domain, passwords):
    """Which passwords are mercutio's."""
    good = []
    for password in passwords:
        client = stage.client('romeo', 'tls', password)
        client.user, client.domain = 'mercutio', domain
        await client.open()
        if await client.authenticate() is None:
            good.append(password)
        client.abort()
        stage.clients.remove(client)
    return good


@both_ways('plans and usage')
async def plans(stage, commands):
    """plan set makes and changes (what is not given stays), its tenants follow at once; plan list and usage show it."""
    name = f'small-{stage.number}'
    must_equal('said', await commands.good('plan', 'set', name, '--accounts', '3', '--stanza-bytes', '20000', '--rooms', 'unlimited'),
               f'The plan {name} is set; its tenants follow at once.\n')
    await asyncio.to_thread(stage.api.change_tenant, stage.names['montague'], plan=name)
    shown = [r for r in rows(await commands.good('plan', 'list')) if r['name'] == name]
    must_equal('in the list', [(r['accounts'], r['stanza_bytes']) for r in shown], [('3', '20000')])
    changed = await commands.json('plan', 'set', name, '--accounts', '2')
    must_equal('changed', {k: changed['limits'][k] for k in ('accounts', 'stanza_bytes', 'rooms')},
               {'accounts': 2, 'stanza_bytes': 20000, 'rooms': -1})
    listed = {p['name']: p['limits'] for p in (await commands.json('plan', 'list'))['plans']}
    must_equal('the list as JSON', (listed[name]['accounts'], listed['service']['accounts']), (2, -1))
    await commands.refused(REFUSED, '2', 'account', 'create', f'third@{stage.domains["montague"]}', '--password-stdin', stdin='pw')
    used = {r['name']: r for r in rows(await commands.good('usage', stage.names['montague']))}
    must_equal('the usage', (used['accounts']['used'], used['accounts']['limit']), ('2', '2'))
    must_equal('the usage as JSON', (await commands.json('usage', stage.names['capulet']))['limits']['accounts'], {'used': 2, 'limit': -1})


@both_ways('keys and secrets')
async def keys(stage, commands):
    """key create, list and revoke, secret rotate; the other tenant's keys are not seen and not revoked."""
    name, other = stage.names['montague'], stage.names['capulet']
    made = pairs(await commands.good('key', 'create', name, '--label', 'the shop'))
    second = await commands.json('key', 'create', name)
    for key in (made['api_key'], second['api_key']):
        must_equal('the key', (await stage.call('GET', '/v1/users/romeo', None, key)).status, 200)
        must_equal('the key there', (await stage.call('GET', '/v1/users/juliet', None, key)).status, 404)
    listed = rows(await commands.good('key', 'list', name))
    must_equal('the labels', [r.get('label') for r in listed][1], 'the shop')
    must_equal('as JSON', [k['id'] for k in (await commands.json('key', 'list', name))['keys']][1:], [int(made['id']), second['id']])
    await commands.refused(REFUSED, 'key', 'key', 'revoke', other, made['id'])
    must_equal('the key', (await stage.call('GET', '/v1/online', None, made['api_key'])).status, 200)
    await commands.good('key', 'revoke', name, made['id'])
    must_equal('the key', (await stage.call('GET', '/v1/online', None, made['api_key'])).status, 401)
    must_equal('the other key', (await stage.call('GET', '/v1/online', None, second['api_key'])).status, 200)
    rotated = await commands.json('secret', 'rotate', name)
    must_equal('the secret', rotated['signing_secret'][:3], 'ss_')


@both_ways('invitations and admins')
async def invitations(stage, commands):
    """invite create, list and revoke; the other tenant's are not seen and not revoked. An admin is an account of the tenant."""
    name, other = stage.names['montague'], stage.names['capulet']
    made = pairs(await commands.good('invite', 'create', name, '--user', 'romeo', '--username', 'mercutio', '--lasts', '60'))
    must_equal('the address', made['uri'].partition('?')[0].startswith('xmpp:mercutio@'), True)
    listed = (await commands.json('invite', 'list', name))['invites']
    must_equal('as JSON', [(i['user'], i['username']) for i in listed], [('romeo', 'mercutio')])
    must_equal('the other', (await commands.json('invite', 'list', other))['invites'], [])
    await commands.refused(REFUSED, 'invitation', 'invite', 'revoke', other, made['id'])
    await commands.good('invite', 'revoke', name, made['id'])
    must_equal('what is open', (await commands.json('invite', 'list', name))['invites'], [])
    await commands.refused(REFUSED, 'nobody', 'invite', 'create', name, '--user', 'nobody')
    await commands.good('tenant', 'set', name, '--admin', stage.jid('romeo'))
    must_equal('admins', (await commands.json('tenant', 'show', name))['admins'], [stage.jid('romeo')])
    await commands.refused(REFUSED, 'juliet', 'tenant', 'set', name, '--admin', stage.jid('juliet'))
    await commands.good('tenant', 'set', name, '--admin', '')
    must_equal('admins', (await commands.json('tenant', 'show', name))['admins'], [])


@both_ways('external services')
async def services(stage, commands):
    """service add, list and remove; a secret and a password come by standard input and are never shown. The other tenant's are not seen and not removed."""
    name, other = stage.names['montague'], stage.names['capulet']
    made = pairs(await commands.good('service', 'add', name, 'turn', 'turn.example', '--port', '3478', '--secret', '--lasts', '60', stdin='north\n'))
    must_equal('what is made', (made['credentials'], made['lasts_s'], 'secret' in made), ('made', '60', False))
    await commands.good('service', 'add', name, 'turns', 'turn.example', '--username', 'house', '--restricted', stdin='sword\n')
    listed = (await commands.json('service', 'list', name))['services']
    must_equal('as JSON', [(s['type'], s['credentials'], s['restricted']) for s in listed], [('turn', 'made', False), ('turns', 'fixed', True)])
    must_equal('that no secret is shown', [word for word in ('north', 'sword') if word in str(listed)], [])
    must_equal('the other', (await commands.json('service', 'list', other))['services'], [])
    await commands.refused(REFUSED, 'service', 'service', 'remove', other, made['id'])
    for service in listed:
        await commands.good('service', 'remove', name, str(service['id']))
    must_equal('what is left', (await commands.json('service', 'list', name))['services'], [])
    await commands.refused(REFUSED, 'host', 'service', 'add', name, 'turn', 'a b')


@both_ways('what cannot be')
async def refusals(stage, commands):
    """One sentence on standard error, nothing on standard output, and a status that is not 0; nothing has changed."""
    domain, name = stage.domains['montague'], stage.names['montague']
    before = (await stage.call('GET', '/operator/v1/tenants')).json
    for words, *arguments in (
            ('nobody', 'tenant', 'show', 'nobody'), ('nobody', 'tenant', 'suspend', 'nobody', '--reason', 'x'),
            ('nobody', 'tenant', 'resume', 'nobody'), ('nobody', 'tenant', 'remove', 'nobody'), ('nobody', 'usage', 'nobody'),
            ('nobody', 'key', 'list', 'nobody'), ('nobody', 'secret', 'rotate', 'nobody'),
            (name, 'tenant', 'create', name, '--domain', 'new.example'), (domain, 'tenant', 'create', 'new', '--domain', domain),
            ('name', 'tenant', 'create', 'Not A Name', '--domain', 'new.example'),
            ('domain', 'tenant', 'create', 'new', '--domain', 'no domain'), ('domain', 'tenant', 'create', 'new', '--domain', 'a..example'),
            ('domain', 'tenant', 'create', 'new', '--domain', '127.0.0.1'), ('domain', 'tenant', 'create', 'new', '--domain', 'a@b.example'),
            ('domain', 'tenant', 'create', 'new', '--domain', ''), ('rigin', 'tenant', 'create', 'new', '--domain', 'new.example', '--origin',
                                                                   'shop.example'),
            ('plan', 'tenant', 'create', 'new', '--domain', 'new.example', '--plan', 'none-such'),
            ('accounts', 'plan', 'set', 'new', '--accounts', 'many'), ('accounts', 'plan', 'set', 'new', '--accounts', '-5'),
            ('stanza_bytes', 'plan', 'set', 'new', '--stanza-bytes', '10'), ('plan', 'plan', 'set', 'Not A Name', '--accounts', '5'),
            ('nowhere.example', 'account', 'list', 'nowhere.example'), ('nobody', 'account', 'remove', f'nobody@{domain}')):
        await commands.refused(REFUSED, words, *arguments)
    for words, jid, password in (('nowhere.example', 'romeo@nowhere.example', 'pw'), ('romeo', f'romeo@{domain}', 'pw'),
                                 ('localpart', f'a b@{domain}', 'pw')):
        await commands.refused(REFUSED, words, 'account', 'create', jid, '--password-stdin', stdin=password)
    await commands.refused(REFUSED, 'nobody', 'account', 'passwd', f'nobody@{domain}', '--password-stdin', stdin='pw')
    for verb, jid, password in (('create', f'new@{domain}', ''), ('passwd', f'romeo@{domain}', '\n'), ('create', 'romeo', 'pw'),
                                ('create', '@' + domain, 'pw'), ('create', 'romeo@', 'pw')):
        await commands.refused(USAGE, '', 'account', verb, jid, '--password-stdin', stdin=password)
    must_equal('the tenants', (await stage.call('GET', '/operator/v1/tenants')).json, before)
    plans_left = [p['name'] for p in (await commands.json('plan', 'list'))['plans']]
    must_equal('the plans', [p for p in plans_left if p in ('new', 'Not A Name')], [])
    must_equal("romeo's password", await password_is_good(stage, 'romeo'), True)


async def password_is_good(stage, user):
    client = await stage.client(user, 'tls').login()
    await client.close()
    return True


@case('command line: wrong keys and no server')
async def no_server(stage):
    """A wrong key, a tenant's key, nothing that listens, no data folder, a stopped server's: one sentence and another status than 0."""
    commands, url = Commands(stage, 'url'), stage.server.addresses['http']
    for key in ('ok_wrong', stage.tenants['montague']['api_key'], 'with space', stage.tenants['montague']['signing_secret']):
        for arguments in (['tenant', 'list'], ['tenant', 'remove', stage.names['montague']], ['plan', 'set', 'mine', '--accounts', '9']):
            await commands.refused(REFUSED, "operator's key", *arguments, place=['--url', url, '--key', key])
    for place in (['--url', 'http://127.0.0.1:1', '--key', 'x'], ['--url', 'http://nobody.invalid', '--key', 'x'],
                  ['--data', '/nonexistent'], ['--url', 'http://' + stage.server.addresses['c2s'], '--key', 'x']):
        await commands.refused(NO_SERVER, place[1].removeprefix('http://'), 'tenant', 'list', place=place)
    for place in ([], ['--url', url], ['--key', 'x'], ['--url', 'nonsense', '--key', 'x']):
        await commands.refused(USAGE, '', 'tenant', 'list', place=place)
    await asyncio.to_thread(stage.server.terminate)
    try:
        for arguments in (['tenant', 'list'], ['tenant', 'create', 'new', '--domain', 'new.example'], ['plan', 'list']):
            for way in ('data', 'url'):
                await Commands(stage, way).refused(NO_SERVER, url, *arguments)
    finally:
        await asyncio.to_thread(stage.server.start)
    must_equal('who is there', (await stage.call('GET', f'/operator/v1/tenants/{stage.names["montague"]}')).status, 200)


@case('command line: a data folder that was there before')
async def used_folder(_stage):
    """`serve` leaves its mode as it is, and nothing that it makes in it can be looked into by others."""
    for mode in (0o1777, 0o755):
        server = Server('used-folder')
        os.chmod(server.data, mode)
        with server:
            must_equal('the mode', os.stat(server.data).st_mode & 0o7777, mode)
            made = [os.path.join(path, name) for path, folders, files in os.walk(server.data) for name in folders + files]
            must_equal('what others can look into', [path for path in made if os.lstat(path).st_mode & 0o077], [])


@case('command line: by HTTPS only with the right authority')
async def by_https(stage):
    """An https --url is verified: without --ca the server's own authority is not trusted and no key is sent; with another --ca neither."""
    commands, port = Commands(stage, 'data'), stage.server.port('https')
    place = ['--url', f'https://localhost:{port}', '--key', stage.api.operator_key]
    done = await commands.run('tenant', 'show', stage.names['montague'], '--json', place=[*place, '--ca', stage.server.data + '/ca.pem'])
    must_equal('the status', (done.returncode, json.loads(done.stdout)['name']), (0, stage.names['montague']))
    await commands.refused(NO_SERVER, 'ertificate', 'tenant', 'list', place=place)
    with tempfile.TemporaryDirectory() as folder:
        authority = await asyncio.to_thread(Authority, folder)
        await commands.refused(NO_SERVER, 'ertificate', 'tenant', 'list', place=[*place, '--ca', authority.path('root.pem')])
    wrong_name = ['--url', f'https://127.0.0.2:{port}', '--key', 'x', '--ca', stage.server.data + '/ca.pem']
    await commands.refused(NO_SERVER, '', 'tenant', 'list', place=wrong_name)
