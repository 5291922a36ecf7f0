#include "modules/muc/archive_row.h"

#include "base/clock.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {

store::ArchiveRow make_row(store::ArchiveId id, const Stanza& message, std::string_view sender) {
  Stanza kept = message;
  kept.to.reset();
  store::ArchiveRow row{id, std::string(sender), {}};
  row.bytes.reserve(kept.approximate_bytes());
  kept.write(row.bytes, true);
  return row;
}

Result<Stanza> read_row(const store::ArchiveRow& row) {
  xml::Limits limits;
  limits.element_bytes_max = 64U << 20;
  const auto document = xml::Document::parse(SharedBytes(row.bytes), limits);
  if (!document || !Stanza::is_stanza(document->root())) {
    return Error{ErrorKind::internal_server_error, "An archived message cannot be read."};
  }
  return Stanza::read(*document);
}

std::string make_stanza_id(store::ArchiveId id, const BareJid& room) {
  std::string out;
  xml::Writer writer(out);
  writer.open("stanza-id", ns::stanza_id).attribute("by", room.str());
  writer.attribute("id", store::to_string(id)).close();
  return out;
}

std::string make_delay(int64_t wall_ms, const BareJid& room) {
  std::string out;
  xml::Writer writer(out);
  writer.open("delay", ns::delay).attribute("from", room.str()).attribute("stamp", format_time(wall_ms)).close();
  return out;
}

}  // namespace teahouse::muc
