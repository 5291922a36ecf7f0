// Maps of maps, and queries that look at every row: slow and plain, so that the other engines can be compared with it.
// A write is in the maps at once; holding commits back holds back its Lsn, and with that every read of its tenant that
// was asked for after it.
#include "store/memory/memory_plane.h"

#include <map>
#include <set>

#include "store/tenant_row.h"

namespace teahouse::store {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;
using Rows = std::map<ArchiveId, ArchiveRow>;

struct TenantData {
  std::map<std::string, Values> values;
  std::map<std::string, std::map<std::string, Values, std::less<>>> maps;
  std::map<std::string, std::map<std::string, Rows, std::less<>>> archives;
};

uint64_t size_of(std::string_view owner, const ArchiveRow& row) {
  return count_row_bytes(owner.size(), row.with.size(), row.bytes.size());
}

ArchivePage make_page(const Rows& rows, const ArchiveQuery& query) {
  const IdRange all = matching_ids(query), part = page_ids(query);
  const std::set<ArchiveId> ids(query.ids.begin(), query.ids.end());
  std::vector<const ArchiveRow*> matches, candidates;
  for (const auto& [id, row] : rows) {
    if (!all.has(static_cast<uint64_t>(id)) || !is_match(query, row.with, row.bytes, row.at_ms)) continue;
    if (!ids.empty() && !ids.contains(id)) continue;
    matches.push_back(&row);
    if (part.has(static_cast<uint64_t>(id))) candidates.push_back(&row);
  }
  ArchivePage page;
  const size_t size = rows_of_page(query, candidates.size(), [&](size_t at) {
    return candidates[query.backwards ? candidates.size() - 1 - at : at]->bytes.size();
  });
  const size_t begin = query.backwards ? candidates.size() - size : 0;
  for (size_t at = begin; at < begin + size; ++at) page.rows.push_back(*candidates[at]);
  page.complete = size == candidates.size();
  page.count_exact = query.counted && matches.size() <= count_max;
  page.count = query.counted ? std::min<uint64_t>(matches.size(), count_max) : 0;
  if (page.count_exact && !page.rows.empty()) {
    while (matches[page.first_index]->id != page.rows.front().id) ++page.first_index;
  }
  return page;
}

class MemoryTenantRows final : public TenantRows {
 public:
  explicit MemoryTenantRows(const TenantData& data) {
    for (const auto& [store, values] : data.values) {
      for (const auto& [key, value] : values) add({WriteKind::store_value, store, key, {}, value});
    }
    for (const auto& [store, maps] : data.maps) {
      for (const auto& [key, entries] : maps) {
        for (const auto& [entry, value] : entries) add({WriteKind::store_entry, store, key, entry, value});
      }
    }
    for (const auto& [store, owners] : data.archives) {
      for (const auto& [owner, rows] : owners) {
        for (const auto& [id, row] : rows)
          add({WriteKind::append_row, store, owner, row.with, row.bytes, id, row.at_ms});
      }
    }
  }
  Result<std::vector<std::string>> next(size_t) override { return std::exchange(lines_, {}); }

 private:
  void add(const TenantRow& row) { lines_.push_back(to_line(row)); }
  std::vector<std::string> lines_;
};

}  // namespace

struct MemoryPlane::Data {
  std::map<TenantId, TenantData> tenants;
  std::map<TenantId, Lsn> last_of;

  void apply(const Write& write);
  void apply_to_map(const Write& write);
  void apply_to_archive(const Write& write);
};

void MemoryPlane::Data::apply(const Write& write) {
  Values& values = tenants[write.store.tenant].values[write.store.name];
  switch (write.kind) {
    case WriteKind::store_value: values[std::string(write.key)] = write.value; return;
    case WriteKind::remove_value: values.erase(std::string(write.key)); return;
    case WriteKind::store_entry:
    case WriteKind::remove_entry:
    case WriteKind::remove_entries: return apply_to_map(write);
    case WriteKind::append_row:
    case WriteKind::remove_row:
    case WriteKind::remove_rows: return apply_to_archive(write);
  }
}

void MemoryPlane::Data::apply_to_map(const Write& write) {
  auto& keys = tenants[write.store.tenant].maps[write.store.name];
  const std::string key(write.key);
  if (write.kind == WriteKind::remove_entries) {
    keys.erase(key);
  } else if (write.kind == WriteKind::store_entry) {
    keys[key][std::string(write.entry)] = write.value;
  } else {
    keys[key].erase(std::string(write.entry));
    if (keys[key].empty()) keys.erase(key);
  }
}

