#include "modules/muc/disco.h"

#include <algorithm>

#include "account/user_id.h"
#include "modules/muc/hat_commands.h"
#include "modules/muc/room_page.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"
#include "xmpp/rsm.h"

namespace teahouse::muc {
namespace {

constexpr size_t rooms_per_page_max = 500;
constexpr char room_user_node[] = "x-roomuser-item";
constexpr char traffic_node[] = "http://jabber.org/protocol/muc#traffic";

void write_features(xml::Writer& writer, std::initializer_list<std::string_view> features) {
  for (const auto feature : features) writer.open("feature").attribute("var", feature).close();
}

void write_identity(xml::Writer& writer, std::string_view name) {
  writer.open("identity").attribute("category", "conference").attribute("type", "text");
  if (!name.empty()) writer.attribute("name", name);
  writer.close();
}

void write_room_info(xml::Writer& writer, const Room& room) {
  DataForm form(DataForm::Type::result, "http://jabber.org/protocol/muc#roominfo");
  const RoomConfig& config = room.config;
  const auto flag = [](bool value) { return std::string(value ? "1" : "0"); };
  form.add("muc#roominfo_description", "text-single", "Description", config.description);
  form.add("muc#roominfo_subject", "text-single", "Subject", room.subject.text);
  form.add("muc#roominfo_subjectmod", "boolean", "Participants may change the subject", flag(config.change_subject));
  form.add("muc#roominfo_occupants", "text-single", "Occupants", std::to_string(room.occupants.size()));
  form.add("muc#roominfo_slow_mode_duration", "text-single", "Seconds between two messages of one user",
           std::to_string(config.slow_mode_s));
  if (!config.lang.empty()) form.add("muc#roominfo_lang", "text-single", "Language", config.lang);
  if (!room.picture_hashes.empty()) {
    form.add("muc#roominfo_avatarhash", "text-multi", "Hashes of the room's picture").values = room.picture_hashes;
  }
  if (!room.hats.made.empty()) form.add("hats#hash", "text-single", "Hash of the room's hats", room.hats.hash());
  form.add("muc#maxhistoryfetch", "text-single", "Most messages of history", std::to_string(config.max_history));
  form.add("muc#roomconfig_roomname", "text-single", "Name", config.name);
  form.add("muc#roomconfig_changesubject", "boolean", "Participants may change the subject",
           flag(config.change_subject));
  form.add("muc#roomconfig_allowinvites", "boolean", "Members may invite", flag(config.member_invites));
  add_mention_fields(form, config.mentions);
  form.write(writer);
}

void answer_reserved_nick(Room& room, const Stanza& stanza) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info).attribute("node", room_user_node);
  const auto known = room.affiliations.find(stanza.from->bare());
  if (known != room.affiliations.end() && known->second.nick) write_identity(writer, known->second.nick->str());
  writer.close();
  room.reply(stanza, std::move(payload));
}

std::string make_items(const std::vector<ListedRoom>& rooms, const RsmRequest& rsm, bool asked_for_page) {
  const ListedPage page = choose_page(rooms, rsm, rooms_per_page_max);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  for (auto room = page.begin; room != page.end; ++room) {
    const std::string& name = room->config.name;
    writer.open("item").attribute("jid", room->jid.str());
    writer.attribute("name", name.empty() ? user_id_of(room->jid.localpart()) : name).close();
  }
  if (asked_for_page || page.size() < rooms.size()) write_rsm_of(writer, page, rooms);
  writer.close();
  return payload;
}

Task<void> load_items(ModuleContext* context, Storage storage, Stanza request, RsmRequest rsm, bool asked_for_page) {
  auto rooms = co_await storage.list(context->loop());
  if (!rooms) {
    context->reply_error(request, rooms.error());
    co_return;
  }
  std::erase_if(*rooms, [&request](const ListedRoom& room) {
    return !room.config.is_public || room.jid.domainpart() != request.to->domainpart();
  });
  context->reply(request, make_items(*rooms, rsm, asked_for_page));
}

}  // namespace

