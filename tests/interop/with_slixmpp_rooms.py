"""slixmpp in rooms (XEP-0045)."""
import asyncio

from fixtures import limits
from fixtures.stage import case_table
from with_slixmpp import User, get, must

CASES, case = case_table('slixmpp: ')


@case('room')
async def room(stage):
    """Two users of two tenants meet in a room, talk, and see each other leave."""
    place = f'garden@rooms.{stage.domains["montague"]}'
    romeo = await User(stage, 'romeo', plugins=['xep_0045']).login()
    juliet = await User(stage, 'juliet', plugins=['xep_0045']).login()
    nurse = await User(stage, 'nurse', plugins=['xep_0045']).login()
    await romeo['xep_0045'].join_muc_wait(place, 'Romeo', timeout=limits.ANSWER_S)
    form = await romeo['xep_0045'].get_room_config(place)
    await romeo['xep_0045'].set_room_config(place, form)
    await juliet['xep_0045'].join_muc_wait(place, 'Juliet', timeout=limits.ANSWER_S)
    romeo.send_message(place, 'In the garden', mtype='groupchat')
    for one in (romeo, juliet):
        message = await get(one.groupchats)
        must(message['body'] == 'In the garden' and message['from'] == f'{place}/Romeo', str(message))
    must(nurse.groupchats.empty(), 'nurse got something')
    left = romeo.awaited(f'muc::{place}::got_offline')
    juliet['xep_0045'].leave_muc(place, 'Juliet')
    must((await left)['from'] == f'{place}/Juliet', 'somebody else left')


@case('hats and registration in a room')
async def hats(stage):
    """slixmpp carries out a room's commands to the end, and asks to be registered; a member may not give hats."""
    place = f"wardrobe@rooms.{stage.domains['montague']}"
    plugins = ['xep_0004', 'xep_0045', 'xep_0050', 'xep_0077']
    romeo = await User(stage, 'romeo', plugins=plugins).login()
    juliet = await User(stage, 'juliet', plugins=plugins).login()
    await romeo['xep_0045'].join_muc_wait(place, 'Romeo', timeout=limits.ANSWER_S)
    await romeo['xep_0045'].set_room_config(place, await romeo['xep_0045'].get_room_config(place))
    await juliet['xep_0045'].join_muc_wait(place, 'Juliet', timeout=limits.ANSWER_S)
    answers, forms = asyncio.Queue(), asyncio.Queue()
    romeo.add_event_handler('message_xform', forms.put_nowait)  # slixmpp calls no message without a body one

    async def command(who, name, **values):
        session = {'next': lambda iq, _: answers.put_nowait(iq), 'error': lambda iq, _: answers.put_nowait(iq)}
        who['xep_0050'].start_command(place, f'urn:xmpp:hats:commands:{name}', session)
        asked = await get(answers)
        if asked['type'] == 'error' or not values:
            return asked
        form = asked['command']['form']
        form['type'] = 'submit'
        form['values'] = {**form['values'], **{f'hats#{var}': value for var, value in values.items()}}
        session['payload'] = form
        who['xep_0050'].complete_command(session)
        return await get(answers)

    refused = await command(juliet, 'create')
    must(refused['type'] == 'error' and refused['error']['condition'] == 'forbidden', str(refused))
    made = await command(romeo, 'create', title='Host', uri='urn:example:host', hue='12.5')
    must(made['command']['status'] == 'completed', str(made))
    seen = juliet.awaited(f'muc::{place}::presence')
    given = await command(romeo, 'assign', jid=juliet.boundjid.bare, uri='urn:example:host')
    must(given['command']['status'] == 'completed', str(given))
    worn = (await seen).xml.find('{urn:xmpp:hats:0}hats/{urn:xmpp:hats:0}hat')
    must(worn is not None and worn.get('title') == 'Host', 'juliet wears no hat')

    asked = await juliet['xep_0077'].get_registration(place)
    fields = asked['register']['form'].get_fields()
    must('muc#register_roomnick' in fields, str(asked))
    form = juliet['xep_0004'].make_form('submit')
    form.add_field(var='FORM_TYPE', ftype='hidden', value='http://jabber.org/protocol/muc#register')
    form.add_field(var='muc#register_roomnick', value='Rose')
    iq = juliet.make_iq_set(ito=place)
    iq.enable('register')
    iq['register'].append(form)
    await iq.send(timeout=limits.ANSWER_S)
    request = await get(forms)
    must(request['from'] == place and request['form']['values']['muc#register_roomnick'] == 'Rose', str(request))
