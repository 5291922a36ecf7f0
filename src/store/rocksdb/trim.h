// trim_archive: one walk through an archive store that removes what is too old.
#pragma once

#include <rocksdb/db.h>

#include <functional>

#include "store/rocksdb/commit_log.h"

namespace teahouse::store::rocks {

// Rows that came before at_ms go; their ids are at most of the time latest_id_ms.
struct TrimBefore {
  int64_t at_ms, latest_id_ms;
};

// `wait` waits until an Lsn is committed; its error ends the walk, and what was removed by then stays so.
Result<ArchiveStore::Trimmed> trim_archive(rocksdb::DB& db, CommitLog& log, const StoreId& store, TrimBefore before,
                                           const std::function<Result<void>(Lsn)>& wait);

}  // namespace teahouse::store::rocks
