#include "modules/muc/moderation.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"
#include "modules/muc/archive_row.h"
#include "modules/muc/messages.h"
#include "modules/muc/muc.h"
#include "modules/muc/service.h"
#include "modules/muc/subject.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr size_t id_characters = 22;

using Row = Result<std::optional<store::ArchiveRow>>;

// A row on its way from the archive to the room that asked for it. `Use`: what is done there with the row; the room is
// null where it is gone, or another has its name now.
template <class Use>
struct RowFound {
  BareJid jid;
  std::shared_ptr<Traffic> traffic;  // the room's
  std::shared_ptr<RowLine> line;     // the room's
  RowLine::Place place;
  Row row;
  Use use;

  void arrive(Module* module, const HostPtr& host) const {
    Service* service = find_service(module);
    if (!service || !host) return come(nullptr);
    service->with_room(host, jid, [self = *this](const Result<Room*>& found) {
      Room* room = found ? *found : nullptr;
      self.come(room && room->traffic() == self.traffic ? room : nullptr);
    });
  }
  void come(Room* room) const {
    line->come(
        place, [row = row, use = use](Room* now) { use_row(now, row, use); }, room);
    if (room && line->empty()) room->burials.done.clear();
  }
  static void use_row(Room* room, const Row& row, const Use& use) {
    if (!room) return use.apply(nullptr, row);
    const Traffic::Batch batch(room->traffic(), use.ticket);
    const bool is_old = row && *row && room->burials.done.contains((**row).id);
    use.apply(room, is_old ? Row(std::nullopt) : row);
  }
};

template <class Use>
Task<void> find_row(ModuleContext* context, store::ArchiveStore archive, TenantId tenant, store::ArchiveId id,
                    RowFound<Use> found) {
  found.row = co_await archive.find(context->loop(), found.jid.str(), id);
  const BareJid room = found.jid;
  context->send(tenant, room, std::move(found));
}

template <class Use>
void with_row(Room& room, store::ArchiveId id, Use use) {
  const auto& line = room.burials.rows;
  RowFound<Use> found{room.jid(), room.traffic(), line, line->take_place(), Row(std::nullopt), std::move(use)};
  spawn(find_row<Use>(&room.context(), room.storage().archive(), room.tenant().id, id, std::move(found)));
}

Error no_message() {
  return {ErrorKind::item_not_found, "This room's archive has no message of this id; it may have been taken back."};
}

void write_moderated(xml::Writer& writer, const Retraction& retraction) {
  writer.open("moderated", ns::message_moderate).attribute("by", retraction.by);
  if (!retraction.occupant_id.empty()) {
    writer.open("occupant-id", ns::occupant_id).attribute("id", retraction.occupant_id).close();
  }
  writer.close();
  if (!retraction.reason.empty()) writer.leaf("reason", retraction.reason);
}

// The message without anything that was said; `retraction` null: its author took it back.
Stanza make_tombstone(const Room& room, const Stanza& said, const std::string& retraction_id,
                      const Retraction* retraction) {
  std::string payload;
  xml::Writer writer(payload);
  if (const auto author = said.child("occupant-id", ns::occupant_id)) {
    writer.open("occupant-id", ns::occupant_id).attribute("id", author->attribute("id").value_or("")).close();
  }
  writer.open("retracted", ns::message_retract).attribute("id", retraction_id);
  writer.attribute("stamp", format_time(room.context().clock().wall_ms()));
  if (retraction) write_moderated(writer, *retraction);
  writer.close();
  Stanza tombstone = Stanza::make(StanzaKind::message, StanzaType::groupchat, std::move(payload));
  tombstone.from = said.from;
  tombstone.id = said.id;
  return tombstone;
}

void bury(Room& room, const store::ArchiveRow& row, const Stanza& said, const Stanza& tombstone, bool by_author) {
  const store::ArchiveStore archive = room.storage().archive();
  const store::ArchiveRow buried = make_row({row.id, row.at_ms}, tombstone, row.with);
  room.burials.done.insert(row.id);
  archive.remove(room.jid().str(), row.id);
  room.traffic()->wait_for(archive.append(room.jid().str(), buried));
  const auto less = static_cast<int64_t>(row.bytes.size()) - static_cast<int64_t>(buried.bytes.size());
  room.tenant().meter->archive_bytes.fetch_sub(less, std::memory_order_relaxed);
  if (const auto author = BareJid::parse(row.with)) {
    room.context().tell_retracted({room.host, *author, by_author, said});
  }
}

// By an occupant, not by the room.
bool is_said(const Stanza& message) { return message.from && message.from->is_full(); }

