#!/usr/bin/env bash
# ejabberd's library reads a time of the offset -03:30 an hour early, and refuses those of +13:00 and those before 1970.
#
# XEP-0082 has times with any offset, and as its example the first steps on the moon, 1969-07-21T02:56:15Z. One would guess that what a server
# has read for twenty years are all of them. p1_xmpp gives the sign of an offset to its hours alone: -03:30 is -02:30, and clients in
# Newfoundland are an hour off. Its offsets end at twelve hours, but Tonga is at +13:00, New Zealand in its summer, and Kiribati at +14:00. Our
# users meet that in the rooms of such a server, where their client says local time: the history that it asks for as it joins (XEP-0045) is
# that since another hour, or an error.
#
# Seen with p1_xmpp 1.6.1 of ejabberd 23.01 (Debian 12).
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

debian_packages erlang-base=1:25.2.3+dfsg-1+deb12u4 erlang-p1-xmpp=1.6.1-1 erlang-p1-xml=1.1.49-2 erlang-p1-stringprep=1.0.29-2 \
  erlang-p1-utils=1.0.25-2
cat >times.escript <<'ERLANG'
#!/usr/bin/env escript
main(Times) ->
    lists:foreach(fun(Time) -> io:format("~s: ~ts~n", [Time, read(list_to_binary(Time))]) end, Times).

read(Since) ->
    Join = <<"<x xmlns='http://jabber.org/protocol/muc'><history since='", Since/binary, "'/></x>">>,
    try xmpp:decode(fxml_stream:parse_element(Join)) of
        {muc, {muc_history, _, _, _, Time}, _} -> xmpp_util:encode_timestamp(Time)
    catch
        error:{xmpp_codec, Reason} -> xmpp:format_error(Reason)
    end.
ERLANG
export ERL_ROOTDIR=$folder/debian/usr/lib/erlang ERL_LIBS=$folder/debian/usr/lib/erlang/lib
expect "$(debian/usr/lib/erlang/bin/escript times.escript \
  2026-11-30T18:00:00Z 2026-11-30T18:00:00+02:00 2026-11-30T18:00:00+12:45 2026-11-30T18:00:00-03:30 2026-11-30T18:00:00-09:30 \
  2026-11-30T18:00:00+13:00 2026-11-30T18:00:00+14:00 1970-01-01T00:00:00Z 1969-07-21T02:56:15Z)" <<'EXPECTED'
2026-11-30T18:00:00Z: 2026-11-30T18:00:00Z
2026-11-30T18:00:00+02:00: 2026-11-30T16:00:00Z
2026-11-30T18:00:00+12:45: 2026-11-30T05:15:00Z
2026-11-30T18:00:00-03:30: 2026-11-30T20:30:00Z
2026-11-30T18:00:00-09:30: 2026-12-01T02:30:00Z
2026-11-30T18:00:00+13:00: Bad value of attribute 'since' in tag <history/> qualified by namespace 'http://jabber.org/protocol/muc'
2026-11-30T18:00:00+14:00: Bad value of attribute 'since' in tag <history/> qualified by namespace 'http://jabber.org/protocol/muc'
1970-01-01T00:00:00Z: 1970-01-01T00:00:00Z
1969-07-21T02:56:15Z: Bad value of attribute 'since' in tag <history/> qualified by namespace 'http://jabber.org/protocol/muc'
EXPECTED
