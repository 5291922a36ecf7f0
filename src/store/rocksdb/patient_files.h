// make_patient_files: the file system as RocksDB sees it: what can't be written is tried again until it can (Patience).
//
// Thread: any, as a FileSystem.
// Errors: what its files still report is only what RocksDB itself can begin anew.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>

#include "store/rocksdb/patience.h"

namespace teahouse::store::rocks {

// `directory` is the database's; files elsewhere, as of a copy, are tried once. Lifetime: `patience` outlives it and
// its files.
std::shared_ptr<rocksdb::FileSystem> make_patient_files(std::shared_ptr<rocksdb::FileSystem> base,
                                                        const std::string& directory, Patience& patience);

}  // namespace teahouse::store::rocks
