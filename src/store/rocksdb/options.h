// How the RocksDB plane sets RocksDB up.
#pragma once

#include <rocksdb/options.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::store::rocks {

// `env`: null for this machine's files as they are. It outlives the database.
rocksdb::Options make_options(rocksdb::Env* env = nullptr);

// The values of Kind::bytes: numbers that a merge adds up.
std::string encode_sum(int64_t sum);
int64_t decode_sum(std::string_view bytes);

Error disk_error(const rocksdb::Status& status, std::string_view doing);

}  // namespace teahouse::store::rocks
