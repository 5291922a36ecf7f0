"""What modules declare that they count, and what the server shows of it."""
import asyncio
import json
import subprocess

from fixtures.server import Server, binary
from stage import Stage, case, must_equal


def declared():
    modules = json.loads(subprocess.run([binary(), 'about', 'xeps'], capture_output=True, text=True, check=True).stdout)
    return [(f"teahouse_{module['name']}_{metric['name']}" + ('_total' if metric['kind'] == 'counter' else ''), metric['kind'], metric['summary'])
            for module in modules for metric in module['metrics']]


async def value(stage, name):
    return next(m['value'] for m in (await stage.call('GET', '/operator/v1/metrics')).json['metrics'] if m['name'] == name)


@case('metrics: what is declared is shown, and nothing else')
async def shown(stage):
    """As JSON, and as Prometheus asks for it; to the operator alone."""
    metrics = (await stage.call('GET', '/operator/v1/metrics')).json['metrics']
    must_equal('what is shown', [(m['name'], m['kind'], m['summary']) for m in metrics], await asyncio.to_thread(declared))
    text = await stage.call('GET', '/operator/v1/metrics', headers={'Accept': 'text/plain;version=0.0.4;q=0.5,*/*;q=0.1'})
    must_equal('its type', text.headers['Content-Type'], 'text/plain; charset=utf-8')
    lines = text.body.decode().splitlines()
    must_equal('the comments', [line for line in lines if line.startswith('#')],
               [line for name, kind, summary in await asyncio.to_thread(declared) for line in (f'# HELP {name} {summary}', f'# TYPE {name} {kind}')])
    must_equal('the names', [line.split(' ')[0] for line in lines if not line.startswith('#')], [m['name'] for m in metrics])
    for key in ('', (await stage.call('POST', f"/operator/v1/tenants/{stage.names['montague']}/keys")).json['api_key']):
        must_equal('without the key', (await stage.call('GET', '/operator/v1/metrics', key=key)).status, 401)


@case('metrics: they count on all loops')
async def counted(stage):
    """Stanzas that are blocked, and rooms, of two tenants, on a server of its own."""
    with Server('metrics', ['server.loops=3']) as server:
        own = Stage(server, stage.number)
        await own.set_up()
        romeo, benvolio, juliet, nurse = [await own.enter(user) for user in ('romeo', 'benvolio', 'juliet', 'nurse')]
        for one, other in ((romeo, juliet), (nurse, benvolio)):
            await one.answer(f"<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='{other.jid}'/></block></iq>")
            other.send(f"<message to='{one.jid}' type='chat'><body>Hi</body></message>")
            await other.pick(lambda e: e.get('type') == 'error')
        for one, tenant in ((romeo, 'montague'), (nurse, 'capulet')):
            one.send(f"<presence to='hall-{one.name}@rooms.{own.domains[tenant]}/me'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
            await one.pick(lambda e: e.tag.endswith('}presence') and 'rooms.' in e.get('from'))
        found = {name: await value(own, name) for name in ('teahouse_blocking_stanzas_total', 'teahouse_muc_rooms', 'teahouse_muc_occupants')}
        must_equal('what was counted', list(found.values()), [2, 2, 2])
        own.leave()
