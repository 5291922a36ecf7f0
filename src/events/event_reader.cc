// The page is read before the mark of what was trimmed, and a trim sets its mark before it removes anything: so a page
// with a gap is always known as one.
#include "events/event_reader.h"

#include "events/event_row.h"
#include "events/event_trim.h"
#include "store/data_plane.h"

namespace teahouse {
namespace {

constexpr size_t looked_at_max = 5000, looks_rows = 500, looks_bytes = 1 << 20;

Error trimmed_away() {
  return {ErrorKind::gone,
          "Events after this one are no longer kept: the plan's events_days and events_bytes say how many are. Begin "
          "again without 'after', and compare what you have with the users, rooms and archives themselves."};
}

Error no_such_place() {
  return {ErrorKind::bad_request,
          "The parameter 'after' must be the id of an event of this tenant, or the 'cursor' of an earlier answer. "
          "Where the server was restored from a backup, begin again without it."};
}

store::ArchiveQuery make_query(store::ArchiveId after) {
  store::ArchiveQuery query;
  query.page_after = after;
  query.counted = false;
  query.rows_max = looks_rows;
  query.bytes_enough = looks_bytes;
  return query;
}

// Adds what is wanted of the rows; a row that can't be read is passed over.
void add_rows(EventPage& page, const EventsWanted& wanted, const store::ArchivePage& rows) {
  for (const store::ArchiveRow& row : rows.rows) {
    if (page.events.size() == wanted.events_max) return;
    page.last = row.id;
    auto event = parse_event(row.bytes);
    const EventType* type = event ? type_of(event->body) : nullptr;
    if (type && wanted.kinds.has(type->kind)) page.events.push_back({row.id, std::move(*event)});
  }
}

Task<Result<EventPage>> read_after(Executor& home, store::ArchiveStore log, EventsWanted wanted) {
  EventPage page;
  page.last = wanted.after;
  for (size_t looked_at = 0;;) {
    const auto rows = co_await log.page(home, std::string(EventLog::owner), make_query(page.last));
    if (!rows) co_return rows.error();
    add_rows(page, wanted, *rows);
    looked_at += rows->rows.size();
    const bool is_whole = rows->rows.empty() || page.last == rows->rows.back().id;
    page.more = !rows->complete || !is_whole;
    if (!page.more || page.events.size() == wanted.events_max || looked_at >= looked_at_max) co_return page;
  }
}

}  // namespace

Task<Result<store::ArchiveId>> load_trimmed(Executor& home, store::DataPlane& data, TenantId tenant) {
  const auto mark = co_await data.key_value(tenant, EventLog::store_name).load(home, std::string(trimmed_key));
  if (!mark) co_return mark.error();
  const auto id = *mark ? store::parse_archive_id(**mark) : std::nullopt;
  co_return id.value_or(store::ArchiveId::none);
}

Task<Result<EventPage>> read_events(Executor& home, store::DataPlane& data, TenantId tenant, EventsWanted wanted) {
  const store::ArchiveStore log = data.archive(tenant, EventLog::store_name);
  const bool from_start = wanted.after == store::ArchiveId::none;
  if (from_start) {
    const auto begin = co_await load_trimmed(home, data, tenant);
    if (!begin) co_return begin.error();
    wanted.after = *begin;
  }
  while (true) {
    auto page = co_await read_after(home, log, wanted);
    if (!page) co_return page.error();
    const auto trimmed = co_await load_trimmed(home, data, tenant);
    if (!trimmed) co_return trimmed.error();
    if (wanted.after < *trimmed) {
      if (!from_start) co_return trimmed_away();
      wanted.after = *trimmed;
      continue;
    }
    if (from_start || wanted.after == *trimmed) co_return page;
    const auto place = co_await log.find(home, std::string(EventLog::owner), wanted.after);
    if (!place) co_return place.error();
    if (*place) co_return page;
    const auto again = co_await load_trimmed(home, data, tenant);  // it may just have been removed
    if (!again) co_return again.error();
    co_return wanted.after < *again ? trimmed_away()
    : wanted.after == *again        ? Result<EventPage>(*page)
                                    : no_such_place();
  }
}

}  // namespace teahouse
