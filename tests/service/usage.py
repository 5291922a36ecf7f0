"""What tenants used, by hours and days: counted once whatever becomes of the server, and shown to its owner, its reseller and the operator alone."""
import asyncio
import csv
import io

from command_line import Commands
from stage import case, must_equal, must_refuse


async def today(stage, tenant):
    """The tenant's line of today, as its owner sees it."""
    answer = await stage.call('GET', '/v1/usage?by=day', None, stage.tenants[tenant]['api_key'])
    must_equal('the status', answer.status, 200)
    return joined(answer.json['periods'])


def joined(periods):
    """What all of them tell together: a day, or an hour, may end while the server is looked at."""
    line = {name: sum(each[name] for each in periods) for name in periods[0] if name not in ('from', 'over', 'tenant')}
    for name in ('active_users', 'peak_sessions', 'archive_bytes', 'file_bytes'):
        line[name] = max(each[name] for each in periods)
    return line | {'over': periods[-1]['over']}


async def restart(stage, end):
    await asyncio.to_thread(end)
    await asyncio.to_thread(stage.server.start)
    stage.api = stage.server.api


@case('usage: what users did is counted once, over a restart and a kill')
async def counted(stage):
    """Messages, users, sessions and bytes of each tenant are its own; neither a restart nor kill -9 loses or doubles any."""
    romeo, benvolio = [await stage.enter(user) for user in ('romeo', 'benvolio')]
    juliet, nurse = [await stage.enter(user) for user in ('juliet', 'nurse')]
    for said in range(3):
        await stage.must_say(romeo, benvolio, f'word {said}')
    await stage.must_say(juliet, nurse, 'one word')
    line, other = await today(stage, 'montague'), await today(stage, 'capulet')
    must_equal('the messages', (line['messages'], other['messages']), (6, 2))  # each is answered
    must_equal('the users', (line['active_users'], other['active_users']), (2, 2))
    must_equal('the sessions', (line['peak_sessions'], other['peak_sessions']), (2, 2))
    must_equal('bytes', [each[name] > 0 for each in (line, other) for name in ('bytes_in', 'bytes_out')], [True] * 4)
    must_equal('the present day is over', line['over'], False)
    await stage.nobody_received_more()  # which says some words too
    other = await today(stage, 'capulet')
    for end in (stage.server.kill, stage.server.terminate, stage.server.kill):
        before = await today(stage, 'montague')
        await restart(stage, end)
        after = await today(stage, 'montague')
        kept = ('messages', 'active_users', 'peak_sessions', 'bytes_in', 'relayed_bytes', 'pushes')
        must_equal('what is kept', [after[name] for name in kept], [before[name] for name in kept])
        must_equal('the calls of the API', after['api_calls'], before['api_calls'] + 1)
    must_equal('the other', (await today(stage, 'capulet'))['messages'], other['messages'])


@case('usage: a table, for the owner, the operator and the command line')
async def table(stage):
    """The same numbers as JSON and as CSV; a tenant's key shows its own alone."""
    commands = Commands(stage, 'data')
    key, name = stage.tenants['montague']['api_key'], stage.names['montague']
    must_equal('said', (await stage.call('POST', '/v1/messages', {'to': 'user:romeo', 'text': 'hello'}, key)).status, 201)
    answer = await stage.call('GET', '/v1/usage?by=hour&format=csv', None, key)
    lines = list(csv.DictReader(io.StringIO(answer.body if isinstance(answer.body, str) else answer.body.decode())))
    must_equal('the table', (sum(int(each['messages']) for each in lines), lines[-1]['over']), (1, 'no'))
    shown = (await commands.json('usage', name, '--by', 'day'))['periods']
    must_equal('the command', ({each['tenant'] for each in shown}, joined(shown)['messages']), ({name}, 1))
    lines = list(csv.DictReader(io.StringIO(await commands.good('usage', '--csv', '--by', 'hour'))))
    said = {one: sum(int(each['messages']) for each in lines if each['tenant'] == one) for one in stage.names.values()}
    must_equal('all tenants', said, {name: 1, stage.names['capulet']: 0})
    must_refuse(await stage.call('GET', '/v1/usage?by=week', None, key), 400, 'hour or day')
    must_equal('a foreign key', (await stage.call('GET', f'/operator/v1/tenants/{stage.names["capulet"]}/usage?by=day', None, key)).status, 401)


@case('usage: a plan that lets a limit be passed, and one that does not')
async def over_use(stage):
    """With `warn` there can be more accounts than the plan has; with `refuse` again, those that are there stay and no other comes."""
    commands = Commands(stage, 'data')
    plan, name, key = f'soft-{stage.number}', stage.names['montague'], stage.tenants['montague']['api_key']
    await commands.good('plan', 'set', plan, '--accounts', '2', '--over-use', 'accounts=warn')
    await asyncio.to_thread(stage.api.change_tenant, name, plan=plan)
    must_equal('the third', (await stage.call('PUT', '/v1/users/mercutio', {}, key)).status, 201)
    must_equal('the usage', (await commands.json('usage', name))['limits']['accounts'], {'limit': 2, 'used': 3, 'over_use': 'warn'})
    await commands.good('plan', 'set', plan, '--over-use', 'accounts=refuse')
    must_refuse(await stage.call('PUT', '/v1/users/tybalt', {}, key), 403)
    must_equal('who is there', (await stage.call('GET', '/v1/users/mercutio', None, key)).status, 200)
    romeo, benvolio = [await stage.enter(user) for user in ('romeo', 'benvolio')]
    await stage.must_say(romeo, benvolio, 'we are all here')
    must_equal('the other tenant', (await stage.call('PUT', '/v1/users/mercutio', {}, stage.tenants['capulet']['api_key'])).status, 201)
    await commands.refused(2, 'accounts=warn', 'plan', 'set', plan, '--over-use', 'accounts')
    await stage.nobody_received_more()
