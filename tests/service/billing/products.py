"""One service of a host's billing product; each product is the same to the cases. One PHP process is one request to the product."""
import asyncio
import json
import os
import re
import subprocess

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.server import ROOT

HERE = os.path.dirname(os.path.realpath(__file__))


def php(harness, request, settings=()):
    done = subprocess.run(['php', *settings, os.path.join(HERE, harness)], input=json.dumps(request), capture_output=True, text=True,
                          check=False, timeout=limits.EXCHANGE_S)
    if done.returncode or done.stderr:
        raise Unexpected(f'PHP ended with {done.returncode} and said:\n{done.stdout}\n{done.stderr}')
    return json.loads(done.stdout)


class Product:
    """A service `number` with `domain` that a host has sold; what the product keeps is in `kept`, what it logs in `log`."""

    name = harness = None

    def __init__(self, stage, folder, number, domain, plan='service'):
        self.server, self.folder, self.number, self.domain, self.plan, self.guests = stage.server, folder, number, domain, plan, False
        self.host, self.port, self.secure, self.key = '127.0.0.1', stage.server.port('http'), False, stage.api.operator_key
        self.settings = ()                # of PHP
        self.kept, self.log = {}, []

    @classmethod
    def install(cls, folder):
        subprocess.run([os.path.join(ROOT, 'integrations/install'), cls.name, folder], check=True, capture_output=True, timeout=limits.EXCHANGE_S)

    async def facts(self):
        """None: the product has no place where a module tells the administrator of a service."""

    async def request(self, **request):
        answer = await asyncio.to_thread(php, self.harness, request, self.settings)
        self.log += answer['log']
        return answer


class Whmcs(Product):
    name, harness = 'whmcs', 'whmcs.php'
    words = {'create': 'CreateAccount', 'suspend': 'SuspendAccount', 'resume': 'UnsuspendAccount', 'terminate': 'TerminateAccount',
             'plan': 'ChangePackage', 'api key': 'NewApiKey', 'signing secret': 'NewSigningSecret'}

    async def function(self, function, language='english', **more):
        params = {'serviceid': self.number, 'pid': 1, 'userid': 1, 'serverid': 3, 'domain': self.domain, 'username': 'shopexam', 'password': 'unused',
                  'configoption1': self.plan, 'configoption2': 'on' if self.guests else '', 'configoption3': '', 'serverhostname': self.host,
                  'serverip': '', 'serverport': self.port, 'serversecure': self.secure, 'serverusername': '', 'serverpassword': '',
                  'serveraccesshash': self.key, 'clientsdetails': {'language': language}, **more}
        rows = [{'id': n, 'server': server, 'domain': domain, 'domainstatus': status, 'diskusage': -1, 'disklimit': -1} for n, server, domain, status in
                ((self.number, 3, self.domain, 'Active'), (901, 4, self.domain, 'Active'), (902, 3, self.domain, 'Terminated'), (903, 3, '', 'Active'),
                 (904, 3, 'nobody.example', 'Active'))]
        answer = await self.request(module=f'{self.folder}/modules/servers/teahouse', function=function, params=params, properties=self.kept,
                                    hosting=rows, session={})
        self.kept = answer['properties'] or {}
        return answer

    async def do(self, word, reason=''):
        """Empty, or the sentence that the administrator reads."""
        result = (await self.function(self.words[word], suspendreason=reason))['result']
        return '' if result == 'success' else result

    def lose_keys(self):
        """As when the server's answer was lost: kept is what was kept before the call."""
        self.kept = {name: value for name, value in self.kept.items() if name in ('Teahouse tenant', 'Teahouse domain')}

    @staticmethod
    def suspended_by(reason):
        """WHMCS tells the module why."""
        return reason

    def used(self, used, limit):
        """Of its own row alone."""
        return 'success', {self.number: (used, limit)}

    async def test(self):
        result = (await self.function('TestConnection'))['result']
        return '' if result == {'success': True, 'error': ''} else result['error']

    async def plans(self):
        return list((await self.function('plans'))['result'])

    async def page(self, language='english'):
        return (await self.function('ClientArea', language))['result']

    async def facts(self):
        return (await self.function('AdminServicesTabFields'))['result']

    async def usage(self):
        """Used and limit in MB, and whether anything else was touched."""
        answer = await self.function('UsageUpdate')
        touched = {row['id']: (row['diskusage'], row['disklimit']) for row in answer['hosting'] if row['diskusage'] != -1}
        return answer['result'], touched


class Paymenter(Product):
    name, harness = 'paymenter', 'paymenter.php'
    words = {'create': 'createServer', 'suspend': 'suspendServer', 'resume': 'unsuspendServer', 'terminate': 'terminateServer',
             'plan': 'upgradeServer', 'api key': 'newApiKey', 'signing secret': 'newSigningSecret'}

    async def function(self, function, language='en'):
        answer = await self.request(module=f'{self.folder}/extensions/Servers/Teahouse', function=function, properties=self.kept, domain=self.domain,
                                    config={'address': f'http{"s" * self.secure}://{self.host}:{self.port}', 'operator_key': self.key, 'widget': None},
                                    settings={'plan': self.plan, 'guests': '1' if self.guests else '0'}, locale=language)
        self.kept = answer['properties'] or {}
        return answer['result']

    async def do(self, word, reason=''):
        result = await self.function(self.words[word])
        return '' if result in (True, 'https://billing.example/services/11') else result

    def lose_keys(self):
        self.kept = {name: value for name, value in self.kept.items() if name in ('teahouse_tenant', 'teahouse_domain')}

    @staticmethod
    def suspended_by(_):
        """Paymenter does not tell the module why."""
        return 'Suspended by the provider.'

    async def test(self):
        result = await self.function('testConfig')
        return '' if result is True else result

    async def plans(self):
        return list((await self.function('getProductConfig'))[0]['options'])

    async def page(self, language='en'):
        return await self.function('getView', {'english': 'en', 'chinese-cn': 'zh'}.get(language, language))

    async def usage(self):
        """The customer's page is where Paymenter shows it."""
        return re.findall(r'<th scope="row">(?:Messages kept|Files)</th><td>([^<]*)</td>', await self.page())  # in KiB, rounded up

    @staticmethod
    def used(used, limit):
        return [f'{used} KiB of 5 MiB', '0 KiB of 20 MiB'] if limit else ['0 KiB of unlimited'] * 2


