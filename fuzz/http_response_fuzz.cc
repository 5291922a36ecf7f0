// An HTTP answer through the client's reader: however the bytes are cut into pieces, the same answer comes out.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/response_reader.h"

namespace http_response_fuzz {
namespace {

using teahouse::http::ResponseHead;
using teahouse::http::ResponseReader;

constexpr uint64_t body_bytes_max = 2000;

void require(bool holds) {
  if (!holds) abort();
}

// The answer's status and body, or that it failed. The bytes say whether it is one to HEAD.
std::vector<std::string> read_all(std::string_view bytes, size_t piece) {
  ResponseReader reader;
  std::vector<std::string> read;
  std::string body;
  bool ended = false;
  reader.begin(!bytes.empty() && bytes[0] == 'H' && bytes.size() % 5 == 0, body_bytes_max);
  while (true) {
    switch (reader.advance()) {
      case ResponseReader::Step::need_more:
        require(!ended);
        ended = bytes.empty();
        if (ended) reader.end();
        reader.append(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        break;
      case ResponseReader::Step::head: {
        const ResponseHead head = reader.take_head();
        require(head.status >= 200 && head.status <= 999 && head.status != 101);
        require(head.headers.size() <= ResponseReader::fields_max);
        require(head.headers.count("Content-Length") + head.headers.count("Transfer-Encoding") <= 1);
        read.push_back(std::to_string(head.status));
        break;
      }
      case ResponseReader::Step::body: body += reader.take_body(); break;
      case ResponseReader::Step::complete:
        require(body.size() <= body_bytes_max);
        read.push_back(body);
        return read;
      case ResponseReader::Step::failed:
        require(!reader.failure().empty());
        read.emplace_back("failed");
        return read;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read_all(bytes, std::max<size_t>(1, size));
  if (size > ResponseReader::head_bytes_max) return 0;  // where a limit strikes may depend on what is there
  require(whole == read_all(bytes, 1));
  require(whole == read_all(bytes, 2 + size % 61));
  return 0;
}

}  // namespace http_response_fuzz
