// Each step makes a piece of the export into waiting_, and says by stage_ what comes next.
#include "transfer/export_stream.h"

#include <algorithm>
#include <boost/json.hpp>

#include "account/account_rows.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "transfer/limits.h"
#include "transfer/row_line.h"
#include "transfer/stores.h"
#include "transfer/tar.h"
#include "transfer/tenant_document.h"

namespace teahouse::transfer {
namespace {

constexpr size_t accounts_page = 100, files_page = 100, name_bytes_max = 64;

// A localpart where it is a file's name everywhere; else a digest of it.
std::string entry_name(const std::string& localpart) {
  const bool is_plain = localpart.size() <= name_bytes_max && localpart.front() != '.' &&
                        std::all_of(localpart.begin(), localpart.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
                        });
  return is_plain ? localpart : "=" + crypto::to_hex(crypto::sha256(localpart)).substr(0, 32);
}

std::string folder_of(std::string_view store) { return store.starts_with("room") ? "rooms/" : "rest/"; }

std::string number_part(size_t part) {
  const std::string digits = std::to_string(part);
  return std::string(4 - std::min<size_t>(4, digits.size()), '0') + digits;
}

Error gone() { return {ErrorKind::gone, "The tenant was removed while it was exported."}; }

}  // namespace

const RowForm* find_form(const Parts& parts, std::string_view map) {
  const auto found =
      std::find_if(parts.forms.begin(), parts.forms.end(), [&](const RowForm& each) { return each.map == map; });
  return found == parts.forms.end() ? nullptr : &*found;
}

ExportStream::ExportStream(const Parts& parts, Files& files, Executor& home, TenantPtr tenant,
                           std::optional<Account> only, std::shared_ptr<void> held)
    : parts_(parts),
      files_(files),
      home_(home),
      tenant_(std::move(tenant)),
      only_(std::move(only)),
      held_(std::move(held)) {}

Task<Result<SharedBytes>> ExportStream::read(size_t bytes_max) {
  while (waiting_.empty() && stage_ != Stage::over) {
    auto stepping = step();
    const auto made = co_await stepping;
    if (!made) co_return made.error();
  }
  std::string piece = waiting_.substr(given_, bytes_max);
  given_ += piece.size();
  if (given_ == waiting_.size()) {
    std::string().swap(waiting_);
    given_ = 0;
  }
  co_return SharedBytes(std::move(piece));
}

Task<Result<void>> ExportStream::step() {
  const TenantPtr now = parts_.tenants.find(tenant_->id);
  if (!now || now->being_removed) co_return gone();
  switch (stage_) {
    case Stage::begin: co_return co_await begin();
    case Stage::accounts: co_return co_await next_account();
    case Stage::account_rows: co_return co_await account_rows();
    case Stage::account_archive: co_return co_await account_archive();
    case Stage::maps: co_return co_await next_map();
    case Stage::archives: co_return co_await next_archive();
    case Stage::files: co_return co_await next_file();
    case Stage::file: co_return co_await file_bytes();
    case Stage::end: co_return end();
    case Stage::over: break;
  }
  co_return Result<void>();
}

void ExportStream::add_entry(std::string name, std::string_view bytes) {
  waiting_ += write_tar_head(name, bytes.size(), parts_.clock.wall_ms() / 1000);
  waiting_ += bytes;
  waiting_.append(tar_padding(bytes.size()), '\0');
}

void ExportStream::add_line(const store::TenantRow& row) {
  lines_ += write_row_line(row);
  lines_ += '\n';
  ++rows_;
}

void ExportStream::add_map_line(std::string_view map, const std::string& key, store::MapStore::Entry entry) {
  store::TenantRow row;
  row.kind = store::WriteKind::store_entry;
  row.store = map;
  row.key = key;
  row.entry = std::move(entry.name);
  row.value = std::move(entry.value);
  add_line(row);
}

void ExportStream::flush_lines(const std::string& name, bool all) {
  if (!lines_.empty() && (all || lines_.size() >= chunk_bytes)) {
    add_entry(name + "." + number_part(++part_) + ".jsonl", lines_);
    lines_.clear();
  }
  if (all) part_ = 0;
}

BareJid ExportStream::jid_of(const Account& account) const {
  return BareJid::make(account.localpart, tenant_->domain()).value();  // as it is stored, it is one
}

bool ExportStream::is_of_account(std::string_view map, const std::string& key) const {
  if (has_mentions(map) && key.starts_with(mention_prefix)) return false;
  const auto jid = BareJid::parse(key);
  return jid && jid->has_localpart() && jid->domainpart() == tenant_->domain();
}

Task<Result<void>> ExportStream::begin() {
  add_entry("tenant.json", write_tenant_document(*tenant_, only_.has_value(), parts_.clock.wall_ms()));
  if (only_) accounts_.push_back(*only_);
  is_last_page_ = only_.has_value();
  stage_ = Stage::accounts;
  co_return Result<void>();
}

