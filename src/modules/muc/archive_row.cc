#include "modules/muc/archive_row.h"

#include "base/clock.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {

store::ArchiveRow make_row(const store::Arrival& arrival, const Stanza& message, std::string_view sender) {
  Stanza kept = message;
  kept.to.reset();
  store::ArchiveRow row{arrival.id, std::string(sender), {}, arrival.at_ms};
  row.bytes.reserve(kept.approximate_bytes());
  kept.write(row.bytes, true);
  return row;
}

Result<Stanza> read_row(const store::ArchiveRow& row) { return Stanza::parse_stored(row.bytes); }

std::string make_stanza_id(std::string_view shown_id, const BareJid& room) {
  std::string out;
  xml::Writer writer(out);
  writer.open("stanza-id", ns::stanza_id).attribute("by", room.str());
  writer.attribute("id", shown_id).close();
  return out;
}

}  // namespace teahouse::muc