void MemoryPlane::Data::apply_to_archive(const Write& write) {
  auto& owners = tenants[write.store.tenant].archives[write.store.name];
  const std::string owner(write.key);
  if (write.kind == WriteKind::remove_rows) {
    owners.erase(owner);
  } else if (write.kind == WriteKind::append_row) {
    owners[owner][write.id] = {write.id, std::string(write.entry), std::string(write.value),
                               write.at_ms < 0 ? time_ms(write.id) : write.at_ms};
  } else {
    owners[owner].erase(write.id);
    if (owners[owner].empty()) owners.erase(owner);
  }
}

class MemoryPlane::Reader final : public DataReader {
 public:
  explicit Reader(MemoryPlane& plane) : lock_(plane.mutex_), tenants_(plane.data_->tenants) {}

  Result<std::optional<std::string>> value(const StoreId& store, std::string_view key) override {
    return find(tenants_[store.tenant].values[store.name], key);
  }
  Result<std::optional<std::string>> entry(const StoreId& store, std::string_view key,
                                           std::string_view entry) override {
    const auto& keys = tenants_[store.tenant].maps[store.name];
    const auto found = keys.find(key);
    if (found == keys.end()) return std::optional<std::string>();
    return find(found->second, entry);
  }
  Result<std::vector<MapStore::Entry>> entries(const StoreId& store, std::string_view key, size_t bytes_enough,
                                               std::string_view after) override {
    std::vector<MapStore::Entry> result;
    const auto& keys = tenants_[store.tenant].maps[store.name];
    const auto found = keys.find(key);
    if (found == keys.end()) return result;
    size_t bytes = 0;
    auto at = after.empty() ? found->second.begin() : found->second.upper_bound(after);
    for (; at != found->second.end() && bytes < bytes_enough; ++at) {
      bytes += at->second.size();
      result.push_back({at->first, at->second});
    }
    return result;
  }
  Result<uint64_t> count_entries(const StoreId& store, std::string_view key) override {
    const auto& keys = tenants_[store.tenant].maps[store.name];
    const auto found = keys.find(key);
    return found == keys.end() ? 0 : found->second.size();
  }
  Result<std::vector<std::string>> keys(const StoreId& store) override {
    std::vector<std::string> result;
    for (const auto& [key, entries] : tenants_[store.tenant].maps[store.name]) result.push_back(key);
    return result;
  }
  Result<ArchivePage> page(const StoreId& store, std::string_view owner, const ArchiveQuery& query) override {
    return make_page(rows(store, owner), query);
  }
  Result<std::optional<ArchiveRow>> row(const StoreId& store, std::string_view owner, ArchiveId id) override {
    const Rows& all = rows(store, owner);
    const auto found = all.find(id);
    if (found == all.end()) return std::optional<ArchiveRow>();
    return std::optional(found->second);
  }
  Result<std::vector<std::string>> conversations(const StoreId& store, std::string_view owner,
                                                 size_t names_max) override {
    std::set<std::pair<size_t, std::string>> names;
    for (const auto& [id, row] : rows(store, owner)) names.emplace(row.with.size(), row.with);
    std::vector<std::string> result;
    for (const auto& [size, name] : names) {
      if (result.size() < names_max) result.push_back(name);
    }
    return result;
  }
  Result<std::optional<ArchiveStore::Ends>> ends(const StoreId& store, std::string_view owner) override {
    const Rows& all = rows(store, owner);
    if (all.empty()) return std::optional<ArchiveStore::Ends>();
    const ArchiveRow &first = all.begin()->second, &last = all.rbegin()->second;
    return std::optional(ArchiveStore::Ends{{first.id, first.at_ms}, {last.id, last.at_ms}});
  }
  Result<uint64_t> count_bytes(const StoreId& store) override {
    uint64_t bytes = 0;
    for (const auto& [owner, all] : tenants_[store.tenant].archives[store.name]) {
      for (const auto& [id, row] : all) bytes += size_of(owner, row);
    }
    return bytes;
  }
  Result<TenantId> last_tenant() override {
    TenantId last = TenantId::house;  // a question makes an empty tenant, and so may a removal leave one
    for (const auto& [tenant, data] : tenants_) {
      if (!MemoryTenantRows(data).next(1)->empty()) last = tenant;
    }
    return last;
  }
  Result<std::shared_ptr<TenantRows>> rows_of(TenantId tenant) override {
    return std::shared_ptr<TenantRows>(std::make_shared<MemoryTenantRows>(tenants_[tenant]));
  }

