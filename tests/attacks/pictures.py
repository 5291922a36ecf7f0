"""What a user can try with pictures, vCards and what they are told of."""
from fixtures.client import Unexpected
from fixtures.shown import show
from pubsub import ITEM, publish, refused
from stage import alive, case

DATA, METADATA = 'urn:xmpp:avatar:data', 'urn:xmpp:avatar:metadata'
PHOTO = '<PHOTO><TYPE>image/png</TYPE><BINVAL>{}</BINVAL></PHOTO>'


def vcard(inner, identity='v', to=''):
    target = f" to='{to}'" if to else ''
    return f"<iq type='set' id='{identity}'{target}><vCard xmlns='vcard-temp'>{inner}</vCard></iq>"


async def taken(client, request):
    answer = await client.answer(request)
    if answer.get('type') != 'result':
        raise Unexpected(f'it was answered\n{show(answer)[:500]}')


@case('40 a picture of 150 KB, and one where a room has none')
async def large_pictures(stage):
    """Refused; nothing of it is kept."""
    client = await stage.attacker()
    await refused(client, vcard(PHOTO.format('A' * 200_000)), 'not-acceptable')
    await refused(client, publish('p', DATA, ITEM.format(id=1, text='A' * 200_000)), 'not-acceptable')
    await refused(client, "<iq type='get' id='g'><vCard xmlns='vcard-temp'/></iq>", 'item-not-found')
    await refused(client, vcard(PHOTO.format('A' * 200_000), to='hall@rooms.b.example'), 'item-not-found')
    await alive(client)


@case('40 the vCard of another, and of a room that one does not own')
async def foreign_vcards(stage):
    """Forbidden, whether there is such an account or not."""
    client = await stage.attacker()
    for to in (stage.victor.jid.split('/')[0], 'ghost@b.example'):
        await refused(client, vcard('<FN>Mine</FN>', to=to), 'forbidden')
    await alive(client)


@case('40 vCards with 2,500 pictures, with none that can be read, and 60 deep')
async def odd_vcards(stage):
    """They are taken; the server goes on, and the account has the last one."""
    client = await stage.attacker()
    await taken(client, vcard('<PHOTO><BINVAL>AA</BINVAL></PHOTO>' * 2_500))
    await taken(client, vcard(PHOTO.format('=' * 100_000)))
    await taken(client, vcard('<ADR>' * 60 + '</ADR>' * 60))
    await taken(client, vcard('<TEL><NUMBER>1</NUMBER></TEL>' * 2_000))
    await alive(client)


@case('40 what is said of a picture that is not there, again and again')
async def false_metadata(stage):
    """No presence tells of it."""
    client = await stage.attacker()
    infos = ''.join(f"<info id='{n}' type='image/png' bytes='1'/>" for n in range(500))
    for number in range(50):
        item = f"<item id='{number}'><metadata xmlns='{METADATA}'>{infos}</metadata></item>"
        answer = await client.answer(publish(f'p{number}', METADATA, item))
        if answer.get('type') != 'result':
            raise Unexpected(f'it was answered\n{show(answer)[:500]}')
    await alive(client)
