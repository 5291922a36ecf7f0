// HTTP requests through the server's reader: however the bytes are cut into pieces, and whether bodies come whole or
// streamed, the same requests come out, and what comes out keeps the promises of Request.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "http/request_reader.h"

namespace http_request_fuzz {
namespace {

using teahouse::http::Request;
using teahouse::http::RequestReader;

constexpr size_t body_bytes_max = 2000;

void require(bool holds) {
  if (!holds) abort();
}

void check(const Request& request) {
  require(!request.method.empty() && request.body.size() <= body_bytes_max);
  require(request.headers.size() <= RequestReader::fields_max);
  require(request.path == "*" || request.path.starts_with('/'));
  require(teahouse::is_utf8(request.path));
  const std::string path = request.path + "/";
  require(path.find("/../") == std::string::npos && path.find("/./") == std::string::npos);
  require(path.find('\\') == std::string::npos && path.find('\0') == std::string::npos &&
          path.find('\n') == std::string::npos);
  require(request.headers.count("Content-Length") + request.headers.count("Transfer-Encoding") <= 1);
}

// Each request as text, then the failure's status.
std::vector<std::string> read_all(std::string_view bytes, size_t piece, bool is_streamed = false) {
  RequestReader reader;
  Request streamed;
  std::vector<std::string> read;
  while (true) {
    const RequestReader::Step step = reader.advance();
    if (step == RequestReader::Step::head) {
      reader.allow_body(body_bytes_max, is_streamed);
      if (is_streamed && reader.in_body()) streamed = reader.take_head();
    } else if (step == RequestReader::Step::body) {
      const std::string body = reader.take_body();
      require(!body.empty());
      streamed.body += body;
      require(streamed.body.size() == reader.body_bytes());
    } else if (step == RequestReader::Step::complete) {
      const Request request = is_streamed ? streamed : reader.take_request();
      if (is_streamed) reader.begin_next();
      check(request);
      read.push_back(request.method + " " + request.host + " " + request.path + "?" + request.query_string + "\n" +
                     request.body);
    } else if (step == RequestReader::Step::failed) {
      require(reader.failure().status >= 400);
      read.push_back(std::to_string(reader.failure().status));
      return read;
    } else {
      if (bytes.empty()) return read;
      reader.append(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read_all(bytes, std::max<size_t>(1, size));
  if (size > RequestReader::head_bytes_max) return 0;  // where a limit strikes may depend on what is there
  require(whole == read_all(bytes, 1));
  require(whole == read_all(bytes, 2 + size % 61));
  require(whole == read_all(bytes, 2 + size % 61, true));
  return 0;
}

}  // namespace http_request_fuzz
