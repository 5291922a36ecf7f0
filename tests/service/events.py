"""Events that are more than the plan keeps go, the oldest first, and who had not read them is told so."""
import asyncio

from archive_days import restart
from fixtures.poll import poll
from stage import case, must_equal


async def events(stage, tenant, query=''):
    return await stage.call('GET', f'/v1/events?kinds=message{query}', None, stage.tenants[tenant]['api_key'])


@case('events: the oldest beyond the bytes of the plan go, and a place before them is gone; the other tenant keeps its own')
async def trimmed(stage):
    """After a restart (and every minute) a tenant has no more events than its plan's events_bytes, but always the newest; a reader that
    had not come so far is answered 410, one that had seen all goes on."""
    await asyncio.to_thread(stage.api.set_plan, f'events-{stage.number}', {'events_bytes': 1000000})
    await asyncio.to_thread(stage.api.change_tenant, stage.names['montague'], plan=f'events-{stage.number}')
    for tenant, user in (('montague', 'romeo'), ('capulet', 'juliet')):
        await asyncio.to_thread(stage.api.change_tenant, stage.names[tenant], events=['message'])
        for number in range(5):
            answer = await stage.call('POST', '/v1/messages', {'to': f'user:{user}', 'text': f'Words {number}'},
                                      stage.tenants[tenant]['api_key'])
            must_equal('the status', answer.status, 201)
    first, whole = (await events(stage, 'montague', '&limit=1')).json, (await events(stage, 'montague')).json
    must_equal('the events', len(whole['events']), 5)
    await restart(stage)
    must_equal('the events after a restart', (await events(stage, 'montague')).json, whole)
    # Events of one millisecond stay together, and after a restart ids can be ahead of the clock: of the five all may be of one. The ids
    # of another run are later (store/arrival_order.h).
    answer = await stage.call('POST', '/v1/messages', {'to': 'user:romeo', 'text': 'The newest words'}, stage.tenants['montague']['api_key'])
    must_equal('the status', answer.status, 201)
    whole = (await events(stage, 'montague')).json
    must_equal('the events with the newest', len(whole['events']), 6)
    await asyncio.to_thread(stage.api.set_plan, f'events-{stage.number}', {'events_bytes': 0})
    await restart(stage)
    gone = await poll(lambda: events(stage, 'montague', f'&after={first["cursor"]}'), lambda answer: answer.status == 410,
                      'that the events are gone')
    must_equal('the code', gone.json['code'], 'gone')
    must_equal('what is left', (await events(stage, 'montague')).json['events'], whole['events'][-1:])
    must_equal('who had seen all', (await events(stage, 'montague', f'&after={whole["cursor"]}')).json['events'], [])
    must_equal('the other tenant', len((await events(stage, 'capulet')).json['events']), 5)