Task<Result<void>> ExportStream::next_account() {
  if (accounts_.empty() && !is_last_page_) {
    auto listing = parts_.accounts.list(home_, tenant_, cursor_, accounts_page);
    auto page = co_await listing;
    if (!page) co_return page.error();
    for (Account& account : page->accounts) accounts_.push_back(std::move(account));
    cursor_ = std::move(page->next_cursor);
    is_last_page_ = cursor_.empty();
  }
  if (accounts_.empty()) {
    cursor_.clear();
    store_ = 0;
    stage_ = only_ ? Stage::files : Stage::maps;
    co_return Result<void>();
  }
  account_ = std::move(accounts_.front());
  accounts_.pop_front();
  account_name_ = entry_name(account_.localpart);
  auto writing = write_account();
  co_return co_await writing;
}

Task<Result<void>> ExportStream::write_account() {
  UserDocument user;
  user.host = tenant_->domain();
  user.account = account_;
  if (account_.has_password) {
    auto select = account_rows::select_keys(tenant_->id, account_.localpart);
    const auto keys = co_await parts_.control.execute(home_, std::move(select));
    if (!keys) co_return keys.error();
    if (!keys->rows.empty()) user.keys = account_rows::parse_keys(store::as_text(keys->rows[0][0]));
  }
  for (const RowForm& form : parts_.forms) {
    auto rows = co_await parts_.data.map(tenant_->id, form.map).load(home_, jid_of(account_).str());
    if (!rows) co_return rows.error();
    user.rows.emplace(form.map, std::move(*rows));
  }
  const auto document = write_user_document(user, parts_.forms);
  if (!document) co_return document.error();
  add_entry("users/" + account_name_ + ".xml", *document);
  ++users_;
  store_ = 0;
  after_entry_.clear();
  stage_ = Stage::account_rows;
  co_return Result<void>();
}

// Those of the account that no form has.
Task<Result<void>> ExportStream::account_rows() {
  while (store_ < maps.size() && find_form(parts_, maps[store_])) ++store_;
  if (store_ == maps.size()) {
    flush_lines("users/" + account_name_, true);
    after_id_.reset();
    stage_ = Stage::account_archive;
    co_return Result<void>();
  }
  const std::string key = jid_of(account_).str();
  auto rows = co_await parts_.data.map(tenant_->id, maps[store_]).load(home_, key, chunk_bytes, after_entry_);
  if (!rows) co_return rows.error();
  if (rows->empty()) {
    ++store_;
    after_entry_.clear();
    co_return Result<void>();
  }
  after_entry_ = rows->back().name;
  for (auto& row : *rows) add_map_line(maps[store_], key, std::move(row));
  flush_lines("users/" + account_name_, false);
  co_return Result<void>();
}

Task<Result<void>> ExportStream::account_archive() {
  auto paging = archive_page("archive", jid_of(account_).str());
  const auto more = co_await paging;
  if (!more) co_return more.error();
  flush_lines("archives/" + account_name_, !*more);
  if (!*more) stage_ = Stage::accounts;
  co_return Result<void>();
}

Task<Result<bool>> ExportStream::archive_page(std::string store, std::string owner) {
  store::ArchiveQuery query;
  query.page_after = after_id_;
  query.rows_max = 1000;
  query.bytes_enough = chunk_bytes;
  query.counted = false;
  auto page = co_await parts_.data.archive(tenant_->id, store).page(home_, owner, query);
  if (!page) co_return page.error();
  for (store::ArchiveRow& each : page->rows) {
    after_id_ = each.id;
    store::TenantRow row;
    row.kind = store::WriteKind::append_row;
    row.store = store;
    row.key = owner;
    row.id = each.id;
    row.at_ms = each.at_ms;
    row.entry = std::move(each.with);
    row.value = std::move(each.bytes);
    add_line(row);
  }
  co_return !page->rows.empty();
}

// Of all maps what is no account's: rooms, mentions, services.
Task<Result<void>> ExportStream::next_map() {
  if (store_ == maps.size()) {
    store_ = 0;
    has_keys_ = false;
    stage_ = Stage::archives;
    co_return Result<void>();
  }
  if (!has_keys_) {
    auto keys = co_await parts_.data.map(tenant_->id, maps[store_]).keys(home_);
    if (!keys) co_return keys.error();
    keys_ = std::move(*keys);
    std::erase_if(keys_, [this](const std::string& key) { return is_of_account(maps[store_], key); });
    has_keys_ = true;
    key_ = 0;
    after_entry_.clear();
  }
  if (key_ < keys_.size()) co_return co_await map_rows();
  flush_lines(folder_of(maps[store_]) + std::string(maps[store_]), true);
  has_keys_ = false;
  ++store_;
  co_return Result<void>();
}

