// Answers of an S3 server, in each reading: the values keep the promises of answers.h.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "files/s3/answers.h"

namespace s3_answer_fuzz {
namespace {

void require(bool holds) {
  if (!holds) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse::s3;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const std::string code = find_fault_code(body);
  require(code.size() <= 64 && std::all_of(code.begin(), code.end(), [](unsigned char c) { return isalpha(c) != 0; }));
  const auto objects = parse_object_page(body);
  if (objects) {
    for (const ListedObject& object : objects->objects) require(!object.key.empty() && object.bytes >= 0);
  }
  const auto uploads = parse_upload_page(body);
  if (uploads) {
    for (const ListedUpload& upload : uploads->uploads) require(!upload.key.empty() && !upload.id.empty());
    require(uploads->is_last || !uploads->next_key.empty());
  }
  const auto id = parse_upload_id(body);
  if (id) require(!id->empty() && !objects && !uploads && code.empty());
  return 0;
}

}  // namespace s3_answer_fuzz
