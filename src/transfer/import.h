// Import: makes a tenant of an export, as its bytes come.
//
// All of it is there, and in service, or nothing: the tenant arrives (Tenants::begin_arrival) and serves nobody before
// the export's end has come and its counts are right; a fault removes what had come, and after a crash the next start.
//
// Thread: the loop `home`. Lifetime: it outlives its task; the parts outlive it.
// Limits: limits.h, the plan's accounts, archive_bytes, file_bytes and files_total_bytes; it holds one entry.
// Errors: bad_request for what is no export of a tenant, conflict for a name or domain that is taken,
// resource_constraint past a limit of the plan; those of the stores.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "files/files.h"
#include "store/tenant_row.h"
#include "transfer/addresses.h"
#include "transfer/entry_reader.h"
#include "transfer/parts.h"
#include "transfer/tenant_document.h"
#include "transfer/user_document.h"

namespace teahouse::transfer {

struct ImportWanted {
  std::string name, domain, plan;  // empty: as the export has them
  // Refuses settings that this server can't have. May be empty.
  std::function<Result<void>(const TenantChange& fields)> check = {};
};

class Import {
 public:
  Import(const Parts& parts, Files& files, Executor& home, Pieces pieces)
      : parts_(parts), files_(files), home_(home), entries_(std::move(pieces)) {}

  Task<Result<MadeTenant>> run(ImportWanted wanted, std::string actor);

 private:
  Task<Result<void>> begin(ImportWanted wanted, std::string actor);
  Task<Result<void>> take_all();
  Task<Result<void>> take(TarHead head);
  Task<Result<void>> take_user();
  Task<Result<void>> take_lines();
  Task<Result<void>> take_file_row(std::string id);
  Task<Result<void>> take_file(TarHead head);
  Task<Result<void>> take_end();
  Task<Result<void>> finish();
  Task<Result<void>> wait_when_much(size_t bytes);
  Result<void> store(store::TenantRow row);
  Result<void> store_in_map(const store::TenantRow& row);
  Result<void> check_owner(const store::TenantRow& row) const;

  const Parts& parts_;
  Files& files_;
  Executor& home_;
  EntryReader entries_;
  Addresses addresses_;
  std::string old_domain_;
  MadeTenant made_;
  std::optional<FileInfo> file_;  // whose bytes come next
  bool is_ended_ = false;
  uint64_t unstored_bytes_ = 0, archive_bytes_ = 0;
  int64_t users_ = 0, rows_ = 0, file_count_ = 0;
  Lsn last_ = Lsn::none;
};

}  // namespace teahouse::transfer
