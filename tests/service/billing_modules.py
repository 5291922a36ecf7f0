"""Modules of billing products (integrations/): what a host's product asks of them, each in that product's own words, against this server."""
import asyncio
import glob
import html
import os
import re
import subprocess
import tempfile

from billing.products import Blesta, Fossbilling, Paymenter, Whmcs
from fixtures import limits
from fixtures.client import Unexpected
from fixtures.server import ROOT
from stage import case, is_sentence, must_equal

PRODUCTS = (Whmcs, Fossbilling, Paymenter, Blesta)
TENANTS = '/operator/v1/tenants'


def of_each_product(name):
    """A case for each product; it gets two services of two customers, not yet made, of the domains shop and cafe."""
    def keep(function):
        for product in PRODUCTS:
            async def run(stage, product=product):
                with tempfile.TemporaryDirectory() as folder:
                    product.install(folder)
                    shops = [product(stage, folder, n, f'{shop}.n{stage.number}.example') for n, shop in ((11, 'shop'), (12, 'cafe'))]
                    await function(stage, *shops)
                must_be_silent_on_keys(stage, shops)
            run.__doc__ = function.__doc__
            case(f'billing, {product.name}: {name}')(run)
        return function
    return keep


def must_be_silent_on_keys(stage, shops):
    for shop in shops:
        for line in (*shop.log, *shop.kept.items()):
            if re.search(r'\b(ss|sk)_\w{8}', repr(line)) or stage.api.operator_key in repr(line):
                raise Unexpected(f'a key should be neither logged nor kept in the clear; {shop.name} has {line}')


async def must_do(shop, *words, **details):
    must_equal(f'what the administrator reads of {words} for {shop.domain}', await shop.do(*words, **details), '')


async def must_be_refused(shop, word, *wanted):
    said = await shop.do(word)
    if not is_sentence(said) or any(part not in said for part in wanted):
        raise Unexpected(f'{word} should have been refused by a sentence with {wanted}; the administrator reads {said!r}')


async def tenants_of(stage, shop):
    return (await stage.call('GET', f'{TENANTS}?domain={shop.domain}')).json['tenants']


async def the_tenant(stage, shop):
    found = await tenants_of(stage, shop)
    must_equal(f'the number of tenants of {shop.domain}', len(found), 1)
    return found[0]


async def keys_of(shop, language='english'):
    """API key and signing secret that the owner reads on their page."""
    page = html.unescape(await shop.page(language))
    return re.search(r'sk_\w+', page).group(), re.search(r'ss_\w+', page).group()


async def must_be_good(stage, key, status=200):
    must_equal('the status of a call with the API key', (await stage.call('GET', '/v1/rooms', key=key)).status, status)


@of_each_product('sold, changed, suspended, resumed and left; the neighbour stays')
async def life(stage, shop, cafe):
    """Every step may come twice, and nothing of it touches another tenant."""
    await must_do(shop, 'create')
    await must_do(cafe, 'create')
    before = await the_tenant(stage, cafe)
    made, keys = await the_tenant(stage, shop), await keys_of(shop)
    must_equal('what was made', (made['plan'], made['guests'], made['origins']), ('service', False, [f'https://{shop.domain}', f'https://www.{shop.domain}']))
    await must_do(shop, 'create')
    must_equal('tenant and keys after a second creation', (await the_tenant(stage, shop), await keys_of(shop)), (made, keys))
    await must_be_good(stage, keys[0])
    for _ in range(2):
        await must_do(shop, 'suspend', reason='Invoice 7 <b>is open</b>.')
    must_equal('the reason of the suspension', (await the_tenant(stage, shop))['suspend_reason'], shop.suspended_by('Invoice 7 <b>is open</b>.'))
    await must_be_good(stage, keys[0], 403)
    for _ in range(2):
        await must_do(shop, 'resume')
    await must_be_good(stage, keys[0])
    await asyncio.to_thread(stage.api.set_plan, f'large-{stage.number}', {'accounts': 70000})
    shop.plan = f'large-{stage.number}'
    await must_do(shop, 'plan')
    must_equal('the plan', (await the_tenant(stage, shop))['plan'], shop.plan)
    shop.plan = 'no-such-plan'
    await must_be_refused(shop, 'plan', 'no-such-plan')
    await must_do(shop, 'terminate')
    must_equal('what is left of the tenant and in the product', (await tenants_of(stage, shop), [v for v in shop.kept.values() if v]), ([], []))
    await must_do(shop, 'terminate')
    await must_be_refused(shop, 'suspend', 'no tenant')
    must_equal('the neighbour', await the_tenant(stage, cafe), before)
    await must_be_good(stage, (await keys_of(cafe))[0])
    shop.plan = 'service'
    await must_do(shop, 'create')
    must_equal('a tenant sold anew has another name', (await the_tenant(stage, shop))['name'] != made['name'], True)


