// Answers of an S3 server in XML: faults, lists of objects, uploads in parts. Names count and namespaces do not:
// servers differ in them.
//
// Thread: any. Limits: answer_bytes_max, and as many elements as a page of 1,000 objects has.
// Errors: service_unavailable for what is no such answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::s3 {

inline constexpr size_t answer_bytes_max = 2 << 20;

// The code of an <Error>, "NoSuchKey"; empty for all else.
std::string find_fault_code(std::string_view body);

struct ListedObject {
  std::string key;
  int64_t bytes = 0;
};
struct ObjectPage {
  std::vector<ListedObject> objects;
  std::string next;  // the token of the page that follows; empty: none does
};
Result<ObjectPage> parse_object_page(std::string_view body);  // ListObjectsV2

struct ListedUpload {
  std::string key, id;
};
struct UploadPage {
  std::vector<ListedUpload> uploads;
  bool is_last = true;
  std::string next_key, next_id;  // the markers of the page that follows
};
Result<UploadPage> parse_upload_page(std::string_view body);  // ListMultipartUploads

Result<std::string> parse_upload_id(std::string_view body);  // CreateMultipartUpload

// The body of CompleteMultipartUpload: the parts' ETags in their order, from part 1 on.
std::string write_parts(const std::vector<std::string>& etags);

}  // namespace teahouse::s3