void answer_room_info(Room& room, const Stanza& stanza, const xml::Element& query) {
  const std::string_view node = query.attribute("node").value_or("");
  if (node == room_user_node) return answer_reserved_nick(room, stanza);
  if (node == traffic_node) return room.reply_error(stanza, {ErrorKind::service_unavailable, ""});  // all may pass
  if (answer_command_node(room, stanza, query)) return;
  if (!node.empty()) return room.reply_error(stanza, {ErrorKind::item_not_found, "There is no such node."});
  const RoomConfig& config = room.config;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  write_identity(writer, config.name.empty() ? user_id_of(room.jid().localpart()) : config.name);
  write_features(writer, {ns::disco_info,
                          ns::disco_items,
                          ns::muc,
                          "http://jabber.org/protocol/muc#stable_id",
                          "http://jabber.org/protocol/muc#request",
                          ns::self_ping,
                          ns::occupant_id,
                          ns::stanza_id,
                          ns::mam,
                          ns::mam_extended,
                          ns::ping,
                          ns::register_iq,
                          ns::message_moderate,
                          ns::message_retract,
                          ns::message_tombstones,
                          ns::vcard_temp,
                          ns::muc_affiliations,
                          ns::hats,
                          ns::commands,
                          ns::mentions,
                          "urn:xmpp:mentions:0#channel",
                          "urn:xmpp:mentions:0#associations",
                          "urn:xmpp:mentions:0#hats"});
  write_features(
      writer,
      {config.password.empty() ? "muc_unsecured" : "muc_passwordprotected",
       config.is_public ? "muc_public" : "muc_hidden", config.persistent ? "muc_persistent" : "muc_temporary",
       config.members_only ? "muc_membersonly" : "muc_open", config.moderated ? "muc_moderated" : "muc_unmoderated",
       config.non_anonymous ? "muc_nonanonymous" : "muc_semianonymous"});
  if (room.may_look_inside(*stanza.from)) write_room_info(writer, room);
  writer.close();
  room.reply(stanza, std::move(payload));
}

void answer_room_items(Room& room, const Stanza& stanza, const xml::Element& query) {
  if (answer_command_node(room, stanza, query)) return;
  if (query.attribute("node")) return room.reply_error(stanza, {ErrorKind::item_not_found, "There is no such node."});
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  // The occupants of the room are shown to occupants only.
  if (room.occupants.find_by_session(*stanza.from)) {
    room.occupants.for_each([&](const Occupant& each) {
      if (!room.config.broadcasts(each.role)) return;
      writer.open("item").attribute("jid", each.address.str()).attribute("name", each.nick()).close();
    });
  }
  writer.close();
  room.reply(stanza, std::move(payload));
}

void answer_service_info(ModuleContext& context, const Host& host, const Stanza& stanza, const xml::Element& query) {
  if (query.attribute("node"))
    return context.reply_error(stanza, {ErrorKind::item_not_found, "There is no such node."});
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  write_identity(writer, host.tenant->title.empty() ? host.tenant->name : host.tenant->title);
  write_features(writer, {ns::disco_info, ns::disco_items, ns::muc, ns::rsm, ns::occupant_id, ns::mam, ns::ping,
                          ns::vcard_temp, ns::channel_search});
  writer.close();
  context.reply(stanza, std::move(payload));
}

void answer_service_items(ModuleContext& context, const Host& host, const Stanza& stanza, const xml::Element& query) {
  if (query.attribute("node"))
    return context.reply_error(stanza, {ErrorKind::item_not_found, "There is no such node."});
  auto rsm = parse_rsm_of(query);
  if (!rsm) return context.reply_error(stanza, rsm.error());
  const bool asked_for_page = query.child("set", ns::rsm).has_value();
  spawn(load_items(&context, Storage(context, *host.tenant), stanza, std::move(*rsm), asked_for_page));
}

}  // namespace teahouse::muc
