// A table of the data plane, damaged in any way: what is rotten lies in it, and with blanks in its place it is whole.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "store/rocksdb/table_check.h"

namespace rocksdb_table_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse::store::rocks;
  std::string table(reinterpret_cast<const char*>(data), size);
  const KeyRange keys{"a", "z"};
  const ReadBytes read = [&table](uint64_t offset, size_t bytes, std::string* into) {
    if (offset > table.size() || bytes > table.size() - offset) abort();  // asks for what is there
    *into = table.substr(offset, bytes);
    return true;
  };
  const TableCheck check = check_table(read, size, keys);
  for (const Rot& rot : check.rots) {
    const std::string blank = make_blank(rot);
    if (blank.empty()) return 0;
    if (rot.block.offset > size || blank.size() > size - rot.block.offset) return 0;  // an index that leads astray
    table.replace(rot.block.offset, blank.size(), blank);
  }
  const bool overlap = check.rots.size() > 1;  // blanks may then lie over each other
  if (!overlap && !check_table(read, size, keys).rots.empty()) abort();
  return 0;
}

}  // namespace rocksdb_table_fuzz
