#include "modules/muc/vcard.h"

#include "modules/muc/owner.h"
#include "modules/vcard/photo.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

Task<void> answer(ModuleContext* context, Storage storage, Stanza request) {
  auto loading = storage.load_vcard(context->loop(), request.to->bare());
  auto vcard = co_await loading;
  auto waiting = context->wait(context->loop(), context->appended());
  const auto on_disk = co_await waiting;
  if (!vcard || !on_disk) {
    context->reply_error(request, !vcard ? vcard.error() : on_disk.error());
  } else if (*vcard) {
    context->reply(request, std::move(**vcard));
  } else {
    context->reply_error(request, {ErrorKind::item_not_found, "The room has no vCard."});
  }
}

// Errors: not_acceptable.
Result<std::vector<std::string>> find_hashes(const xml::Element& vcard) {
  std::vector<std::string> hashes;
  for (auto child = vcard.first_child(); child; child = child->next_sibling()) {
    const auto photo = child->is("PHOTO", ns::vcard_temp) ? vcard::read_photo(*child) : std::nullopt;
    if (photo) hashes.push_back(vcard::hash_of(*photo));
  }
  if (hashes.size() <= pictures_max) return hashes;
  return Error{ErrorKind::not_acceptable,
               "A room's vCard has at most " + std::to_string(pictures_max) + " pictures: of one, in several types."};
}

}  // namespace

void answer_vcard(Room& room, const Stanza& stanza, const xml::Element&) {
  if (!room.may_look_inside(*stanza.from)) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Only those who may enter the room see its vCard."});
  }
  spawn(answer(&room.context(), room.storage(), stanza));
}

void set_vcard(Room& room, const Stanza& stanza, const xml::Element& vcard) {
  const BareJid actor = stanza.from->bare();
  if (room.affiliation_of(actor) != Affiliation::owner) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Only owners give the room a picture, and a vCard."});
  }
  if (room.locked) {
    return room.reply_error(stanza, {ErrorKind::not_allowed, "Configure the room first: it is not made yet."});
  }
  if (vcard.outer().size() > vcard_bytes_max) {
    return room.reply_error(stanza, {ErrorKind::policy_violation,
                                     "A room's vCard has at most " + std::to_string(vcard_bytes_max) + " bytes."});
  }
  const bool is_removed = vcard.child_count() == 0;
  const auto& disk = room.context().disk();
  const auto may = is_removed ? disk.check_removal() : disk.check_addition();
  if (!may) return room.reply_error(stanza, may.error());
  auto hashes = find_hashes(vcard);
  if (!hashes) return room.reply_error(stanza, hashes.error());
  std::string xml;
  if (!is_removed) xml::write(xml, vcard, ns::client);
  room.picture_hashes = std::move(*hashes);
  const Lsn lsn = room.context().record(room.tenant(), RoomChanged{{room.jid().str()}}, [&](const auto* event) {
    return room.storage().store_vcard(room.jid(), xml, room.picture_hashes, event);
  });
  room.traffic()->wait_for(lsn);
  room.pass_share(&actor);
  room.reply(stanza);
  send_changes(room, {104});
}

}  // namespace teahouse::muc