@of_each_product('a creation whose answer was lost is finished; a domain of others is not taken')
async def retried(stage, shop, cafe):
    """The product has the name and no keys: the next try makes keys, and no second tenant."""
    await must_do(shop, 'create')
    made, (old_key, _) = await the_tenant(stage, shop), await keys_of(shop)
    shop.lose_keys()
    await must_do(shop, 'create')
    must_equal('the tenant', await the_tenant(stage, shop), made)
    key, secret = await keys_of(shop)
    await must_be_good(stage, key)
    await must_be_good(stage, old_key, 401)
    await must_do(shop, 'signing secret')
    await must_do(shop, 'api key')
    newer = await keys_of(shop)
    must_equal('keys that were made anew', (newer[0] != key, newer[1] != secret), (True, True))
    await must_be_good(stage, key, 401)
    await must_be_good(stage, newer[0])
    owned = (await stage.call('POST', f'{TENANTS}/{made["name"]}/keys', {'label': 'of the owner'})).json['api_key']
    await must_do(shop, 'api key')
    await must_be_good(stage, owned)
    cafe.domain = shop.domain
    await must_be_refused(cafe, 'create', shop.domain, 'taken')
    cafe.domain = stage.domains['montague']
    await must_be_refused(cafe, 'create', 'taken')
    cafe.domain = ''
    await must_be_refused(cafe, 'create', 'domain')
    cafe.domain = '<script>alert(1)</script>.example'
    await must_be_refused(cafe, 'create', 'domain')
    must_equal('the tenant of whom the domain is', (await stage.call('GET', f'{TENANTS}/{stage.names["montague"]}')).json['suspended'], False)
    moved = shop.domain
    shop.domain = f'moved.n{stage.number}.example'
    await must_be_refused(shop, 'create', moved, 'terminate')
    shop.domain = moved


@of_each_product('the owner sees address, code and use, all of it as text')
async def page(stage, shop, cafe):
    """In English and Chinese; the PHP that it shows makes tokens that the server takes."""
    await must_do(shop, 'create')
    tenant = await the_tenant(stage, shop)
    shown = await shop.page()
    for text in (f'<script async crossorigin src="http://127.0.0.1:{shop.port}/w.js" data-site="{tenant["site"]}"></script>', shop.domain, 'Signing secret'):
        if html.escape(text) not in shown:
            raise Unexpected(f'the page should show {text!r}; it is\n{shown}')
    must_equal('that the Chinese page has Chinese words', '把聊天放到您的网站上' in await shop.page('chinese-cn'), True)
    await must_do(shop, 'suspend', reason='<script>alert(1)</script>')
    await asyncio.to_thread(stage.api.change_tenant, tenant['name'], title='<script>alert(2)</script>')
    for text in (await shop.page(), await shop.page('chinese-cn'), repr(await shop.facts())):
        must_equal('elements of scripts on the page', re.findall(r'<script[^>]*>', text), [])
    await must_do(shop, 'resume')
    code = re.search(r'<pre>(&lt;\?php.*?)</pre>', shown, re.DOTALL).group(1)
    done = await asyncio.to_thread(subprocess.run, ['php', '-d', 'display_errors=stderr'], input='<?php $user_id = 7; $user_name = "王 \\"x\\" <b>"; ?>'
                                   + html.unescape(code), capture_output=True, text=True, check=True, timeout=limits.EXCHANGE_S)
    must_equal('what PHP complains of', done.stderr, '')
    token = re.search(r'data-token="([\w.-]+)"', done.stdout).group(1)
    answer = await stage.call('GET', '/v1/users/7', key=token)
    must_equal('the user of the token', (answer.status, (answer.json or {}).get('name')), (200, '王 "x" <b>'))
    must_equal('the page of a service that was not made', re.findall(r'[sp]k_|ss_', await cafe.page()), [])
    shop.port = 1
    must_equal('that the page is there without the server', tenant['site'] in await shop.page(), True)


@of_each_product('use is told')
async def usage(stage, shop, cafe):
    """Of the service's own tenant, in the product's units."""
    await asyncio.to_thread(stage.api.set_plan, f'small-{stage.number}', {'archive_bytes': 5 << 20, 'files_total_bytes': 20 << 20})
    shop.plan = f'small-{stage.number}'
    await must_do(shop, 'create')
    await must_do(cafe, 'create')
    key, _ = await keys_of(shop)
    must_equal('the status of the user', (await stage.call('PUT', '/v1/users/mei', {'name': 'Mei'}, key)).status, 201)
    must_equal('the status of the message', (await stage.call('POST', '/v1/messages', {'to': 'user:mei', 'text': 'Words'}, key)).status, 201)
    must_equal('the use of the plan', await shop.usage(), shop.used(1, 25))
    must_equal('the use of a plan without limits', await cafe.usage(), cafe.used(0, 0))
    facts = await shop.facts()
    if facts is not None:
        must_equal('what the administrator sees', (facts['Domain'], facts['Plan'], facts['Disk']), (shop.domain, shop.plan, '1 MB of 25 MB'))


