"""Messages that are older than the plan keeps them go. Time cannot be moved here: a plan of 0 days makes all that was said too old."""
import asyncio

from fixtures.poll import poll
from stage import case, must_equal

ROOM = 'garden'


async def texts(stage, tenant, path):
    answer = await stage.call('GET', path, None, stage.tenants[tenant]['api_key'])
    must_equal('the status', answer.status, 200)
    return [message['text'] for message in answer.json['messages']]


async def used(stage, tenant):
    return (await stage.call('GET', '/v1/usage', None, stage.tenants[tenant]['api_key'])).json['limits']['archive_bytes']['used']


@case('archive days: what is too old goes, the other tenant keeps it')
async def trimmed(stage):
    """After a restart (and every hour) the archives of users and rooms hold nothing older than the plan's archive_days, and what is used of
    archive_bytes follows (docs/api.md: "Days for which messages are kept"). The plan of the other tenant is its own."""
    paths = {'montague': '/v1/users/romeo/messages', 'capulet': '/v1/users/juliet/messages'}
    await asyncio.to_thread(stage.api.set_plan, f'days-{stage.number}', {'archive_days': 365})
    await asyncio.to_thread(stage.api.change_tenant, stage.names['montague'], plan=f'days-{stage.number}')
    for tenant, user in (('montague', 'romeo'), ('capulet', 'juliet')):
        key = stage.tenants[tenant]['api_key']
        await stage.call('PUT', f'/v1/rooms/{ROOM}', {}, key)
        for to in (f'user:{user}', f'room:{ROOM}'):
            must_equal('the status', (await stage.call('POST', '/v1/messages', {'to': to, 'text': 'Old words'}, key)).status, 201)
    await restart(stage)
    for tenant, path in paths.items():  # within its days it stays
        must_equal('what is kept', [await texts(stage, tenant, path), await texts(stage, tenant, f'/v1/rooms/{ROOM}/messages')],
                   [['Old words'], ['Old words']])
    await asyncio.to_thread(stage.api.set_plan, f'days-{stage.number}', {'archive_days': 0})
    await restart(stage)

    async def is_gone():
        return not await texts(stage, 'montague', paths['montague']) and not await texts(stage, 'montague', f'/v1/rooms/{ROOM}/messages') \
            and await used(stage, 'montague') == 0
    await poll(is_gone, what='the end of what is too old')
    must_equal('the other tenant', [await texts(stage, 'capulet', paths['capulet']), await texts(stage, 'capulet', f'/v1/rooms/{ROOM}/messages')],
               [['Old words'], ['Old words']])
    must_equal('what the other uses', await used(stage, 'capulet') > 0, True)


async def restart(stage):
    await asyncio.to_thread(stage.server.terminate)
    await asyncio.to_thread(stage.server.start)
    stage.api = stage.server.api
