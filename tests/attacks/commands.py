"""What a user can try against commands, their sessions, and invitations."""
import asyncio

from fixtures.client import Unexpected
from fixtures.shown import show
from stage import alive, case, refused_iq

COMMANDS = 'http://jabber.org/protocol/commands'
ADMIN = 'http://jabber.org/protocol/admin#'
INVITE = 'urn:xmpp:invite#invite'


def command(identity, node, more='', inner='', to='a.example'):
    return f"<iq type='set' id='{identity}' to='{to}'><command xmlns='{COMMANDS}' node='{node}' {more}>{inner}</command></iq>"


async def set_admins(stage, jids):
    answer = await asyncio.to_thread(stage.api.call, 'PATCH', f"/operator/v1/tenants/{stage.names['a']}", {'admins': jids})
    if answer.status != 200:
        raise Unexpected(f'admins were answered {answer}')


@case('50 commands of an admin, by others')
async def by_others(stage):
    """Forbidden, of the own tenant and of another, with every action and with a session's id of somebody else."""
    client, alice = await stage.attacker(), await stage.client('alice').login()
    await set_admins(stage, ['alice@a.example'])
    begun = await alice.answer(command('c', ADMIN + 'delete-user'))
    session = begun.find(f'{{{COMMANDS}}}command').get('sessionid')
    form = "<x xmlns='jabber:x:data' type='submit'><field var='accountjids'><value>alice@a.example</value></field></x>"
    for node in ('add-user', 'delete-user', 'announce', 'set-motd', 'edit-motd', 'delete-motd', 'get-online-users-list'):
        for more in ('', f"sessionid='{session}'", f"sessionid='{session}' action='complete'", f"sessionid='{session}' action='cancel'"):
            await refused_iq(client, command('x', ADMIN + node, more, form), 'forbidden')
            await refused_iq(client, command('y', ADMIN + node, more, form, 'b.example'), 'forbidden')
    answer = await alice.answer(command('end', ADMIN + 'delete-user', f"sessionid='{session}' action='cancel'"))
    if answer.get('type') != 'result':
        raise Unexpected(f'her own session was answered\n{show(answer)}')
    await set_admins(stage, [])
    await alive(client)


@case('50 sessions without end')
async def floods(stage):
    """Of one asker the newest ten are kept; the others are over; memory does not grow."""
    alice = await stage.client('alice').login()
    await set_admins(stage, ['alice@a.example'])
    sessions = []
    for number in range(500):
        answer = await alice.answer(command(f'c{number}', ADMIN + 'announce'))
        sessions.append(answer.find(f'{{{COMMANDS}}}command').get('sessionid'))
    if len(set(sessions)) != len(sessions):
        raise Unexpected('two sessions have one id')
    await refused_iq(alice, command('old', ADMIN + 'announce', f"sessionid='{sessions[0]}'"), 'not-allowed')
    await refused_iq(alice, command('new', ADMIN + 'announce', f"sessionid='{sessions[-1]}'"), 'bad-request')
    for guess in ('x', sessions[-1][:-1] + 'x', sessions[-1][::-1], 'x' * 5000):
        await refused_iq(alice, command('guess', ADMIN + 'announce', f"sessionid='{guess}'"), 'bad-request')
    await set_admins(stage, [])
    await alive(alice)


@case('50 forms of no sense')
async def forms(stage):
    """Too long, too many accounts, accounts elsewhere, fields of other kinds: refused; nothing is done."""
    alice = await stage.client('alice').login()
    await set_admins(stage, ['alice@a.example'])

    async def submit(node, fields, *conditions):
        answer = await alice.answer(command('c', ADMIN + node))
        session = answer.find(f'{{{COMMANDS}}}command').get('sessionid')
        form = "<x xmlns='jabber:x:data' type='submit'>" + ''.join(
            f"<field var='{name}'>{''.join(f'<value>{v}</value>' for v in values)}</field>" for name, values in fields) + '</x>'
        await refused_iq(alice, command('s', ADMIN + node, f"sessionid='{session}'", form), *conditions)

    await submit('announce', [('announcement', ['x' * 100_000])], 'bad-request')
    await submit('announce', [('announcement', ['x' * 1000] * 20)], 'bad-request')
    await submit('delete-user', [('accountjids', [f'u{n}@a.example' for n in range(1000)])], 'bad-request')
    await submit('delete-user', [('accountjids', ['victor@b.example'])], 'bad-request')
    await submit('delete-user', [('accountjids', ['a.example', '@', 'x@y@z'])], 'bad-request')
    await submit('change-user-password', [('accountjid', ['victor@b.example']), ('password', ['x'])], 'bad-request')
    await submit('change-user-password', [('accountjid', ['mallory@a.example']), ('password', ['x' * 5000])], 'bad-request')
    await submit('get-online-users-list', [('max_items', ['-1'])], 'bad-request')
    await set_admins(stage, [])
    await alive(alice)


@case('50 invitations without end, and guessed ones')
async def invitations(stage):
    """A user has twenty open at most; a stranger's guesses are all answered alike, and open nothing."""
    client = await stage.attacker()
    for number in range(30):
        answer = await client.answer(command(f'i{number}', INVITE))
        if answer.get('type') != 'result':
            break
    if number != 20:
        raise Unexpected(f'after {number} invitations came\n{show(answer)}')
    await alive(client)
    stranger = await stage.stranger()
    for guess in ['', 'x', 'x' * 5000] + ['A' * 21 + chr(ord('a') + n) for n in range(20)]:
        await refused_iq(stranger, f"<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{guess}'/></iq>", 'item-not-found')