Task<Result<void>> ExportStream::map_rows() {
  auto rows = co_await parts_.data.map(tenant_->id, maps[store_]).load(home_, keys_[key_], chunk_bytes, after_entry_);
  if (!rows) co_return rows.error();
  if (rows->empty()) {
    ++key_;
    after_entry_.clear();
    co_return Result<void>();
  }
  after_entry_ = rows->back().name;
  for (auto& row : *rows) add_map_line(maps[store_], keys_[key_], std::move(row));
  flush_lines(folder_of(maps[store_]) + std::string(maps[store_]), false);
  co_return Result<void>();
}

Task<Result<void>> ExportStream::next_archive() {
  while (store_ < archives.size() && archives[store_].owners == Owners::accounts) ++store_;
  if (store_ == archives.size()) {
    stage_ = Stage::files;
    co_return Result<void>();
  }
  const LeavingArchive& archive = archives[store_];
  if (!has_keys_) {
    keys_.clear();
    if (archive.owners == Owners::tenant) {
      keys_.push_back(tenant_->domain());
    } else {
      const auto listed = co_await parts_.data.map(tenant_->id, room_map).load(home_, std::string(room_list_key));
      if (!listed) co_return listed.error();
      for (const auto& room : *listed) keys_.push_back(room.name);
    }
    has_keys_ = true;
    key_ = 0;
    after_id_.reset();
  }
  const std::string name = folder_of(archive.name) + "archive-of-" + std::string(archive.name);
  if (key_ == keys_.size()) {
    flush_lines(name, true);
    has_keys_ = false;
    ++store_;
    co_return Result<void>();
  }
  auto paging = archive_page(std::string(archive.name), keys_[key_]);
  const auto more = co_await paging;
  if (!more) co_return more.error();
  flush_lines(name, false);
  if (*more) co_return Result<void>();
  ++key_;
  after_id_.reset();
  co_return Result<void>();
}

Task<Result<void>> ExportStream::next_file() {
  if (files_left_.empty()) {
    if (has_all_files_) {
      stage_ = Stage::end;
      co_return Result<void>();
    }
    auto listing = files_.list(home_, tenant_->id, cursor_, files_page);
    auto page = co_await listing;
    if (!page) co_return page.error();
    const std::string owner = only_ ? jid_of(*only_).str() : std::string();
    for (FileInfo& file : page->files) {
      if (!only_ || file.owner == owner) files_left_.push_back(std::move(file));
    }
    cursor_ = std::move(page->next_cursor);
    has_all_files_ = cursor_.empty();
    co_return Result<void>();
  }
  const FileInfo file = std::move(files_left_.front());
  files_left_.pop_front();
  auto opening = files_.objects().open(home_, tenant_->id, file.digest);
  auto source = co_await opening;
  if (!source && source.error().kind == ErrorKind::item_not_found) co_return Result<void>();  // removed meanwhile
  if (!source) co_return source.error();
  const boost::json::object row = {{"id", file.id},
                                   {"owner", file.owner},
                                   {"name", file.name},
                                   {"type", file.type},
                                   {"sha256", file.digest},
                                   {"bytes", file.bytes},
                                   {"created_ms", file.created_ms}};
  add_entry("files/" + file.id + ".json", boost::json::serialize(row) + "\n");
  waiting_ += write_tar_head("files/" + file.id, static_cast<uint64_t>(file.bytes), file.created_ms / 1000);
  file_ = std::move(*source);
  file_left_ = static_cast<uint64_t>(file.bytes);
  file_padding_ = tar_padding(file_left_);
  ++file_count_;
  stage_ = Stage::file;
  co_return Result<void>();
}

Task<Result<void>> ExportStream::file_bytes() {
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(file_left_, chunk_bytes));
  if (wanted > 0) {
    auto reading = file_->read(wanted);
    const auto piece = co_await reading;
    if (!piece) co_return piece.error();
    if (piece->empty() || piece->size() > file_left_) {
      co_return Error{ErrorKind::internal_server_error, "A file has another length than its row says."};
    }
    waiting_ += piece->view();
    file_left_ -= piece->size();
  }
  if (file_left_ > 0) co_return Result<void>();
  waiting_.append(static_cast<size_t>(file_padding_), '\0');
  file_.reset();
  stage_ = Stage::files;
  co_return Result<void>();
}

Result<void> ExportStream::end() {
  const boost::json::object counts = {{"users", users_}, {"rows", rows_}, {"files", file_count_}};
  add_entry("end.json", boost::json::serialize(counts) + "\n");
  waiting_ += write_tar_end();
  stage_ = Stage::over;
  return {};
}

}  // namespace teahouse::transfer
