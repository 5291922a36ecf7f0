#include "modules/muc/archive.h"

#include "modules/muc/archive_row.h"
#include "server/archive_reader.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

class Reader final : public ArchiveReader {
 public:
  Reader(const Room& room, const Stanza& stanza)
      : ArchiveReader(room.context(), stanza, room.jid(), room.storage().archive()),
        traffic_(room.traffic()),
        sees_addresses_(room.config.non_anonymous || room.standing_of(*stanza.from).role == Role::moderator ||
                        room.affiliation_of(stanza.from->bare()) >= Affiliation::admin) {}

  void send(Stanza answer) override { traffic_->send(std::move(answer)); }
  void send_error(const Error& error) override { traffic_->answer(make_error(request, error)); }

  Result<void> prepare(const MamQuery& query, store::ArchiveQuery& rows) const override {
    if (!rows.with) return {};
    if (query.with->bare_view() == owner.str()) {
      rows.with.reset();  // all of it is the room's, and a nick's as the rows themselves say
    } else if (!sees_addresses_) {
      return Error{ErrorKind::forbidden, "This room hides who said what."};
    }
    return {};
  }

  // With its sender's address for those who may see it (section 5.1.2).
  std::string show(const store::ArchiveRow& row) const override {
    if (!sees_addresses_ || row.with == owner.str()) return row.bytes;
    auto stanza = read_row(row);
    if (!stanza) return row.bytes;
    std::string stamp;
    xml::Writer writer(stamp);
    writer.open("x", ns::muc_user).open("item").attribute("jid", row.with).close().close();
    stanza->stamp(stamp);
    std::string out;
    stanza->write(out, true);
    return out;
  }

 private:
  const std::shared_ptr<Traffic> traffic_;
  const bool sees_addresses_;
};

bool refuse(Room& room, const Stanza& stanza) {
  if (room.may_look_inside(*stanza.from)) return false;
  room.reply_error(stanza, {ErrorKind::forbidden, "You may not read what was said in this room."});
  return true;
}

}  // namespace

void answer_archive_form(Room& room, const Stanza& stanza, const xml::Element&) {
  if (!refuse(room, stanza)) room.reply(stanza, make_mam_form());
}

void answer_archive_query(Room& room, const Stanza& stanza, const xml::Element& query) {
  if (!refuse(room, stanza)) teahouse::answer_archive_query(std::make_shared<Reader>(room, stanza), query);
}

void answer_archive_metadata(Room& room, const Stanza& stanza, const xml::Element&) {
  if (!refuse(room, stanza)) teahouse::answer_archive_metadata(std::make_shared<Reader>(room, stanza));
}

}  // namespace teahouse::muc