// The row's message is taken back from everybody.
Result<void> retract_row(Room& room, const std::optional<store::ArchiveRow>& row, const Retraction& retraction) {
  if (!row) return no_message();
  const auto said = read_row(*row);
  if (!said) return said.error();
  if (said->child("retracted", ns::message_retract)) return no_message();
  if (!is_said(*said)) return Error{ErrorKind::not_acceptable, "Only what somebody has said can be taken back."};
  std::string payload;
  xml::Writer writer(payload);
  writer.open("retract", ns::message_retract).attribute("id", room.context().archive_ids().show(row->id));
  write_moderated(writer, retraction);
  writer.close();
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::groupchat, std::move(payload));
  message.from = room.jid();
  message.id = random_token(id_characters);
  bury(room, *row, *said, make_tombstone(room, *said, message.id, &retraction), false);
  if (is_archived(room)) keep(room, message, room.jid().str());
  room.traffic()->send_all(std::move(message), room.occupants.recipients());
  return {};
}

struct Retract {
  Retraction retraction;
  Retracted done;
  TicketPtr ticket;

  void apply(Room* room, const Row& row) const {
    if (!room) return done(nullptr, no_message());
    done(room, row ? retract_row(*room, *row, retraction) : Result<void>(row.error()));
  }
};

// Its author's retraction, which waits in the room's line until the tombstone is on disk.
struct BuryOwn {
  Stanza retraction;  // as everybody is to get it, but for `to`
  std::string occupant_id;
  Traffic::Recipients recipients;
  std::function<void(std::vector<Stanza>)> leave;
  TicketPtr ticket;

  void apply(Room* room, const Row& row) const {
    const auto said = room && row && *row ? read_row(**row) : Result<Stanza>(no_message());
    const auto author = said ? said->child("occupant-id", ns::occupant_id) : std::nullopt;
    const bool is_own = author && author->attribute("id") == occupant_id;
    if (!is_own || said->child("retracted", ns::message_retract)) return leave(make_copies());
    bury(*room, **row, *said, make_tombstone(*room, *said, retraction.id, nullptr), true);
    const std::shared_ptr<Traffic> traffic = room->traffic();
    room->context().when_committed(traffic->gate(), [traffic, self = *this] { self.leave(self.make_copies()); });
  }
  std::vector<Stanza> make_copies() const {
    std::vector<Stanza> copies(recipients->size(), retraction);
    for (size_t i = 0; i < copies.size(); ++i) copies[i].to = (*recipients)[i];
    return copies;
  }
};

Result<std::string> read_reason(const xml::Element& moderate) {
  std::string reason(moderate.child_text("reason", ns::message_moderate));
  if (reason.size() <= subject_bytes_max) return reason;
  return Error{ErrorKind::not_acceptable, "The reason has at most " + std::to_string(subject_bytes_max) + " bytes."};
}

}  // namespace

void moderate(Room& room, const Stanza& stanza, const xml::Element& moderate) {
  const Occupant* occupant = room.occupants.find_by_session(*stanza.from);
  if (!occupant || occupant->role != Role::moderator) {
    return room.reply_error(
        stanza, {ErrorKind::forbidden, "Only moderators who are in the room take back what others have said."});
  }
  if (!moderate.child("retract", ns::message_retract)) {
    return room.reply_error(stanza, {ErrorKind::feature_not_implemented, "Messages can be retracted, and no more."});
  }
  auto reason = read_reason(moderate);
  if (!reason) return room.reply_error(stanza, reason.error());
  const auto id = room.context().archive_ids().parse(moderate.attribute("id").value_or(""));
  if (!id) return room.reply_error(stanza, no_message());
  retract(room, *id, {occupant->address.str(), occupant->occupant_id, std::move(*reason)},
          [stanza, context = &room.context()](Room* now, const Result<void>& done) {
            if (!now) return context->reply_error(stanza, done.error());
            done ? now->reply(stanza) : now->reply_error(stanza, done.error());
          });
}

void retract(Room& room, store::ArchiveId id, Retraction retraction, Retracted done) {
  with_row(room, id, Retract{std::move(retraction), std::move(done), room.traffic()->ticket()});
}

bool retract_own(Room& room, const Occupant& author, const Stanza& message) {
  const auto retract = message.child("retract", ns::message_retract);
  const auto id = retract ? room.context().archive_ids().parse(retract->attribute("id").value_or("")) : std::nullopt;
  if (!id || room.locked) return false;
  with_row(room, *id,
           BuryOwn{message, author.occupant_id, room.occupants.recipients(), room.traffic()->reserve(),
                   room.traffic()->ticket()});
  return true;
}

}  // namespace teahouse::muc
