// TableCheck: reads a table of RocksDB's (*.sst) through, and says which of its blocks are rotten and which keys they
// held. RocksDB itself stops at the first, and tells no keys.
//
// Spec: RocksDB's wiki, "Rocksdb BlockBasedTable Format", of format_version 5 with XXH3 (options.cc).
// Thread: one. Limits: holds the index and one block; a block that says it unpacks to more than 64 MiB is rotten.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/rocksdb/key.h"

namespace teahouse::store::rocks {

struct Block {
  uint64_t offset = 0, bytes = 0;  // without the five bytes of type and checksum that follow
};

struct Rot {
  enum class Part { data, filter, index, whole };  // whole: what leads to all else, so that nothing of it can be read
  Part part;
  Block block;
  KeyRange keys;  // what it may have held; empty for a filter, which holds nothing
};

struct TableCheck {
  std::vector<Rot> rots;
  uint64_t lost_entries = 0;  // that rotten blocks held: rows, and removals of rows
};

// Reads so many bytes from a place into the string; false where they can't be had.
using ReadBytes = std::function<bool(uint64_t offset, size_t bytes, std::string* into)>;

// `keys` is the table's whole range.
TableCheck check_table(const ReadBytes& read, uint64_t file_bytes, const KeyRange& keys);

// A whole block (or table) of the same size, to be put in the rotten one's place, that holds nothing: a data block has
// one note of a removal, of a key that nobody uses; a filter lets everything pass. With type and checksum. Empty where
// there is no room for one.
std::string make_blank(const Rot& rot);

}  // namespace teahouse::store::rocks
