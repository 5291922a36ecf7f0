// The stores are small values that turn their calls into Writes and questions to a DataReader; an engine knows only
// these. A question runs on the engine's thread and its answer comes back to `home`. The coroutines take the store by
// value: a handle may be a temporary that is gone when its task starts.
#include "store/data_plane.h"

#include <cassert>
#include <limits>

#include "store/data_engine.h"
#include "store/tenant_row.h"

namespace teahouse::store {
namespace {

constexpr size_t export_bytes = 256 << 10;  // a turn of home's loop
constexpr size_t import_bytes = 4 << 20;    // between waits for the disk

Write to_write(const TenantRow& row, const StoreId& store) {
  return {row.kind, store, row.key, row.entry, row.id, row.value, row.at_ms};
}

}  // namespace

template <class T>
Task<Result<T>> DataPlane::ask(Executor& home, TenantId tenant, std::function<Result<T>(DataReader&)> question) {
  using Told = Result<T>;
  Async<Told> answer(home, [this, tenant, question = std::move(question)](typename Async<Told>::Done done) {
    read(tenant, [question, done = std::move(done)](Result<DataReader*> reader) {
      done(reader ? question(**reader) : Told(reader.error()));
    });
  });
  co_return co_await answer;
}

Lsn KeyValueStore::store(std::string_view key, std::string_view value) const {
  return plane_->write({WriteKind::store_value, store_, key, {}, ArchiveId::none, value}, nullptr);
}
Lsn KeyValueStore::remove(std::string_view key) const {
  return plane_->write({WriteKind::remove_value, store_, key}, nullptr);
}

Task<Result<std::optional<std::string>>> KeyValueStore::load(Executor& home, std::string key) const {
  return plane_->ask<std::optional<std::string>>(
      home, store_.tenant,
      [store = store_, key = std::move(key)](DataReader& reader) { return reader.value(store, key); });
}

Lsn MapStore::store(std::string_view key, std::string_view entry, std::string_view value, const Companion* with) const {
  return plane_->write_with({WriteKind::store_entry, store_, key, entry, ArchiveId::none, value}, with);
}
Lsn MapStore::remove(std::string_view key, std::string_view entry, const Companion* with) const {
  return plane_->write_with({WriteKind::remove_entry, store_, key, entry}, with);
}
Lsn MapStore::remove_all(std::string_view key) const {
  return plane_->write({WriteKind::remove_entries, store_, key}, nullptr);
}

Task<Result<std::vector<MapStore::Entry>>> MapStore::load(Executor& home, std::string key, size_t bytes_enough,
                                                          std::string after) const {
  return plane_->ask<std::vector<Entry>>(
      home, store_.tenant,
      [store = store_, key = std::move(key), bytes_enough, after = std::move(after)](DataReader& reader) {
        return reader.entries(store, key, bytes_enough, after);
      });
}

Task<Result<uint64_t>> MapStore::count(Executor& home, std::string key) const {
  return plane_->ask<uint64_t>(home, store_.tenant, [store = store_, key = std::move(key)](DataReader& reader) {
    return reader.count_entries(store, key);
  });
}

Task<Result<std::optional<std::string>>> MapStore::load_entry(Executor& home, std::string key,
                                                              std::string entry) const {
  return plane_->ask<std::optional<std::string>>(
      home, store_.tenant, [store = store_, key = std::move(key), entry = std::move(entry)](DataReader& reader) {
        return reader.entry(store, key, entry);
      });
}

Task<Result<std::vector<std::string>>> MapStore::keys(Executor& home) const {
  return plane_->ask<std::vector<std::string>>(home, store_.tenant,
                                               [store = store_](DataReader& reader) { return reader.keys(store); });
}

Write ArchiveStore::make_append(std::string_view owner, const ArchiveRow& row) const {
  assert(row.id != ArchiveId::none);
  return {WriteKind::append_row, store_, owner, row.with, row.id, row.bytes, row.at_ms};
}
Lsn ArchiveStore::append(std::string_view owner, const ArchiveRow& row, const Companion* with) const {
  return plane_->write_with(make_append(owner, row), with);
}
Lsn ArchiveStore::remove(std::string_view owner, ArchiveId id) const {
  return plane_->write({WriteKind::remove_row, store_, owner, {}, id}, nullptr);
}
Lsn ArchiveStore::remove_all(std::string_view owner) const {
  return plane_->write({WriteKind::remove_rows, store_, owner}, nullptr);
}

Task<Result<ArchivePage>> ArchiveStore::page(Executor& home, std::string owner, ArchiveQuery query) const {
  if (query.end_ms) query.end_id_ms = plane_->arrivals().latest_ms(*query.end_ms);
  return plane_->ask<ArchivePage>(
      home, store_.tenant,
      [store = store_, owner = std::move(owner), query = std::move(query)](DataReader& reader) -> Result<ArchivePage> {
        for (const ArchiveId id : query.known_ids) {
          const auto row = reader.row(store, owner, id);
          if (!row) return row.error();
          if (row->has_value()) continue;
          ArchivePage none;
          none.missing = id;
          return none;
        }
        return reader.page(store, owner, query);
      });
}

Task<Result<std::optional<ArchiveRow>>> ArchiveStore::find(Executor& home, std::string owner, ArchiveId id) const {
  return plane_->ask<std::optional<ArchiveRow>>(
      home, store_.tenant,
      [store = store_, owner = std::move(owner), id](DataReader& reader) { return reader.row(store, owner, id); });
}

Task<Result<std::vector<std::string>>> ArchiveStore::conversations(Executor& home, std::string owner,
                                                                   size_t names_max) const {
  return plane_->ask<std::vector<std::string>>(
      home, store_.tenant, [store = store_, owner = std::move(owner), names_max](DataReader& reader) {
        return reader.conversations(store, owner, names_max);
      });
}

Task<Result<std::optional<ArchiveStore::Ends>>> ArchiveStore::ends(Executor& home, std::string owner) const {
  return plane_->ask<std::optional<Ends>>(
      home, store_.tenant,
      [store = store_, owner = std::move(owner)](DataReader& reader) { return reader.ends(store, owner); });
}

Task<Result<ArchiveStore::Trimmed>> ArchiveStore::trim(Executor& home, int64_t older_than_ms) const {
  return plane_->ask_trim(home, store_, older_than_ms);
}

Lsn DataPlane::write_with(const Write& first, const Companion* with) {
  if (!with) return write(first, nullptr);
  assert(with->store.store_.tenant == first.store.tenant);
  const Write second = with->store.make_append(with->owner, with->row);
  return write(first, &second);
}

KeyValueStore DataPlane::key_value(TenantId tenant, std::string_view name) {
  return {*this, {tenant, std::string(name)}};
}
MapStore DataPlane::map(TenantId tenant, std::string_view name) { return {*this, {tenant, std::string(name)}}; }
ArchiveStore DataPlane::archive(TenantId tenant, std::string_view name) { return {*this, {tenant, std::string(name)}}; }

Task<Result<ArchiveStore::Trimmed>> DataPlane::ask_trim(Executor& home, StoreId store, int64_t older_than_ms) {
  using Told = Result<ArchiveStore::Trimmed>;
  Async<Told> answer(
      home, [this, store, older_than_ms](Async<Told>::Done done) { trim(store, older_than_ms, std::move(done)); });
  co_return co_await answer;
}

Task<Result<void>> DataPlane::wait(Executor& home, Lsn lsn) {
  if (committed() >= lsn) co_return Result<void>();
  Async<Result<void>> answer(home,
                             [this, lsn](Async<Result<void>>::Done done) { when_committed(lsn, std::move(done)); });
  co_return co_await answer;
}

Task<Result<TenantId>> DataPlane::last_tenant(Executor& home) {
  auto all_written = co_await wait(home, appended());
  if (!all_written) co_return all_written.error();
  std::function<Result<TenantId>(DataReader&)> question = [](DataReader& reader) { return reader.last_tenant(); };
  co_return co_await ask(home, TenantId::server, std::move(question));
}

Task<Result<uint64_t>> DataPlane::count_bytes(Executor& home, TenantId tenant, std::string name) {
  return ask<uint64_t>(home, tenant, [store = StoreId{tenant, std::move(name)}](DataReader& reader) {
    return reader.count_bytes(store);
  });
}

Task<Result<void>> DataPlane::export_tenant(Executor& home, TenantId tenant, std::function<void(std::string)> sink) {
  using Rows = std::shared_ptr<TenantRows>;
  std::function<Result<Rows>(DataReader&)> open = [tenant](DataReader& reader) { return reader.rows_of(tenant); };
  Result<Rows> rows = co_await ask(home, tenant, std::move(open));
  if (!rows) co_return rows.error();
  while (true) {
    std::function<Result<std::vector<std::string>>(DataReader&)> next = [rows = *rows](DataReader&) {
      return rows->next(export_bytes);
    };
    Result<std::vector<std::string>> lines = co_await ask(home, tenant, std::move(next));
    if (!lines) co_return lines.error();
    if (lines->empty()) co_return Result<void>();
    for (std::string& line : *lines) sink(std::move(line));
  }
}

Task<Result<void>> DataPlane::import_tenant(Executor& home, TenantId tenant, std::vector<std::string> rows) {
  for (const std::string& line : rows) {
    auto row = parse_tenant_row(line);
    if (!row) co_return row.error();
  }
  Lsn last = appended();
  size_t bytes = 0;
  for (std::string& line : rows) {
    auto row = parse_tenant_row(line);
    const StoreId store{tenant, row->store};
    if (row->kind == WriteKind::append_row) {
      arrivals_.raise(time_ms(row->id));
      if (row->at_ms >= 0) arrivals_.note(time_ms(row->id), row->at_ms);
      write({WriteKind::remove_row, store, row->key, {}, row->id}, nullptr);
    }
    last = write(to_write(*row, store), nullptr);
    bytes += line.size();
    std::string().swap(line);
    if (bytes > import_bytes) {
      auto done = co_await wait(home, last);
      if (!done) co_return done.error();
      bytes = 0;
    }
  }
  co_return co_await wait(home, last);
}

IdRange matching_ids(const ArchiveQuery& query) {
  IdRange range;
  auto raise = [&](uint64_t first) { range.first = std::max(range.first, first); };
  auto lower = [&](uint64_t last) { range.last = std::min(range.last, last); };
  if (query.start_ms) raise(static_cast<uint64_t>(first_id_at(*query.start_ms)));
  // An id's time is never before at_ms, but it may be after it.
  if (query.end_ms && *query.end_ms < 0) return {1, 0};
  const std::optional<int64_t> end_ms = query.end_id_ms ? query.end_id_ms : query.end_ms;
  if (end_ms && *end_ms < std::numeric_limits<int64_t>::max()) {
    const ArchiveId next = first_id_at(*end_ms + 1);
    if (time_ms(next) > *end_ms) lower(static_cast<uint64_t>(next) - 1);  // else it is later than any id
  }
  if (query.after_id) {
    if (static_cast<uint64_t>(*query.after_id) == UINT64_MAX) return {1, 0};
    raise(static_cast<uint64_t>(*query.after_id) + 1);
  }
  if (query.before_id) {
    if (*query.before_id == ArchiveId::none) return {1, 0};
    lower(static_cast<uint64_t>(*query.before_id) - 1);
  }
  return range;
}

size_t rows_of_page(const ArchiveQuery& query, size_t candidates, const std::function<size_t(size_t)>& bytes_of) {
  size_t rows = 0, bytes = 0;
  while (rows < candidates && !is_full(query, rows, bytes)) bytes += bytes_of(rows++);
  return rows;
}

IdRange page_ids(const ArchiveQuery& query) {
  ArchiveQuery page;
  page.after_id = query.page_after;
  page.before_id = query.page_before;
  const IdRange all = matching_ids(query), part = matching_ids(page);
  return {std::max(all.first, part.first), std::min(all.last, part.last)};
}

}  // namespace teahouse::store
