#include "events/event_trim.h"

#include <algorithm>
#include <string>

#include "store/data_engine.h"

namespace teahouse {
namespace {

constexpr size_t look_bytes = 1 << 20, look_rows = 5000;

// So many bytes from the oldest event on go: the time before which they were appended.
Task<Result<int64_t>> find_end_of(Executor& home, store::ArchiveStore log, uint64_t bytes) {
  store::ArchiveId last = store::ArchiveId::none;
  for (uint64_t seen = 0; seen < bytes;) {
    store::ArchiveQuery query;
    query.page_after = last;
    query.counted = false;
    query.rows_max = look_rows;
    query.bytes_enough = std::min<uint64_t>(look_bytes, bytes - seen);
    const auto page = co_await log.page(home, std::string(EventLog::owner), std::move(query));
    if (!page) co_return page.error();
    if (page->rows.empty()) break;
    for (auto row = page->rows.begin(); row != page->rows.end() && seen < bytes; ++row) {
      last = row->id;
      seen += store::count_row_bytes(EventLog::owner.size(), row->with.size(), row->bytes.size());
    }
  }
  co_return last == store::ArchiveId::none ? 0 : store::time_ms(last) + 1;
}

// Nothing of the newest event's millisecond: another event of that one may be coming, which the mark would not tell of.
Task<Result<int64_t>> find_end_before_newest(Executor& home, store::ArchiveStore log, uint64_t bytes) {
  const auto end_ms = co_await find_end_of(home, log, bytes);
  if (!end_ms) co_return end_ms;
  const auto ends = co_await log.ends(home, std::string(EventLog::owner));
  if (!ends) co_return ends.error();
  co_return *ends ? std::min(*end_ms, store::time_ms((*ends)->last.id)) : 0;
}

Task<Result<int64_t>> find_cutoff(Executor& home, store::ArchiveStore log, uint64_t bytes, EventsKept kept) {
  if (kept.bytes_max < 0) co_return kept.from_ms;
  const auto most = static_cast<uint64_t>(kept.bytes_max);
  if (bytes <= most) co_return kept.from_ms;
  // An eighth below the limit, so that not each new event makes another trim.
  const auto end_ms = co_await find_end_before_newest(home, log, bytes - (most - most / 8));
  if (!end_ms) co_return end_ms;
  co_return std::max(kept.from_ms, *end_ms);
}

}  // namespace

Task<Result<store::ArchiveStore::Trimmed>> trim_events(Executor& home, store::DataPlane& data, TenantId tenant,
                                                       EventsKept kept) {
  const auto bytes = co_await data.count_bytes(home, tenant, std::string(EventLog::store_name));
  if (!bytes) co_return bytes.error();
  if (*bytes == 0) co_return store::ArchiveStore::Trimmed();  // most tenants: no page is read of each at a start
  const store::ArchiveStore log = data.archive(tenant, EventLog::store_name);
  const auto cutoff_ms = co_await find_cutoff(home, log, *bytes, kept);
  if (!cutoff_ms) co_return cutoff_ms.error();
  store::ArchiveQuery query;
  query.page_before = store::first_id_at(*cutoff_ms);
  query.backwards = true;
  query.counted = false;
  query.rows_max = 1;
  const auto newest = co_await log.page(home, std::string(EventLog::owner), std::move(query));
  if (!newest) co_return newest.error();
  if (newest->rows.empty()) co_return store::ArchiveStore::Trimmed();
  const Lsn noted =
      data.key_value(tenant, EventLog::store_name).store(trimmed_key, store::to_string(newest->rows.back().id));
  const auto on_disk = co_await data.wait(home, noted);
  if (!on_disk) co_return on_disk.error();
  auto trimmed = co_await log.trim(home, *cutoff_ms);
  co_return trimmed;
}

}  // namespace teahouse
