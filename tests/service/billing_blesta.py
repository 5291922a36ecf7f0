"""What Blesta's module alone has to get right (integrations/blesta): orders that customers tamper with, orders of which nothing is kept, settings."""
import asyncio
import html
import tempfile

from billing.products import Blesta
from billing_modules import TENANTS, keys_of, must_be_good, must_be_refused, must_be_silent_on_keys, must_do, tenants_of, the_tenant
from fixtures.client import Unexpected
from stage import case, must_equal

TAMPERED = ('teahouse_tenant', 'teahouse_tenant_domain', 'teahouse_site', 'teahouse_api_key', 'teahouse_signing_secret', 'teahouse_seal')


def of_blesta(name):
    """A case with two services of two customers, not yet made."""
    def keep(function):
        async def run(stage):
            with tempfile.TemporaryDirectory() as folder:
                Blesta.install(folder)
                shops = [Blesta(stage, folder, 11, f'{shop}.n{stage.number}.example') for shop in ('shop', 'cafe')]
                await function(stage, *shops)
            must_be_silent_on_keys(stage, shops)
        run.__doc__ = function.__doc__
        case(f'billing, blesta: {name}')(run)
        return function
    return keep


def fields_of(shop):
    return {name: field['value'] for name, field in shop.service['fields'].items()}


@of_blesta("an order that names another's tenant gets one of its own")
async def tampered(stage, shop, cafe):
    """An order form brings back whatever a customer puts in; a name counts with its seal alone, at the order, its activation and a change."""
    await must_do(cafe, 'create')
    victim, keys = await the_tenant(stage, cafe), await keys_of(cafe)
    stolen = {name: fields_of(cafe).get(name, '') for name in TAMPERED}   # the seal as the database has it, which is not the seal
    for seal in (stolen['teahouse_seal'], '', '0' * 64):
        await must_do(shop, 'order', **{**stolen, 'teahouse_seal': seal})
        if fields_of(shop)['teahouse_tenant'] == victim['name']:
            raise Unexpected("an order took over another's name")
    await must_do(shop, 'create', **stolen)
    await must_do(shop, 'create', **stolen)
    own, own_keys = await the_tenant(stage, shop), await keys_of(shop)
    must_equal('that tenant and keys are others', (own['name'] != victim['name'], own_keys[0] != keys[0], own_keys[1] != keys[1]), (True, True, True))
    await must_do(shop, 'suspend')
    await must_do(shop, 'terminate')
    must_equal('the other tenant', (await the_tenant(stage, cafe), await keys_of(cafe)), (victim, keys))
    await must_be_good(stage, keys[0])
    await must_do(shop, 'order', **{name: [{'x': 1}] for name in TAMPERED})
    shop.domain = ['shop.example']
    await must_be_refused(shop, 'order', 'domain')


@of_blesta('an order is kept before the server is asked, and made at its activation')
async def pending(stage, shop, cafe):
    """An order asks nothing of the server; the form of its activation brings along the name; what has ended is not made again by a change."""
    shop.port = 1
    await must_do(shop, 'order')
    name = fields_of(shop)['teahouse_tenant']
    await must_be_refused(shop, 'create', 'cannot be reached')
    forms = await shop.function('forms')
    must_equal('what the forms have', [sorted(forms[who]['fields']) for who in ('admin', 'client')],
               [['teahouse_domain', 'teahouse_seal', 'teahouse_tenant', 'teahouse_tenant_domain'], ['teahouse_domain']])
    shop.port = stage.server.port('http')
    must_equal('tenants before the activation', await tenants_of(stage, shop), [])
    await must_do(shop, 'create')
    must_equal('the name of the tenant', (await the_tenant(stage, shop))['name'], name)
    must_equal('what the list of services shows', f'data-site="{fields_of(shop)["teahouse_site"]}"' in html.unescape(await shop.function('getClientServiceInfo')), True)
    must_equal('what staff sees beside it', f'<td>{name}</td>' in await shop.function('getAdminServiceInfo'), True)
    must_equal('the list of a service that is not made', await cafe.function('getClientServiceInfo'), '')
    await must_do(cafe, 'create at once')
    await must_be_good(stage, (await keys_of(cafe))[0])


@of_blesta('a tenant whose answer was lost, of an order of which nothing is kept, is removed again')
async def lost(stage, shop, cafe):
    """With a server that makes the tenant and never says so; where it cannot be removed the sentence names it."""
    await must_do(cafe, 'create')
    before = await the_tenant(stage, cafe)
    for status, wanted in ((b'204 No Content', 'not answered'), (b'503 Not now', 'remove it before you try again')):
        asked = []

        async def say(reader, writer, status=status, asked=asked):
            method, target, _ = (await reader.readuntil(b'\r\n\r\n')).split(b'\r\n')[0].decode().split(' ')
            asked.append((method, target.replace(TENANTS, '')))
            answer = {'GET': b'404 Not Found', 'DELETE': status}.get(method)
            writer.write(b'HTTP/1.1 ' + answer + b'\r\nContent-Length: 2\r\n\r\n{}' if answer else b'')
            writer.close()
        async with await asyncio.start_server(say, '127.0.0.1', 0) as server:
            shop.port = server.sockets[0].getsockname()[1]
            await must_be_refused(shop, 'create at once', wanted)
        must_equal('what was asked', [method for method, _ in asked], ['GET', 'POST', 'DELETE'])
        must_equal('of what', asked[0][1], asked[2][1])
        must_equal('what is kept', shop.kept, {})
    must_equal('the neighbour', await the_tenant(stage, cafe), before)


