// A tenant's rows are in four maps: "files" holds all files by their ids, "files_of" the ids of an account's, "objects"
// the ids of the files that an object is of, and "object_intents" the objects that are about to come or to go.
//
// An intent is on disk before an object is touched, and the data plane keeps the order of writes: after a crash the
// rows that were to be written after it are there or not, but never without it. An object comes: intent, object, then
// its rows and the end of the intent. It goes: intent, the end of its rows, object, the end of the intent. So whatever
// a crash cut off, an object without an intent has a row, or is not there; and one with an intent is settled by its
// rows: if there is none, it goes. Two that do something to the same object take turns.
#include "files/files.h"

#include <algorithm>

#include "files/file_name.h"
#include "store/data_plane.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

constexpr char all[] = "all";  // the one key of "files" and "object_intents"
constexpr size_t page_bytes = 64 * 1024;

Error no_file() { return {ErrorKind::item_not_found, "There is no such file; it may have been removed."}; }

std::string say_bytes(int64_t bytes) { return std::to_string(bytes) + " bytes"; }

}  // namespace

struct Files::Rows {
  store::MapStore files, files_of, objects, intents;
};

Files::Files(store::DataPlane& data, const Clock& clock, std::unique_ptr<ObjectStore> objects)
    : data_(data), clock_(clock), objects_(std::move(objects)), slots_(clock) {}

const store::DiskHealth& Files::disk() const { return data_.health(); }

Files::Rows Files::rows_of(TenantId tenant) const {
  return {data_.map(tenant, "files"), data_.map(tenant, "files_of"), data_.map(tenant, "objects"),
          data_.map(tenant, "object_intents")};
}

const Turns& Files::turns_of(const Digest& digest) const {
  return turns_[std::hash<std::string>()(digest) % turns_.size()];
}

bool Files::is_gone(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  return gone_.contains(tenant);
}

std::string Files::url_of(std::string_view host, std::string_view id, std::string_view name) const {
  return place_of(host).append(id).append("/").append(encode_segment(name));
}

std::string Files::place_of(std::string_view host) const {
  constexpr std::string_view place = "{host}";
  std::string url = address_;
  const auto ascii = ascii_domain(host);
  url.replace(url.find(place), place.size(), ascii ? *ascii : std::string(host));
  return url.append("/");
}

Result<void> Files::check_size(const Tenant& tenant, int64_t bytes) const {
  const int64_t limit = tenant.limits().file_bytes;
  if (limit < 0 || bytes <= limit) return {};
  return Error{ErrorKind::not_acceptable, "This file has " + say_bytes(bytes) + "; here one may have at most " +
                                              say_bytes(limit) + ". Send a smaller one."};
}

Result<void> Files::check_room(const Tenant& tenant, int64_t bytes) const {
  const int64_t limit = tenant.limits().files_total_bytes;
  if (limit < 0 || tenant.meter->files_bytes.load(std::memory_order_relaxed) <= limit - bytes) return {};
  return Error{ErrorKind::resource_constraint, "The files of " + tenant.domain() + " have used up the " +
                                                   say_bytes(limit) +
                                                   " of its plan. Its owner can remove files, or take a larger plan."};
}

Result<Files::Room> Files::take_room(const Tenant& tenant, int64_t bytes) const {
  if (!Meter::take(tenant.meter->files_bytes, tenant.limits().files_total_bytes, bytes)) {
    const auto refused = check_room(tenant, bytes);
    return refused ? Error{ErrorKind::resource_constraint, "The plan has no room for this file."} : refused.error();
  }
  return Room(tenant.meter, bytes);
}

void Files::finish_later(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  cut_off_.insert(tenant);
}

Task<Result<FileInfo>> Files::keep(Executor& home, TenantPtr tenant, FileInfo file, ObjectUpload& upload) {
  auto finishing = upload.finish();
  auto digest = co_await finishing;
  if (!digest) co_return digest.error();
  file.digest = std::move(*digest);
  auto turn = co_await turns_of(file.digest).take(home);
  if (is_gone(tenant->id)) co_return Error{ErrorKind::gone, "This server was removed."};
  const Rows rows = rows_of(tenant->id);
  auto noted = co_await data_.wait(home, rows.intents.store(all, file.digest, {}));
  if (!noted) co_return noted.error();
  auto keeping = upload.keep();
  auto kept = co_await keeping;
  if (!kept) {
    finish_later(tenant->id);
    co_return kept.error();
  }
  rows.objects.store(file.digest, file.id, {});
  if (!file.owner.empty()) rows.files_of.store(file.owner, file.id, {});
  rows.files.store(all, file.id, write_file_row(file));
  auto stored = co_await data_.wait(home, rows.intents.remove(all, file.digest));
  if (!stored) co_return stored.error();
  tenant->meter->usage.touch();
  co_return file;
}

Task<Result<FileInfo>> Files::find(Executor& home, TenantId tenant, std::string id) {
  if (!is_file_id(id)) co_return no_file();
  const auto row = co_await rows_of(tenant).files.load_entry(home, all, id);
  if (!row) co_return row.error();
  if (!*row) co_return no_file();
  co_return parse_file_row(std::move(id), **row);
}