 private:
  static Result<std::optional<std::string>> find(const Values& values, std::string_view key) {
    const auto found = values.find(key);
    if (found == values.end()) return std::optional<std::string>();
    return std::optional(found->second);
  }
  const Rows& rows(const StoreId& store, std::string_view owner) {
    static const Rows none;
    const auto& owners = tenants_[store.tenant].archives[store.name];
    const auto found = owners.find(owner);
    return found == owners.end() ? none : found->second;
  }

  std::lock_guard<std::mutex> lock_;
  std::map<TenantId, TenantData>& tenants_;
};

MemoryPlane::MemoryPlane() : data_(std::make_unique<Data>()) {}
MemoryPlane::~MemoryPlane() {
  board_.forget_watchers();
  commit();
}

std::unique_ptr<MemoryPlane> make_memory_plane() { return std::make_unique<MemoryPlane>(); }

void MemoryPlane::hold_commits(bool held) {
  {
    std::lock_guard lock(mutex_);
    held_ = held;
  }
  if (!held) commit();
}

// A thread that writes while another commits, also from inside a call-back, leaves its commit to that one, which looks
// again.
void MemoryPlane::commit() {
  bool again = true;
  while (again && !board_.is_interrupted() && !committing_.exchange(true)) {
    const Lsn lsn = appended();
    if (lsn > board_.committed()) board_.advance(lsn);
    committing_ = false;
    std::lock_guard lock(mutex_);
    again = !held_ && appended_ > board_.committed();
  }
}

void MemoryPlane::fail() {
  health().raise(DiskHealth::data_waits);
  board_.interrupt(DiskHealth::failing());
}

void MemoryPlane::recover() {
  board_.resume();
  health().clear(DiskHealth::data_waits);
  commit();
}

Lsn MemoryPlane::appended() const {
  std::lock_guard lock(mutex_);
  return appended_;
}

void MemoryPlane::watch_commits(Executor& home, std::function<void(Lsn)> committed) {
  board_.watch(home, std::move(committed));
}

void MemoryPlane::when_committed(Lsn lsn, std::function<void(Result<void>)> done) { board_.when(lsn, std::move(done)); }

Lsn MemoryPlane::change(TenantId tenant, const std::function<void(Data&)>& apply) {
  Lsn lsn;
  bool held;
  {
    std::lock_guard lock(mutex_);
    apply(*data_);
    lsn = ++appended_;
    data_->last_of[tenant] = lsn;
    held = held_;
  }
  if (!held) commit();
  return lsn;
}

Lsn MemoryPlane::write(const Write& write) {
  return change(write.store.tenant, [&](Data& data) { data.apply(write); });
}

void MemoryPlane::read(TenantId tenant, std::function<void(Result<DataReader*>)> job) {
  Lsn appended;
  {
    std::lock_guard lock(mutex_);
    appended = data_->last_of[tenant];
  }
  board_.when(appended, [this, job = std::move(job)](Result<void> committed) {
    if (board_.is_interrupted()) return job(DiskHealth::failing());
    if (!committed) return job(committed.error());
    Reader reader(*this);
    job(&reader);
  });
}

Task<Result<void>> MemoryPlane::remove_tenant(Executor& home, TenantId tenant) {
  if (tenant == TenantId::house) {
    co_return Error{ErrorKind::not_allowed, "data plane: tenant 0 is the house, which can't be removed"};
  }
  std::function<void(Data&)> erase = [tenant](Data& data) { data.tenants.erase(tenant); };
  const Lsn lsn = change(tenant, erase);
  co_return co_await wait(home, lsn);
}

void MemoryPlane::trim(StoreId store, int64_t older_than_ms, std::function<void(Result<ArchiveStore::Trimmed>)> done) {
  ArchiveStore::Trimmed trimmed;
  const Lsn lsn = change(store.tenant, [&](Data& data) {
    auto& owners = data.tenants[store.tenant].archives[store.name];
    for (auto owner = owners.begin(); owner != owners.end();) {
      Rows& rows = owner->second;
      std::erase_if(rows, [&](const auto& row) {
        if (row.second.at_ms >= older_than_ms) return false;
        ++trimmed.rows;
        trimmed.bytes += size_of(owner->first, row.second);
        return true;
      });
      owner = rows.empty() ? owners.erase(owner) : std::next(owner);
    }
  });
  board_.when(lsn, [done = std::move(done), trimmed](Result<void> committed) {
    if (!committed) return done(committed.error());
    done(trimmed);
  });
}

}  // namespace teahouse::store
