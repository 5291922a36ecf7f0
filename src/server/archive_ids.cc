#include "server/archive_ids.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {

std::string ArchiveIds::make_stamp(store::ArchiveId id, const BareJid& by) const {
  constexpr size_t stamp_bytes = 96;  // but for `by`
  std::string stamp;
  stamp.reserve(stamp_bytes + by.str().size());
  xml::Writer(stamp).open("stanza-id", ns::stanza_id).attribute("by", by.str()).attribute("id", show(id)).close();
  return stamp;
}

}  // namespace teahouse
