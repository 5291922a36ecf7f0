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

Result<Stanza> read_row(const store::ArchiveRow& row) { return Stanza::parse_stored(row.bytes); }

std::string make_stanza_id(store::ArchiveId id, const BareJid& room) {
  std::string out;
  xml::Writer writer(out);
  writer.open("stanza-id", ns::stanza_id).attribute("by", room.str());
  writer.attribute("id", store::to_string(id)).close();
  return out;
}

}  // namespace teahouse::muc
