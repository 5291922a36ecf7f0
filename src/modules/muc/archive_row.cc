#include "modules/muc/archive_row.h"

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

}  // namespace teahouse::muc
