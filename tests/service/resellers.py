"""Resellers: by commands and API, with users on stage; what one has, another and the operator's own customers do not see or feel."""
import asyncio

from command_line import Commands, pairs, rows
from fixtures.client import Unexpected
from stage import case, must_equal, must_refuse

RESELLERS, TENANTS, PLANS = '/operator/v1/resellers', '/operator/v1/tenants', '/operator/v1/plans'


class Market:
    """Two resellers, each with one of the stage's two tenants and a second one."""

    def __init__(self, stage):
        self.stage, self.commands = stage, Commands(stage, 'data')
        self.names = {one: f'{one}-{stage.number}' for one in ('acme', 'zeta')}
        self.keys = {}

    async def open(self):
        for (one, name), tenant in zip(self.names.items(), self.stage.names.values()):
            made = await self.commands.json('reseller', 'create', name, '--tenants', '2', '--title', one.title(), '--support', f'help@{one}.example')
            self.keys[one] = made['api_key']
            await self.commands.good('tenant', 'move', tenant, '--reseller', name, '--plan', 'default')
            await self.commands.good('tenant', 'create', f'{name}-second', '--domain', f'{name}.example', '--reseller', name)
        return self

    async def call(self, one, method, path, body=None):
        return await self.stage.call(method, path, body, self.keys[one])

    async def tenants(self, one, path=TENANTS):
        answer = await self.call(one, 'GET', path)
        must_equal('the answer', answer.status, 200)
        return [each['name'] for each in answer.json['tenants']]


@case('resellers: are made, shown, changed and removed by commands')
async def by_commands(stage):
    """reseller create, list, show, set, add-key, keys, revoke-key and remove do what their help says; --key takes a reseller's key."""
    market = await Market(stage).open()
    name, commands = market.names['acme'], market.commands
    shown = pairs(await commands.good('reseller', 'show', name))
    must_equal('what is shown', {k: shown[k] for k in ('title', 'tenants', 'support', 'suspended')},
               {'title': 'Acme', 'tenants': '2 of 2', 'support': 'help@acme.example', 'suspended': 'no'})
    must_equal('no secret', 'api_key' in shown, False)
    changed = pairs(await commands.good('reseller', 'set', name, '--tenants', '3', '--accounts', '5000', '--oversell-percent', '150'))
    must_equal('changed', (changed['tenants'], changed['accounts'], changed['title']), ('2 of 3', '2000 of 5000', 'Acme'))
    listed = {r['name']: r['tenants'] for r in rows(await commands.good('reseller', 'list'))}
    must_equal('in the list', [listed[n] for n in market.names.values()], ['2 of 3', '2 of 2'])
    key = pairs(await commands.good('reseller', 'add-key', name, '--label', 'billing'))
    place = ['--url', stage.server.addresses['http'], '--key', key['api_key']]
    own = await commands.run('tenant', 'list', '--json', place=place)
    must_equal('by the key', ('capulet' in own.stdout, stage.names['montague'] in own.stdout), (False, True))
    await commands.refused(1, 'no reseller', 'reseller', 'show', market.names['zeta'], place=place)
    await commands.refused(1, 'needs the operator', 'reseller', 'suspend', name, '--reason', 'x', place=place)
    must_equal('said', await commands.good('reseller', 'revoke-key', name, key['id']), f'Key {key["id"]} is revoked.\n')
    must_equal('the keys', [r['label'] for r in rows(await commands.good('reseller', 'keys', name))], ['first key'])
    await commands.refused(1, 'not known', 'tenant', 'list', place=place)
    await commands.refused(1, 'has 2 tenants', 'reseller', 'remove', name)
    await commands.good('tenant', 'remove', f'{name}-second')
    await commands.good('tenant', 'move', stage.names['montague'], '--reseller', '')
    must_equal('said', await commands.good('reseller', 'remove', name), f'{name} is removed, with its plans and keys.\n')
    must_refuse(await market.call('acme', 'GET', TENANTS), 401)
    must_equal('the other', await market.tenants('zeta'), sorted([stage.names['capulet'], f'{market.names["zeta"]}-second']))


@case('resellers: see nothing of one another')
async def see_nothing(stage):
    """Lists, plans, ids and refusals of one reseller say nothing of another's tenants, nor of the operator's own."""
    market = await Market(stage).open()
    own, foreign = stage.names['montague'], stage.names['capulet']
    must_equal('its tenants', await market.tenants('acme'), sorted([own, f'{market.names["acme"]}-second']))
    must_equal('by domain', await market.tenants('acme', f'{TENANTS}?domain={stage.domains["capulet"]}'), [])
    must_refuse(await market.call('acme', 'GET', f'{TENANTS}?reseller={market.names["zeta"]}'), 404)
    absent = await market.call('acme', 'GET', f'{TENANTS}/nobody')
    for method, end, body in (('GET', '', None), ('PATCH', '', {'plan': 'default'}), ('DELETE', '', None), ('GET', '/usage', None),
                              ('POST', '/suspend', {'reason': 'x'}), ('POST', '/resume', None)):
        answer = await market.call('acme', method, f'{TENANTS}/{foreign}{end}', body)
        must_refuse(answer, 404)
        must_equal('said', answer.json['detail'].replace(foreign, 'nobody'), absent.json['detail'])
    for path in (f'{TENANTS}/{own}/accounts', f'{TENANTS}/{own}/keys', f'{TENANTS}/{own}/events', '/operator/v1/audit', '/operator/v1/metrics', RESELLERS):
        must_refuse(await market.call('acme', 'GET', path), 403)
    must_refuse(await market.call('acme', 'GET', '/v1/users'), 403)
    taken = await market.call('acme', 'POST', TENANTS, {'name': foreign, 'domain': 'x.example'})
    must_refuse(taken, 403)   # its allotment is used up, and no more is said
    must_equal('nothing of the other', foreign in taken.json['detail'], False)
    must_equal('its plan', (await market.call('acme', 'PUT', f'{PLANS}/small', {'accounts': 3})).json['name'], 'small')
    must_refuse(await market.call('zeta', 'GET', f'{PLANS}/small'), 404)
    must_refuse(await market.call('zeta', 'PATCH', f'{TENANTS}/{foreign}', {'plan': 'small'}), 400)
    for name in ("x' OR '1'='1", '../tenants', '%00', 'a' * 5000, 'acme.small'):
        answer = await market.call('zeta', 'PUT', f'{PLANS}/{name.replace("/", "%2F")}', {'accounts': 3})
        must_refuse(answer, 404 if name in ('../tenants', '%00') else 400)
    must_equal('the plans of the operator', [p['name'] for p in (await stage.call('GET', PLANS)).json['plans'] if 'small' in p['name'] and '.' in p['name']], [])


