// WebSocket frames: however the bytes are cut into pieces, the same messages come out, and text is UTF-8.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "http/websocket_codec.h"

namespace websocket_frame_fuzz {
namespace {

using teahouse::is_utf8;
using teahouse::http::WebSocketReader;

void require(bool holds) {
  if (!holds) abort();
}

std::vector<std::string> read_all(std::string_view bytes, size_t piece) {
  WebSocketReader reader({1000, 8});
  std::vector<std::string> read;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    while (true) {
      const auto item = reader.next(part);
      if (item == WebSocketReader::Item::need_more) break;
      std::string told = std::to_string(static_cast<int>(item));
      if (item == WebSocketReader::Item::text || item == WebSocketReader::Item::binary) {
        const std::string message = reader.take_message();
        require(message.size() <= 1000 && (item == WebSocketReader::Item::binary || is_utf8(message)));
        told += message;
      } else if (item == WebSocketReader::Item::failed || item == WebSocketReader::Item::close) {
        require(reader.close_code() >= 1000);
        told += std::to_string(reader.close_code());
      }
      if (item != WebSocketReader::Item::failed)
        told += reader.control().substr(0, item >= WebSocketReader::Item::ping ? 125 : 0);
      read.push_back(told);
      if (item == WebSocketReader::Item::failed) return read;
    }
    require(part.empty() && reader.buffered_bytes() <= 4096);
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read_all(bytes, std::max<size_t>(1, size));
  require(whole == read_all(bytes, 1));
  require(whole == read_all(bytes, 2 + size % 61));
  return 0;
}

}  // namespace websocket_frame_fuzz
