// FileInfo: what is known of one file of a tenant, and how it is a row in the data plane.
//
// Thread: a value. Errors: internal_server_error for bytes that are no row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "files/object_store.h"

namespace teahouse {

struct FileInfo {
  std::string id;     // make_file_id()
  std::string owner;  // the bare JID of the account that uploaded it; empty: the site
  std::string name;   // parse_file_name()
  std::string type;   // find_media_type()
  Digest digest;
  int64_t bytes = 0;
  int64_t created_ms = 0;

  bool operator==(const FileInfo&) const = default;
};

// 11 hexadecimal digits of the time, so that ids are in the order in which they were made, and 131 bits of chance:
// nobody guesses one.
std::string make_file_id(int64_t now_ms);
bool is_file_id(std::string_view text);

std::string write_file_row(const FileInfo& file);  // all but its id
Result<FileInfo> parse_file_row(std::string id, std::string_view row);

}  // namespace teahouse
