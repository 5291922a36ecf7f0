// Queries look at every row: slow and plain, so that the other engines can be compared with it.
#include "store/memory/memory_rows.h"

#include <set>

#include "store/tenant_row.h"

namespace teahouse::store {
namespace {

uint64_t size_of(std::string_view owner, const ArchiveRow& row) {
  return count_row_bytes(owner.size(), row.with.size(), row.bytes.size());
}

}  // namespace

ArchivePage MemoryRows::make_page(const Rows& rows, const ArchiveQuery& query) {
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

class MemoryRows::Lines final : public TenantRows {
 public:
  explicit Lines(const TenantData& data) {
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

void MemoryRows::apply(const Write& write) {
  Values& values = tenants_[write.store.tenant].values[write.store.name];
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

void MemoryRows::apply_to_map(const Write& write) {
  auto& keys = tenants_[write.store.tenant].maps[write.store.name];
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

void MemoryRows::apply_to_archive(const Write& write) {
  auto& owners = tenants_[write.store.tenant].archives[write.store.name];
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

class MemoryRows::Reader final : public DataReader {
 public:
  explicit Reader(MemoryRows& rows) : tenants_(rows.tenants_) {}

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
    TenantId last = TenantId::server;  // a question makes an empty tenant, and so may a removal leave one
    for (const auto& [tenant, data] : tenants_) {
      if (!Lines(data).next(1)->empty()) last = tenant;
    }
    return last;
  }
  Result<std::shared_ptr<TenantRows>> rows_of(TenantId tenant) override {
    return std::shared_ptr<TenantRows>(std::make_shared<Lines>(tenants_[tenant]));
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

  std::map<TenantId, TenantData>& tenants_;
};

ArchiveStore::Trimmed MemoryRows::trim(const StoreId& store, int64_t older_than_ms) {
  ArchiveStore::Trimmed trimmed;
  auto& owners = tenants_[store.tenant].archives[store.name];
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
  return trimmed;
}

std::unique_ptr<DataReader> MemoryRows::make_reader() { return std::make_unique<Reader>(*this); }

}  // namespace teahouse::store