@case('resellers: are suspended as a whole')
async def suspended_as_a_whole(stage):
    """The sessions of all its tenants end, and of nobody else's; resumed, it leaves those suspended that were so of themselves."""
    market = await Market(stage).open()
    name = market.names['acme']
    romeo, juliet, nurse = [await stage.enter(user) for user in ('romeo', 'juliet', 'nurse')]
    await market.commands.good('tenant', 'suspend', f'{name}-second', '--reason', 'Not paid')
    must_equal('said', await market.commands.good('reseller', 'suspend', name, '--reason', 'The reseller is gone.'),
               f'{name} is suspended, and its tenants with it.\n')
    await romeo.drained()
    must_equal('romeo is lost', bool(romeo.lost), True)
    must_equal('juliet is there', bool(juliet.lost), False)
    await stage.must_say(juliet, nurse, 'we are still here')
    refused = await market.call('acme', 'GET', TENANTS)
    must_refuse(refused, 403, 'The reseller is gone.')
    must_equal('the code', refused.json['code'], 'reseller-suspended')
    of_tenant = await stage.call('GET', '/v1/online', None, stage.tenants['montague']['api_key'])
    must_refuse(of_tenant, 403, 'The reseller is gone.')
    back = stage.client('romeo')
    await back.open()
    if await back.authenticate() is None:
        raise Unexpected('romeo should not have been let in while the reseller is suspended')
    must_equal('the other reseller', (await market.call('zeta', 'GET', TENANTS)).status, 200)
    await market.commands.good('reseller', 'resume', name)
    states = {t['name']: t['suspended'] for t in (await market.call('acme', 'GET', TENANTS)).json['tenants']}
    must_equal('what is suspended', states, {stage.names['montague']: False, f'{name}-second': True})
    romeo = await stage.enter('romeo')
    benvolio = await stage.enter('benvolio')
    await stage.must_say(romeo, benvolio, 'we are back')


@case('resellers: their allotment and plans hold at once')
async def allotment(stage):
    """More tenants than allotted are refused; a changed plan reaches running tenants at once; what is over stays and cannot grow."""
    market = await Market(stage).open()
    name, own = market.names['acme'], stage.names['montague']
    must_refuse(await market.call('acme', 'POST', TENANTS, {'name': f'{name}-third', 'domain': f'third.{name}.example'}), 403, 'may have 2 tenants')
    await market.commands.good('reseller', 'set', name, '--accounts', '10')
    must_refuse(await market.call('acme', 'PUT', f'{PLANS}/default', {'accounts': 1001}), 403, 'allotted 10 of accounts')
    must_equal('made smaller', (await market.call('acme', 'PUT', f'{PLANS}/default', {'accounts': 2})).status, 200)
    making = {'localpart': 'third', 'password': 'pw'}
    must_refuse(await stage.call('POST', f'{TENANTS}/{own}/accounts', making), 403)
    must_equal('the other', (await stage.call('POST', f'{TENANTS}/{stage.names["capulet"]}/accounts', making)).status, 201)
    usage = (await market.call('acme', 'GET', f'{TENANTS}/{own}/usage')).json
    must_equal('the usage', (usage['plan'], usage['limits']['accounts']), ('default', {'used': 2, 'limit': 2}))
    shown = (await market.call('acme', 'GET', f'{RESELLERS}/{name}')).json
    must_equal('what is given away', (shown['tenants'], shown['limits']['accounts']),
               ({'limit': 2, 'given': 2}, {'limit': 10, 'given': 4, 'used': 2}))


@case('resellers: many of them, and many tenants, are listed quickly')
async def many(stage):
    """Lists come by pages, and each page of a reseller's holds its own alone."""
    commands = Commands(stage, 'data')
    name = f'many-{stage.number}'
    key = (await commands.json('reseller', 'create', name, '--tenants', '30'))['api_key']
    wanted = [f'{name}-{i:02}' for i in range(25)]
    for one in wanted:
        answer = await stage.call('POST', TENANTS, {'name': one, 'domain': f'{one}.example'}, key)
        must_equal('made', answer.status, 201)
    found, cursor = [], ''
    while True:
        page = (await stage.call('GET', f'{TENANTS}?limit=10{cursor}', None, key)).json
        found += [t['name'] for t in page['tenants']]
        if 'next_cursor' not in page:
            break
        cursor = '&cursor=' + page['next_cursor']
    must_equal('the tenants', found, wanted)
    await asyncio.gather(*(stage.call('DELETE', f'{TENANTS}/{one}', None, key) for one in wanted))
    must_equal('said', await commands.good('reseller', 'remove', name), f'{name} is removed, with its plans and keys.\n')