Task<Result<Files::Page>> Files::list(Executor& home, TenantId tenant, std::string cursor, size_t rows_max) {
  Page page;
  while (page.files.size() < rows_max) {
    const auto entries = co_await rows_of(tenant).files.load(home, all, page_bytes, cursor);
    if (!entries) co_return entries.error();
    if (entries->empty()) co_return page;
    for (const auto& entry : *entries) {
      if (page.files.size() == rows_max) break;
      auto file = parse_file_row(entry.name, entry.value);
      if (!file) co_return file.error();
      page.files.push_back(std::move(*file));
      cursor = entry.name;
    }
  }
  page.next_cursor = std::move(cursor);
  co_return page;
}

// The object goes unless it is of some file; the intent ends. REQUIRES: it is the object's turn.
Task<Result<void>> Files::settle(Executor& home, TenantId tenant, Digest digest) {
  const Rows rows = rows_of(tenant);
  const auto files = co_await rows.objects.count(home, digest);
  if (!files) co_return files.error();
  if (*files == 0) {
    auto removed = co_await objects_->remove(home, tenant, digest);
    if (!removed) co_return removed;
  }
  rows.intents.remove(all, digest);
  co_return Result<void>();
}

Task<Result<void>> Files::remove(Executor& home, TenantPtr tenant, std::string id) {
  const auto seen = co_await find(home, tenant->id, id);
  if (!seen) co_return seen.error();
  auto turn = co_await turns_of(seen->digest).take(home);
  const auto file = co_await find(home, tenant->id, id);  // another call may have removed it meanwhile
  if (!file) co_return file.error();
  const Rows rows = rows_of(tenant->id);
  rows.intents.store(all, file->digest, {});
  rows.files.remove(all, id);
  if (!file->owner.empty()) rows.files_of.remove(file->owner, id);
  auto removed = co_await data_.wait(home, rows.objects.remove(file->digest, id));
  if (!removed) co_return removed;
  Meter::give_back(tenant->meter->files_bytes, file->bytes);
  tenant->meter->usage.touch();
  auto settled = co_await settle(home, tenant->id, file->digest);
  if (settled || settled.error().kind != ErrorKind::service_unavailable) co_return settled;
  finish_later(tenant->id);  // nobody can ask for the object any more; it goes when its store answers
  co_return Result<void>();
}

Task<Result<void>> Files::remove_of(Executor& home, TenantPtr tenant, std::string account) {
  const auto entries = co_await rows_of(tenant->id).files_of.load(home, account);
  if (!entries) co_return entries.error();
  for (const auto& entry : *entries) {
    auto removed = co_await remove(home, tenant, entry.name);
    if (!removed && removed.error().kind != ErrorKind::item_not_found) co_return removed;
  }
  co_return Result<void>();
}

Task<Files::Hold> Files::hold(Executor& home) const {
  Hold held;
  if (!objects_->is_on_disk()) co_return held;
  for (const Turns& turns : turns_) {
    auto turn = co_await turns.take(home);
    held.push_back(std::move(turn));
  }
  co_return held;
}

// It has had all turns: what was under way has ended, and what comes finds that the tenant is gone. A disk stands still
// meanwhile, for a snapshot must not see half of it.
Task<Result<void>> Files::remove_tenant(Executor& home, TenantId tenant) {
  {
    const std::lock_guard lock(mutex_);
    gone_.insert(tenant);
  }
  Hold held;
  for (const Turns& turns : turns_) {
    auto turn = co_await turns.take(home);
    if (objects_->is_on_disk()) held.push_back(std::move(turn));
  }
  auto removed = co_await objects_->remove_tenant(home, tenant);
  co_return removed;
}

Task<Result<size_t>> Files::trim(Executor& home, TenantPtr tenant, int64_t before_ms) {
  size_t trimmed = 0;
  while (true) {
    const auto page = co_await list(home, tenant->id, {}, 100);
    if (!page) co_return page.error();
    for (const FileInfo& file : page->files) {
      if (file.created_ms >= before_ms) co_return trimmed;
      auto removed = co_await remove(home, tenant, file.id);
      if (removed) ++trimmed;
      if (!removed && removed.error().kind != ErrorKind::item_not_found) co_return removed.error();
    }
    if (page->next_cursor.empty()) co_return trimmed;
  }
}

Task<Result<void>> Files::finish(Executor& home, TenantId tenant) {
  const auto intents = co_await rows_of(tenant).intents.load(home, all);
  if (!intents) co_return intents.error();
  for (const auto& intent : *intents) {
    auto turn = co_await turns_of(intent.name).take(home);
    auto settled = co_await settle(home, tenant, intent.name);
    if (settled) continue;
    finish_later(tenant);
    co_return settled;
  }
  co_return Result<void>();
}

Task<void> Files::finish_all(Executor& home) {
  std::set<TenantId> cut_off;
  {
    const std::lock_guard lock(mutex_);
    cut_off.swap(cut_off_);
  }
  for (const TenantId tenant : cut_off) {
    if (!is_gone(tenant)) (void)co_await finish(home, tenant);
  }
}

Task<Result<void>> Files::count(Executor& home, TenantPtr tenant) {
  std::string cursor;
  int64_t bytes = 0;
  do {
    auto page = co_await list(home, tenant->id, cursor, 1000);
    if (!page) co_return page.error();
    for (const FileInfo& file : page->files) bytes += file.bytes;
    cursor = std::move(page->next_cursor);
  } while (!cursor.empty());
  tenant->meter->files_bytes = bytes;
  co_return Result<void>();
}

}  // namespace teahouse
