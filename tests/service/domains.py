"""Domains on the command line: claimed, shown, trusted, given up, for one tenant and not for the other; and certificates where no authority is set."""
from command_line import REFUSED, both_ways, rows
from fixtures.client import Unexpected
from stage import must_equal


@both_ways('domains')
async def domains(stage, commands):
    """domain add, list, show and remove do what their help says; --trusted takes a domain from another tenant, but not its accounts' domain."""
    montague, capulet = stage.names['montague'], stage.names['capulet']
    name = f'chat-{stage.number}.own.example'
    printed = await commands.good('domain', 'add', montague, name)
    for words in ('Prove that ' + name, f'_teahouse.{name}  TXT  "teahouse-domain=', f'Or a file: https://{name}/.well-known/teahouse-domain.txt'):
        if words not in printed:
            raise Unexpected(f'domain add should print {words!r}; it prints {printed!r}')
    must_equal('listed', [(r['domain'], r['use'], r['state']) for r in rows(await commands.good('domain', 'list', montague))], [(name, 'web', 'waiting')])
    must_equal('of the other', (await commands.json('domain', 'list', capulet))['domains'], [])
    await commands.refused(REFUSED, 'among this tenant', 'domain', 'show', capulet, name)
    await commands.refused(REFUSED, 'among this tenant', 'domain', 'add', montague, name)
    await commands.refused(REFUSED, 'has no dot', 'domain', 'add', montague, 'localhost')
    must_equal('trusted', (await commands.json('domain', 'add', montague, name, '--trusted'))['proved_by'], 'operator')
    await commands.refused(REFUSED, 'another customer', 'domain', 'add', capulet, name)
    must_equal('taken over', (await commands.json('domain', 'add', capulet, name, '--trusted', '--use', 'rooms'))['state'], 'proved')
    must_equal('of the one before', (await commands.json('domain', 'show', montague, name))['state'], 'waiting')
    await commands.refused(REFUSED, 'would lose their addresses', 'domain', 'add', capulet, stage.domains['montague'], '--trusted')
    must_equal('certificates', (await commands.json('certificate', 'list', capulet))['certificates'], [])
    await commands.refused(REFUSED, 'acme.directory', 'certificate', 'renew', capulet, name)
    must_equal('said', await commands.good('domain', 'remove', capulet, name), f"{name} is not the tenant's any more.\n")
    await commands.good('domain', 'remove', montague, name)
    must_equal('none', (await commands.json('domain', 'list', capulet))['domains'], [])
