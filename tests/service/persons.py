"""Persons: by commands, and signed in over the API; each sees what their role opens, and nothing of the other's."""
import base64
import hashlib
import hmac
import re
import time

from command_line import Commands, pairs, rows
from stage import case, must_equal, must_refuse

SESSIONS, ME = '/v1/persons/sessions', '/v1/persons/me'
PASSWORD = 'a long password'


def one_time(secret, step):
    """A code as an app shows it (RFC 6238)."""
    mac = hmac.digest(base64.b32decode(secret + '=' * (-len(secret) % 8)), step.to_bytes(8, 'big'), hashlib.sha1)
    at = mac[-1] & 15
    return f'{(int.from_bytes(mac[at:at + 4], "big") & 0x7fffffff) % 1_000_000:06}'


class People:
    """ann owns the one tenant of the stage, bob moderates the other."""

    def __init__(self, stage):
        self.stage, self.commands = stage, Commands(stage, 'data')
        self.ann, self.bob = f'ann-{stage.number}@a.example', f'bob-{stage.number}@b.example'

    async def come(self):
        for email, role, tenant in ((self.ann, 'owner', 'montague'), (self.bob, 'moderate', 'capulet')):
            await self.commands.good('person', 'create', email, '--password-stdin', stdin=f'{PASSWORD}\n')
            await self.commands.good('person', 'role', email, role, '--tenant', self.stage.names[tenant])
        return self

    async def sign_in(self, email, password=PASSWORD, **more):
        return await self.stage.call('POST', SESSIONS, {'email': email, 'password': password, **more}, '')

    async def enter(self, email, **more):
        answer = await self.sign_in(email, **more)
        must_equal('the answer', answer.status, 201)
        return answer.json['token']


@case('persons: are made, shown, given roles and removed by commands')
async def by_commands(stage):
    """person create, list, show, role, password and remove do what their help says; passwords come on standard input alone."""
    people = await People(stage).come()
    commands, ann, shop = people.commands, people.ann, stage.names['montague']
    shown = pairs(await commands.good('person', 'show', ann))
    must_equal('what is shown', (shown['email'], shown['roles'], shown['totp'], 'password' in shown), (ann, f'owner of {shop}', 'no', False))
    changed = pairs(await commands.good('person', 'role', ann, 'operator'))
    must_equal('the roles', changed['roles'], f'owner of {shop}, operator')
    must_equal('taken away', (await commands.json('person', 'role', ann, 'none', '--tenant', shop))['roles'], [{'role': 'operator'}])
    listed = {r['email']: r['roles'] for r in rows(await commands.good('person', 'list'))}
    must_equal('the list', (listed[ann], listed[people.bob]), ('operator', f'moderate of {stage.names["capulet"]}'))
    token = await people.enter(ann)
    must_equal('as the operator', (await stage.call('GET', '/operator/v1/tenants', None, token)).status, 200)
    must_equal('said', await commands.good('person', 'password', ann, '--password-stdin', stdin='another password\n'),
               f'{ann} has a new password, and its sessions have ended.\n')
    must_refuse(await stage.call('GET', ME, None, token), 401)
    must_refuse(await people.sign_in(ann), 401)
    await commands.refused(1, '10 to 1023 bytes', 'person', 'password', ann, '--password-stdin', stdin='short\n')
    await commands.refused(1, 'already', 'person', 'create', ann, '--password-stdin', stdin=f'{PASSWORD}\n')
    await commands.refused(2, 'standard input', 'person', 'create', f'x{ann}', '--password-stdin')
    must_equal('said', await commands.good('person', 'remove', ann), f'{ann} is removed.\n')
    must_refuse(await people.sign_in(ann, 'another password'), 401)
    await commands.refused(1, 'no person', 'person', 'show', ann)


@case('persons: see what their roles open')
async def by_roles(stage):
    """An owner does what the tenant's key does, a moderator some of it; neither sees the other's tenant, nor the server's affairs."""
    people = await People(stage).come()
    ann, bob = await people.enter(people.ann), await people.enter(people.bob)
    names = [u['id'] for u in (await stage.call('GET', '/v1/users', None, ann)).json['users']]
    must_equal('ann sees', sorted(names), ['benvolio', 'romeo'])
    names = [u['id'] for u in (await stage.call('GET', '/v1/users', None, bob)).json['users']]
    must_equal('bob sees', sorted(names), ['juliet', 'nurse'])
    must_equal('ann makes', (await stage.call('PUT', '/v1/users/mercutio', {}, ann)).status, 201)
    must_refuse(await stage.call('PUT', '/v1/users/tybalt', {}, bob), 403, 'roles')
    must_equal('the other', (await stage.call('GET', '/v1/users/mercutio', None, stage.tenants['capulet']['api_key'])).status, 404)
    for path in ('/operator/v1/tenants', '/operator/v1/persons', '/operator/v1/audit', f'/operator/v1/tenants/{stage.names["capulet"]}'):
        for token in (ann, bob):
            must_refuse(await stage.call('GET', path, None, token), 403)
    await people.commands.good('person', 'role', people.bob, 'none', '--tenant', stage.names['capulet'])
    must_refuse(await stage.call('GET', '/v1/users', None, bob), 403)
    for wrong in ('ps_', 'ps_' + 'x' * 5000, ann + 'x', "ps_' OR 1=1 --"):
        must_refuse(await stage.call('GET', ME, None, wrong), 401)


@case('persons: need the code of their app, once')
async def codes(stage):
    """TOTP (RFC 6238): a code is good once, recovery codes are too, and none of it is the other person's affair."""
    people = await People(stage).come()
    ann = await people.enter(people.ann)
    secret = (await stage.call('POST', f'{ME}/totp', {'password': PASSWORD}, ann)).json['secret']
    step = int(time.time()) // 30
    must_refuse(await stage.call('PUT', f'{ME}/totp', {'code': one_time(secret, step - 50)}, ann), 403)
    codes_ = (await stage.call('PUT', f'{ME}/totp', {'code': one_time(secret, step)}, ann)).json['recovery_codes']
    must_equal('the codes', (len(codes_), all(re.fullmatch(r'[A-Z2-7]{4}(-[A-Z2-7]{4}){3}', c) for c in codes_)), (10, True))
    asked = await people.sign_in(people.ann)
    must_refuse(asked, 401)
    must_equal('its code', asked.json['code'], 'code-needed')
    must_refuse(await people.sign_in(people.ann, code=one_time(secret, step)), 401)
    await people.enter(people.ann, code=codes_[0])
    must_refuse(await people.sign_in(people.ann, code=codes_[0]), 401)
    must_refuse(await people.sign_in(people.bob, 'a wrong password', code=codes_[1]), 401)
    await people.enter(people.bob)
    sessions = (await stage.call('GET', f'{ME}/sessions', None, ann)).json['sessions']
    must_equal('her sessions', [s['current'] for s in sessions], [True, False])
    must_equal('ended', (await stage.call('DELETE', f'{ME}/sessions/{sessions[1]["id"]}', None, ann)).status, 204)
    must_equal('off', (await stage.call('POST', f'{ME}/totp/end', {'password': PASSWORD}, ann)).status, 204)
    await people.enter(people.ann)
