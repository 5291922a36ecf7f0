#include "api/archive_rows.h"

#include "server/archive_reader.h"
#include "xmpp/namespaces.h"

namespace teahouse::api {

std::optional<Stanza> read_row(const store::ArchiveRow& row) {
  auto stanza = Stanza::parse_stored(row.bytes);
  if (!stanza) return std::nullopt;
  return std::move(*stanza);
}

std::string text_of(const Stanza& message) { return message.root().child_text("body", ns::client); }

Result<store::ArchiveQuery> make_history_query(const PageWanted& page, const ArchiveIds& ids) {
  store::ArchiveQuery query;
  query.backwards = true;
  query.counted = false;
  query.rows_max = page.rows;
  query.bytes_enough = archive_page_bytes;
  if (page.cursor.empty()) return query;
  query.page_before = ids.parse(page.cursor);
  if (query.page_before) return query;
  return Error{ErrorKind::bad_request, "The parameter 'cursor' must be the next_cursor of an earlier answer."};
}

}  // namespace teahouse::api