class Fossbilling(Product):
    name, harness = 'fossbilling', 'fossbilling.php'
    words = {'create': 'activate', 'suspend': 'suspend', 'resume': 'unsuspend', 'terminate': 'cancel',
             'plan': 'change_plan', 'api key': 'new_api_key', 'signing secret': 'new_signing_secret'}

    async def function(self, function, language='en_US', client=1):
        answer = await self.request(module=f'{self.folder}/modules/Serviceteahouse', function=function, client=client, row=self.row, locale=language,
                                    config={'address': f'http{"s" * self.secure}://{self.host}:{self.port}', 'operator_key': self.key, 'widget': ''},
                                    product={'plan': self.plan, 'guests': '1' if self.guests else '0'},
                                    order={'domain': self.domain, 'plan': 'what a customer slips in', 'guests': True})
        self.row = answer['row']
        return answer['result']

    row = None

    @property
    def kept(self):
        """Of its row what is the tenant's."""
        return {name: value for name, value in (self.row or {}).items() if name not in ('id', 'client_id', 'created_at', 'updated_at')}

    @kept.setter
    def kept(self, _):
        """A product that has sold nothing has no row."""

    async def do(self, word, reason=''):
        result = await self.function(self.words[word])
        return '' if result is True else result

    def lose_keys(self):
        self.row = {name: value for name, value in self.row.items() if name not in ('site', 'api_key', 'signing_secret')}

    @staticmethod
    def suspended_by(_):
        """FOSSBilling notes the reason after it has called the module."""
        return 'Suspended by the provider.'

    async def test(self):
        result = await self.function('test')
        return '' if result is True else result

    async def plans(self):
        return await self.function('plans')

    async def page(self, language='en_US'):
        return await self.function('page', {'english': 'en_US', 'chinese-cn': 'zh_CN'}.get(language, language))

    async def facts(self):
        return await self.function('facts')

    usage, used = Paymenter.usage, staticmethod(Paymenter.used)


class Blesta(Product):
    name, harness = 'blesta', 'blesta.php'
    words = {'create': 'create', 'suspend': 'suspendService', 'resume': 'unsuspendService', 'terminate': 'cancelService', 'plan': 'changeServicePackage',
             'order': 'order', 'create at once': 'create_at_once'}
    buttons = {'api key': 'new_api_key', 'signing secret': 'new_signing_secret'}

    service = None

    @property
    def row(self):
        """The server, as it is stored in the module's settings."""
        return {'server_name': 'The <b>"first"</b> server', 'address': f'http{"s" * self.secure}://{self.host}:{self.port}', 'operator_key': self.key, 'widget': ''}

    async def function(self, function, language='en_us', row=None, **fields):
        answer = await self.request(module=f'{self.folder}/components/modules/teahouse', function=function, service=self.service, domain=self.domain,
                                    row=self.row if row is None else row, package={'plan': self.plan, 'guests': 'true' if self.guests else 'false'},
                                    vars=fields, language=language)
        self.service = answer['service']
        return answer['result']

    @property
    def kept(self):
        """Of its fields what is the tenant's; the domain that was ordered stays with a service that has ended."""
        fields = (self.service or {}).get('fields') or {}
        return {name: field['value'] for name, field in fields.items() if name != 'teahouse_domain'}

    @kept.setter
    def kept(self, _):
        """A product that has sold nothing has no service."""

    async def do(self, word, reason='', **fields):
        if word in self.buttons:
            return (await self.function('tabChat', teahouse_button=self.buttons[word]))['refused']
        return await self.function(self.words[word], **fields)

    def lose_keys(self):
        """Blesta stores nothing of a call that failed: the service is pending, and has the name that was kept for it with the order."""
        names = ('teahouse_domain', 'teahouse_tenant', 'teahouse_tenant_domain', 'teahouse_seal')
        self.service = {'status': 'pending', 'fields': {name: field for name, field in self.service['fields'].items() if name in names}}

    @staticmethod
    def suspended_by(_):
        """Blesta does not tell the module why."""
        return 'Suspended by the provider.'

    async def test(self):
        return (await self.function('addModuleRow'))['refused']

    async def plans(self):
        return list((await self.function('package'))['form']['fields']['meta[plan]']['options'])

    async def page(self, language='en_us'):
        return (await self.function('tabChat', {'english': 'en_us', 'chinese-cn': 'zh_cn'}.get(language, language)))['html']

    async def facts(self):
        return dict(re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', (await self.function('tabFacts'))['html']))

    usage, used = Paymenter.usage, staticmethod(Paymenter.used)
