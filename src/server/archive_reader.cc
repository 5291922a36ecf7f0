#include "server/archive_reader.h"

#include <algorithm>

#include "xml/writer.h"
#include "xmpp/stanza.h"

namespace teahouse {
namespace {

Error no_such_id(std::string_view id) {
  return {ErrorKind::item_not_found,
          "This archive has no message with the id '" + std::string(id.substr(0, 100)) + "'."};
}

Result<std::optional<store::ArchiveId>> parse_id(const std::optional<std::string>& text, const ArchiveIds& ids) {
  if (!text || text->empty()) return std::optional<store::ArchiveId>();
  const auto id = ids.parse(*text);
  if (!id) return no_such_id(*text);
  return std::optional<store::ArchiveId>(id);
}

// Is the archived message from this address, or for it? Ours are written as Jid has them. `escaped` is the address as
// it stands in an attribute: most rows are told apart by not having it.
bool has_address(std::string_view message, const std::string& address, const std::string& escaped) {
  if (message.find(escaped) == std::string_view::npos) return false;
  const auto document = xml::Document::parse_own(SharedBytes(std::string(message)));
  return document && (document->root().attribute("from") == address || document->root().attribute("to") == address);
}

// `with` may be the form that older clients make of an account's address.
Result<store::ArchiveQuery> make_query(MamQuery query, ModuleContext& context) {
  if (query.rsm.index) return Error{ErrorKind::feature_not_implemented, "The archive is not paged by index."};
  const ArchiveIds& ids = context.archive_ids();
  if (query.with) context.lead_to_account(*query.with);
  store::ArchiveQuery made;
  if (query.with) made.with = query.with->bare().str();
  if (query.with && query.with->is_full()) {
    std::string escaped;
    xml::append_escaped_value(escaped, query.with->str());
    made.matches = [with = query.with->str(), escaped = std::move(escaped)](std::string_view message) {
      return has_address(message, with, escaped);
    };
  }
  made.start_ms = query.start_ms;
  made.end_ms = query.end_ms;
  struct Field {
    const std::optional<std::string>& text;
    std::optional<store::ArchiveId>& id;
  };
  for (const Field& field : {Field{query.after_id, made.after_id}, Field{query.before_id, made.before_id},
                             Field{query.rsm.after, made.page_after}, Field{query.rsm.before, made.page_before}}) {
    const auto id = parse_id(field.text, ids);
    if (!id) return id.error();
    field.id = *id;
  }
  for (const std::string& text : query.ids) {
    const auto id = ids.parse(text);
    if (!id) return no_such_id(text);
    made.ids.push_back(*id);
  }
  made.known_ids = made.ids;
  for (const auto& id : {made.after_id, made.before_id, made.page_after, made.page_before}) {
    if (id) made.known_ids.push_back(*id);
  }
  made.backwards = query.rsm.backwards();
  made.bytes_enough = archive_page_bytes;
  made.rows_max = query.rsm.page_size(archive_page_rows, archive_page_rows_max);
  return made;
}

RsmAnswer make_rsm_answer(const store::ArchivePage& page, const ArchiveIds& ids) {
  RsmAnswer answer;
  if (!page.rows.empty()) {
    answer.first = ids.show(page.rows.front().id);
    answer.last = ids.show(page.rows.back().id);
  }
  if (page.count_exact) {
    answer.count = page.count;
    if (!page.rows.empty()) answer.first_index = page.first_index;
  }
  return answer;
}

void send_page(ArchiveReader& reader, const MamQuery& query, const store::ArchivePage& page) {
  const ArchiveIds& ids = reader.context.archive_ids();
  const auto send = [&](const store::ArchiveRow& row) {
    Stanza message = Stanza::make(StanzaKind::message, StanzaType::none,
                                  make_mam_result(query.queryid, ids.show(row.id), row.at_ms, reader.show(row)));
    message.from = reader.owner;
    message.to = reader.request.from;
    reader.send(std::move(message));
  };
  if (query.flip_page) {
    std::for_each(page.rows.rbegin(), page.rows.rend(), send);
  } else {
    std::for_each(page.rows.begin(), page.rows.end(), send);
  }
  reader.reply(make_mam_fin(make_rsm_answer(page, ids), page.complete));
}

Task<void> answer_page(ArchiveReaderPtr reader, MamQuery query, store::ArchiveQuery rows) {
  auto loading = reader->archive.page(reader->context.loop(), reader->owner.str(), std::move(rows));
  const auto page = co_await loading;
  if (!page) {
    reader->send_error(page.error());
  } else if (page->missing) {
    reader->send_error(no_such_id(reader->context.archive_ids().show(*page->missing)));
  } else {
    send_page(*reader, query, *page);
  }
}

Task<void> answer_ends(ArchiveReaderPtr reader) {
  auto metadata = co_await load_archive_metadata(reader->context, reader->archive, reader->owner.str());
  if (metadata) {
    reader->reply(std::move(*metadata));
  } else {
    reader->send_error(metadata.error());
  }
}

}  // namespace

Task<Result<std::string>> load_archive_metadata(ModuleContext& context, store::ArchiveStore archive,
                                                std::string owner) {
  const auto ends = co_await archive.ends(context.loop(), owner);
  if (!ends) co_return ends.error();
  std::optional<MamEnd> first, last;
  if (*ends) {
    const ArchiveIds& ids = context.archive_ids();
    first = MamEnd{ids.show((*ends)->first.id), (*ends)->first.at_ms};
    last = MamEnd{ids.show((*ends)->last.id), (*ends)->last.at_ms};
  }
  co_return make_mam_metadata(first, last);
}

void answer_archive_query(ArchiveReaderPtr reader, const xml::Element& element) {
  auto query = parse_mam_query(element);
  if (!query) return reader->send_error(query.error());
  auto rows = make_query(*query, reader->context);
  if (!rows) return reader->send_error(rows.error());
  const auto may = reader->prepare(*query, *rows);
  if (!may) return reader->send_error(may.error());
  spawn(answer_page(std::move(reader), std::move(*query), std::move(*rows)));
}

void answer_archive_metadata(ArchiveReaderPtr reader) { spawn(answer_ends(std::move(reader))); }

}  // namespace teahouse
