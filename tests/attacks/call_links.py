"""Links of arranged calls: of the other tenant, used twice and at once, guessed, and too much of everything."""
import asyncio

from fixtures.client import Unexpected
from over_http import api, must_be
from stage import case


async def arranged(stage, name='a', users=('alice', 'bob')):
    """The id of a call, and its two links, as the page shows them to the server."""
    answer = await api(stage, 'POST', '/v1/calls', {'users': list(users)}, stage.tenants[name]['api_key'])
    if answer.status != 201:
        raise Unexpected(f'a call should have been made; the answer is {answer}')
    return answer.json['id'], [link['url'].split('#')[1] for link in answer.json['links']]


def path(stage, name, what):
    return f"/v1/sites/{stage.tenants[name]['site']}/calls/{what}"


@case('50 calls: links at the other tenant')
async def other_tenant(stage):
    """404, and the link is as good as before at its own."""
    call, links = await arranged(stage)
    for what in ('look', 'join'):
        await must_be(stage, (404,), 'POST', path(stage, 'b', what), {'link': links[0]}, '')
    for method in ('GET', 'DELETE'):
        await must_be(stage, (404,), method, f'/v1/calls/{call}', None, stage.tenants['b']['api_key'])
    await must_be(stage, (200,), 'POST', path(stage, 'a', 'look'), {'link': links[0]}, '')


@case('50 calls: one link many times at once')
async def at_once(stage):
    """It is used once; the others are told so, or to try again."""
    _, links = await arranged(stage)
    answers = await asyncio.gather(*(api(stage, 'POST', path(stage, 'a', 'join'), {'link': links[0]}, '') for _ in range(30)))
    statuses = [answer.status for answer in answers]
    if statuses.count(201) != 1 or set(statuses) - {201, 410, 429}:
        raise Unexpected(f'one of 30 should have been let in; the answers are {statuses}')
    for _ in range(3):
        await must_be(stage, (410,), 'POST', path(stage, 'a', 'join'), {'link': links[0]}, '')


@case('50 calls: links that are none')
async def none(stage):
    """404, or 400 for what is no field; nobody is signed in."""
    call, links = await arranged(stage)
    secret = links[0].split('.')[1]
    for link in ('.', '#', f'{call}.', f'.{secret}', call, f'{call}.{secret[:-1]}', f'{call}.{secret}x', f'{call}..{secret}', f'{call}\0.{secret}',
                 'x' * 64 + '.' + secret, 'x' * 65 + '.' + secret, 'calls.' + secret, links[0].swapcase(), 'é.' + secret, 'x' * 100000):
        await must_be(stage, (400, 404), 'POST', path(stage, 'a', 'join'), {'link': link}, '')
    for body in ({}, {'link': ''}, {'link': 7}, {'link': [links[0]]}, {'link': links[0], 'user': 'alice'}, b'[' * 100000, b'{"link":"' + b'x' * 1000000 + b'"}'):
        await must_be(stage, (400, 404, 413, 415), 'POST', path(stage, 'a', 'join'), body, '', headers={'Content-Type': 'application/json'})
    await must_be(stage, (201,), 'POST', path(stage, 'a', 'join'), {'link': links[0]}, '')


@case('50 calls: fields that are none')
async def fields(stage):
    """400, or 404 for who is not there; no call is made."""
    key = stage.tenants['a']['api_key']
    for body in ({}, {'users': []}, {'users': ['alice']}, {'users': ['alice', 'bob', 'carol']}, {'users': 'alice'}, {'users': ['alice', '']},
                 {'users': ['alice', 'x' * 2000]}, {'users': ['alice', 'guest-12345678']}, {'users': ['alice', ['bob']]}, {'users': ['alice', 'bob'], 'lasts_s': 59},
                 {'users': ['alice', 'bob'], 'lasts_s': 86401}, {'users': ['alice', 'bob'], 'lasts_s': -1}, {'users': ['alice', 'bob'], 'video': 'perhaps'},
                 {'users': ['alice', 'bob'], 'room': 'den'}, {'users': ['alice'] * 10000}):
        await must_be(stage, (400,), 'POST', '/v1/calls', body, key)
    await must_be(stage, (400, 404), 'POST', '/v1/calls', {'users': ['alice', 'ALICE']}, key)  # one user twice, or another spelling of one that is there
    for who in (stage.tenants['a']['site'], ''):
        await must_be(stage, (401,), 'POST', '/v1/calls', {'users': ['alice', 'bob']}, who)