@of_each_product('a wrong key, an absent server and a certificate of strangers are told in sentences')
async def refused(stage, shop, cafe):
    """And the key goes nowhere unencrypted but to the machine itself."""
    must_equal('the test of the connection', await shop.test(), '')
    must_equal('that the plans are offered', 'service' in await shop.plans(), True)
    shop.port, shop.secure = stage.server.port('https'), True
    await must_fail(shop, 'certificate')
    shop.settings = ('-d', f'openssl.cafile={stage.ca}')
    must_equal('the test of a connection that is verified', await shop.test(), '')
    cafe.host = 'im.example'
    await must_fail(cafe, 'unencrypted', 'im.example')
    cafe.host, cafe.key = '127.0.0.1', 'ok_' + 'x' * 40
    await must_fail(cafe, "operator's key")
    await must_be_refused(cafe, 'create', "operator's key")
    cafe.key = ''
    await must_fail(cafe, "operator's key is missing")
    cafe.key, cafe.port = stage.api.operator_key, 1
    await must_fail(cafe, 'cannot be reached')
    await must_be_refused(cafe, 'create', 'cannot be reached')
    cafe.port = stage.server.port('c2s')
    await must_fail(cafe, 'HTTP')
    cafe.host = 'im.example\r\nX: y'
    await must_fail(cafe, 'name')


async def must_fail(shop, *wanted):
    said = await shop.test()
    if not is_sentence(said) or any(part not in said for part in wanted):
        raise Unexpected(f'the test of the connection should fail by a sentence with {wanted}; it says {said!r}')


@case('billing, fossbilling: a customer makes keys for orders of their own alone')
async def others(stage):
    """The product passes on what order the customer names."""
    with tempfile.TemporaryDirectory() as folder:
        Fossbilling.install(folder)
        shop = Fossbilling(stage, folder, 11, f'shop.n{stage.number}.example')
        await must_do(shop, 'create')
        before = shop.row
        for step in ('new_api_key', 'new_signing_secret'):
            must_equal('what another customer reads', await shop.function(step, client=2), 'There is no such order, or it is not active.')
        must_equal('what the product keeps', shop.row, before)
        must_equal('what the customer reads', await shop.function('new_api_key'), True)


PLANS = b'{"plans":[{"name":"small"}]}'
ANSWERS = {  # what stands at the server's address says -> the plans that are offered, or a word of the sentence
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n' + PLANS[:5] + b'\r\n%x\r\n' % (len(PLANS) - 5) + PLANS[5:] + b'\r\n0\r\n\r\n': ['small'],
    b'HTTP/1.0 200 OK\r\n\r\n' + PLANS: ['small'],
    b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n' + PLANS: 'broke off',
    b'HTTP/1.1 200 OK\r\n\r\n<html>Welcome</html>': 'other than JSON',
    b'HTTP/1.1 502 Bad Gateway\r\n\r\n<html>': '502',
    b'HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n': '301',
    b'': 'not answered',
}


@case('billing: what is no Teahouse server, or stands in front of one, is read right')
async def answers(stage):
    """Chunks, an answer that is cut, pages of other programs; a redirection is not followed, since the key would go along."""
    with tempfile.TemporaryDirectory() as folder:
        Paymenter.install(folder)
        shop = Paymenter(stage, folder, 11, 'shop.example')
        for answer, wanted in ANSWERS.items():
            async def say(reader, writer, answer=answer):
                await reader.readuntil(b'\r\n\r\n')
                writer.write(answer)
                writer.close()
            async with await asyncio.start_server(say, '127.0.0.1', 0) as server:
                shop.port = server.sockets[0].getsockname()[1]
                said = await shop.function('getProductConfig')
            if isinstance(wanted, list):
                must_equal(f'the plans that are read from {answer}', list(said[0]['options']), wanted)
            elif not is_sentence(said) or wanted not in said:
                raise Unexpected(f'{answer} should become a sentence with {wanted!r}; it becomes {said!r}')


@case('billing: PHP reads every file of the integrations')
async def syntax(stage):
    """By php -l, of the PHP that is here."""
    for path in sorted(path for ending in ('php', 'pdt') for path in glob.glob(os.path.join(ROOT, f'integrations/**/*.{ending}'), recursive=True)):
        done = await asyncio.to_thread(subprocess.run, ['php', '-l', path], capture_output=True, text=True, check=False, timeout=limits.EXCHANGE_S)
        must_equal(f'what php -l says of {path}', (done.returncode, done.stderr), (0, ''))