@of_blesta('buttons of customers say nothing of the server, those of staff do; a strange button does nothing')
async def buttons(stage, shop, cafe):
    """And keys that were made from one service are not stored with another."""
    await must_do(shop, 'create')
    await must_do(cafe, 'create')
    kept = shop.kept
    for strange in ('', 'remove', '__construct', ['newApiKey']):
        must_equal('what comes of it', (await shop.function('tabChat', teahouse_button=strange))['refused'], '')
    must_equal('what is kept', shop.kept, kept)
    others = cafe.kept
    must_equal('what staff reads', (await shop.function('tabFacts', teahouse_button='new_api_key'))['refused'], '')
    must_equal('that a key was made', (shop.kept['teahouse_api_key'] != kept['teahouse_api_key'], cafe.kept), (True, others))
    await must_be_good(stage, (await keys_of(shop))[0])
    shop.port = 1
    said = [(await shop.function(tab, language, teahouse_button='new_api_key'))['refused'] for tab, language in (('tabChat', 'en_us'), ('tabChat', 'zh_cn'), ('tabFacts', 'en_us'))]
    must_equal('what customers and staff read', ([said[0][:31], said[1][:6]], 'cannot be reached' in said[2]), (['That could not be done just now', '暂时无法完成'], True))


@of_blesta('servers and packages are set up')
async def settings(stage, shop, cafe):
    """The key is in no page and stays when it is left out; names are shown as text; a plan is not lost while the server is away."""
    shown = await shop.function('manage', group='<i>group</i>', server_name='"><script>alert(1)</script>', address=['x'], operator_key='secret')
    for text in ('The <b>"first"</b> server', '<i>group</i>', '"><script>alert(1)</script>'):
        must_equal(f'how {text} is shown', (text in shown, html.escape(text, quote=True) in shown), (False, True))
    must_equal('keys on the page', (shop.key in shown, 'secret' in shown), (False, False))
    added = (await shop.function('addModuleRow'))['fields']
    must_equal('what is encrypted', [field['key'] for field in added if field['encrypted']], ['operator_key'])
    changed = await shop.function('editModuleRow', server_name='Second', address=shop.row['address'], operator_key='', widget='https://chat.example')
    must_equal('what is stored', [field['value'] for field in changed['fields']], ['Second', shop.row['address'], shop.key, 'https://chat.example'])
    for fields, wanted in (({'server_name': ''}, 'no name'), ({'address': 'im.example/x'}, 'address'), ({'widget': 'javascript:alert(1)'}, 'widget'),
                           ({'operator_key': 'ok_' + 'x' * 40}, "operator's key")):
        answer = await shop.function('editModuleRow', **{**shop.row, **fields})
        must_equal(f'what comes of {fields}', (wanted in answer['refused'], answer['fields']), (True, None))
    package = await shop.function('package', meta={'plan': 'service', 'guests': 'true', 'x': 'y'}, module_row=3, module_group='')
    must_equal('what is stored of a package', [(field['key'], field['value']) for field in package['fields']], [('plan', 'service'), ('guests', 'true')])
    must_equal('what a package without plan is', 'plan' in (await shop.function('package', meta={'plan': ['x']}))['refused'], True)
    shop.port = 1
    away = (await shop.function('package', meta={'plan': 'large'}))['form']
    must_equal('the form without the server', ('cannot be reached' in away['html'], away['fields']['meta[plan]']['options']), (True, {'large': 'large'}))
    must_equal('which server of a group is taken', await shop.function('group'), [['first'], 3, 0])
    must_equal('what says that there is no server', 'no Teahouse server' in await cafe.function('create', row=False), True)


@of_blesta("a reseller's key sells the reseller's plans, and sees no tenant of others")
async def reseller(stage, shop, cafe):
    """Shop is sold by a reseller of the operator's, cafe by the operator."""
    made = await stage.call('POST', '/operator/v1/resellers', {'name': f'acme-{stage.number}', 'tenants': 5})
    must_equal('the status of the reseller', made.status, 201)
    await must_do(cafe, 'create')
    before = await the_tenant(stage, cafe)
    shop.key = made.json['api_key']
    must_equal('the plan of the reseller', (await stage.call('PUT', '/operator/v1/plans/small', {'accounts': 10}, shop.key)).status in (200, 201), True)
    must_equal('the plans that are offered', await shop.plans(), ['default', 'small'])
    shop.plan = 'small'
    await must_do(shop, 'create')
    must_equal('whose it is', (await the_tenant(stage, shop))['reseller'], f'acme-{stage.number}')
    shop.service, own = cafe.service, shop.service    # as if rows were mixed up
    await must_be_refused(shop, 'suspend')
    shop.service = own
    await must_do(shop, 'terminate')
    must_equal('the neighbour', await the_tenant(stage, cafe), before)
