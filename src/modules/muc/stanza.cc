// From a stanza to the feature that handles it.
#include "modules/muc/admin.h"
#include "modules/muc/archive.h"
#include "modules/muc/disco.h"
#include "modules/muc/hat_commands.h"
#include "modules/muc/mentions.h"
#include "modules/muc/messages.h"
#include "modules/muc/moderation.h"
#include "modules/muc/owner.h"
#include "modules/muc/presence.h"
#include "modules/muc/private.h"
#include "modules/muc/registration.h"
#include "modules/muc/service.h"
#include "modules/muc/vcard.h"
#include "server/module_context.h"
#include "server/rooms.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

void answer_ping(Room& room, const Stanza& stanza, const xml::Element&) { room.reply(stanza); }
void answer_owner_get(Room& room, const Stanza& stanza, const xml::Element&) { read_config_form(room, stanza); }

struct IqHandler {
  StanzaType type;
  const char* name;
  const char* ns;
  void (*handle)(Room&, const Stanza&, const xml::Element&);
};
constexpr IqHandler iq_handlers[] = {
    {StanzaType::get, "query", ns::disco_info, answer_room_info},
    {StanzaType::get, "query", ns::disco_items, answer_room_items},
    {StanzaType::get, "query", ns::muc_admin, read_lists},
    {StanzaType::set, "query", ns::muc_admin, change_lists},
    {StanzaType::get, "query", ns::muc_owner, answer_owner_get},
    {StanzaType::set, "query", ns::muc_owner, handle_owner_set},
    {StanzaType::get, "query", ns::mam, answer_archive_form},
    {StanzaType::set, "query", ns::mam, answer_archive_query},
    {StanzaType::get, "metadata", ns::mam, answer_archive_metadata},
    {StanzaType::get, "query", ns::register_iq, answer_registration_form},
    {StanzaType::set, "query", ns::register_iq, register_nick},
    {StanzaType::set, "moderate", ns::message_moderate, moderate},
    {StanzaType::set, "command", ns::commands, handle_command},
    {StanzaType::get, "query", ns::mentions, answer_mention_rules},
    {StanzaType::set, "query", ns::mentions, set_mention_rules},
    {StanzaType::get, "ping", ns::ping, answer_ping},
    {StanzaType::get, "vCard", ns::vcard_temp, answer_vcard},
    {StanzaType::set, "vCard", ns::vcard_temp, set_vcard},
};

void handle_iq(Room& room, const Stanza& stanza) {
  if (stanza.to->is_full()) return relay_iq(room, stanza);
  if (!is_request(stanza)) return;
  const auto query = stanza.first_child();
  for (const auto& [type, name, ns, handle] : iq_handlers) {
    if (stanza.type == type && query->is(name, ns)) return handle(room, stanza, *query);
  }
  room.reply_error(stanza, {ErrorKind::service_unavailable, ""});
}

// An occupant that leaves, or is gone, makes room; each can do that once.
bool is_leaving(const Stanza& stanza) {
  return stanza.kind != StanzaKind::iq && (stanza.type == StanzaType::unavailable || stanza.type == StanzaType::error);
}

}  // namespace

void handle_stanza(Room& room, const Stanza& stanza) {
  if (room.traffic()->is_full() && !is_leaving(stanza)) return room.reply_error(stanza, Traffic::full());
  switch (stanza.kind) {
    case StanzaKind::presence: return handle_presence(room, stanza);
    case StanzaKind::message: return handle_message(room, stanza);
    case StanzaKind::iq: return handle_iq(room, stanza);
  }
}

void refuse(ModuleContext& context, const Stanza& stanza, const Error& error) {
  if (stanza.type == StanzaType::error || stanza.type == StanzaType::result) return;
  Stanza answer = make_error(stanza, error);
  if (stanza.kind == StanzaKind::presence) answer.stamp("<x xmlns='http://jabber.org/protocol/muc'/>");
  context.route(std::move(answer));
}

bool handle_absent(ModuleContext& context, const Host& host, const Stanza& stanza) {
  const auto fail = [&](ErrorKind kind, const char* text) { refuse(context, stanza, {kind, text}); };
  if (stanza.kind == StanzaKind::message) {
    fail(ErrorKind::item_not_found, "There is no such room.");
  } else if (stanza.kind == StanzaKind::iq && is_request(stanza)) {
    if (stanza.to->is_full()) refuse(context, stanza, make_stranger_error(stanza));
    if (stanza.to->is_bare()) fail(ErrorKind::item_not_found, "There is no such room.");
  }
  if (stanza.kind != StanzaKind::presence || stanza.type != StanzaType::none) return false;
  if (!stanza.to->is_full()) {
    fail(ErrorKind::jid_malformed, "Enter the room with a nick: room@service/nick.");
  } else if (stanza.from->is_bare() || !stanza.child("x", ns::muc)) {
    fail(ErrorKind::item_not_found, "There is no such room.");
  } else if (stanza.from->domainpart() != host.tenant->domain()) {
    // A tenant's rooms count against its plan, so its own people make them.
    fail(ErrorKind::not_allowed, "Only users of this server make rooms here.");
  } else if (context.option<RoomMakers>(host, "rooms_made_by") == RoomMakers::staff &&
             stanza.to->localpart() != lobby_room && !host.tenant->staff->has(stanza.from->localpart())) {
    fail(ErrorKind::not_allowed, "Only this server's moderators make rooms here.");
  } else if (const auto nick = Nick::parse(stanza.to->resourcepart()); !nick) {
    refuse(context, stanza, nick.error());
  } else {
    return true;
  }
  return false;
}

void handle_service_stanza(ModuleContext& context, ChannelSearch& search, const Host& host, const Stanza& stanza) {
  if (stanza.kind == StanzaKind::presence) return;
  const auto query = stanza.first_child();
  if (stanza.kind == StanzaKind::iq && stanza.type == StanzaType::get && query && stanza.to->is_bare()) {
    if (query->is("query", ns::disco_info)) return answer_service_info(context, host, stanza, *query);
    if (query->is("query", ns::disco_items)) return answer_service_items(context, host, stanza, *query);
    if (query->is("search", ns::channel_search)) return search.answer(host, stanza, *query);
    if (query->is("ping", ns::ping)) return context.reply(stanza, {});
  }
  if (!takes_no_error(stanza)) context.reply_error(stanza, {ErrorKind::service_unavailable, ""});
}

}  // namespace teahouse::muc
