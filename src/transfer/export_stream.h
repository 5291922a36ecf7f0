// ExportStream: a tenant, or one user of it, as the bytes of an export, made while they are read.
//
// It reads a page of rows at a time, each at one moment; what changes while it goes may be in it or not. Its order:
// tenant.json, each account with its rows and its archive, rooms, the rest, files, end.json with the counts of all.
//
// Thread: the loop `home`. Lifetime: http::BodySource's; the parts outlive it.
// Limits: it holds a page, and one account's document. Errors: as BodySource's: the export is broken off, and has no
// end; also where the tenant goes meanwhile.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "files/files.h"
#include "http/body_source.h"
#include "store/tenant_row.h"
#include "transfer/parts.h"
#include "transfer/user_document.h"

namespace teahouse::transfer {

class ExportStream final : public http::BodySource {
 public:
  // `only`: this account alone. `held` lives as long as the stream.
  ExportStream(const Parts& parts, Files& files, Executor& home, TenantPtr tenant, std::optional<Account> only,
               std::shared_ptr<void> held);

  Task<Result<SharedBytes>> read(size_t bytes_max) override;

 private:
  enum class Stage { begin, accounts, account_rows, account_archive, maps, archives, files, file, end, over };

  Task<Result<void>> step();
  Task<Result<void>> begin();
  Task<Result<void>> next_account();
  Task<Result<void>> write_account();
  Task<Result<void>> account_rows();
  Task<Result<void>> account_archive();
  Task<Result<void>> next_map();
  Task<Result<void>> map_rows();
  Task<Result<void>> next_archive();
  Task<Result<bool>> archive_page(std::string store, std::string owner);  // false: there is no more
  Task<Result<void>> next_file();
  Task<Result<void>> file_bytes();
  Result<void> end();

  void add_entry(std::string name, std::string_view bytes);
  void add_line(const store::TenantRow& row);
  void add_map_line(std::string_view map, const std::string& key, store::MapStore::Entry entry);
  void flush_lines(const std::string& name, bool all);  // "users/ann" becomes users/ann.0001.jsonl, 0002 ...
  BareJid jid_of(const Account& account) const;
  bool is_of_account(std::string_view map, const std::string& key) const;

  const Parts& parts_;
  Files& files_;
  Executor& home_;
  const TenantPtr tenant_;
  const std::optional<Account> only_;
  const std::shared_ptr<void> held_;

  Stage stage_ = Stage::begin;
  std::string waiting_;  // has been made, and is not all read
  size_t given_ = 0;     // of it
  std::string lines_;    // of the next entry
  size_t part_ = 0;      // of entries of one name
  std::deque<Account> accounts_;
  std::string cursor_;  // of accounts, then of files
  bool is_last_page_ = false;
  Account account_;
  std::string account_name_;  // in names of entries
  size_t store_ = 0;          // of the maps, then of the archives
  std::vector<std::string> keys_;
  size_t key_ = 0;
  bool has_keys_ = false;
  std::string after_entry_;
  std::optional<store::ArchiveId> after_id_;
  std::deque<FileInfo> files_left_;
  std::shared_ptr<http::BodySource> file_;
  bool has_all_files_ = false;
  uint64_t file_left_ = 0, file_padding_ = 0;
  int64_t users_ = 0, rows_ = 0, file_count_ = 0;
};

}  // namespace teahouse::transfer
