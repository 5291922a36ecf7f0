// Tar: the entries of an archive as POSIX has them (ustar): a head of one block, the bytes, and zeros up to a block.
//
// Thread: any; values. Limits: names of name_bytes_max. Errors: bad_request, with a sentence. Spec: POSIX.1-2017, pax,
// "ustar Interchange Format"; sizes past 8 GiB as GNU tar and libarchive write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::transfer {

inline constexpr size_t tar_block_bytes = 512;
inline constexpr size_t tar_name_bytes_max = 255;

struct TarHead {
  std::string name;
  uint64_t bytes = 0;
  bool is_file = true;  // false: a folder, or a head of pax; its bytes are nobody's

  bool operator==(const TarHead&) const = default;
};

// The head of a file. REQUIRES: a name of 1..100 bytes.
std::string write_tar_head(std::string_view name, uint64_t bytes, int64_t at_s);
// How many zeros follow an entry of so many bytes.
inline size_t tar_padding(uint64_t bytes) {
  return static_cast<size_t>((tar_block_bytes - bytes % tar_block_bytes) % tar_block_bytes);
}
// Two blocks of zeros.
std::string write_tar_end();

// None: a block of zeros, which is the end. A name that leads out of the archive's folder, a link or a device is an
// error. REQUIRES: the block has tar_block_bytes.
Result<std::optional<TarHead>> parse_tar_head(std::string_view block);

}  // namespace teahouse::transfer
