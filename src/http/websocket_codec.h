// WebSocketReader: messages out of a client's WebSocket frames. Pure: no socket, no clock.
//
// A caller gives bytes and takes items until it has no more. Between messages it holds no buffer.
// Limits: bytes of a message, in however many frames, and frames of it that bring none, as given; control frames 125
// bytes.
// Errors: `failed` with the close code that RFC 6455 wants: 1002 protocol, 1007 not UTF-8, 1009 too big. Nothing
// follows it. Spec: RFC 6455 sections 5 and 7; no extension is spoken, so reserved bits are an error.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace teahouse::http {

enum class WebSocketOpcode : uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

namespace close_code {
constexpr uint16_t normal = 1000;
constexpr uint16_t going_away = 1001;
constexpr uint16_t protocol_error = 1002;
constexpr uint16_t unsupported = 1003;
constexpr uint16_t none = 1005;  // never on the wire: a close frame without a code
constexpr uint16_t not_utf8 = 1007;
constexpr uint16_t policy = 1008;
constexpr uint16_t too_big = 1009;
}  // namespace close_code

struct WebSocketLimits {
  size_t message_bytes_max = 256 * 1024;
  uint32_t empty_frames_max = 256;  // of one message: all others are bounded by its bytes
};

class WebSocketReader {
 public:
  enum class Item { need_more, text, binary, ping, pong, close, failed };

  explicit WebSocketReader(WebSocketLimits limits = {}) : limits_(limits) {}

  // Takes bytes off the front of `input` up to the end of an item; all of them for need_more.
  Item next(std::string_view& input);
  void set_limits(const WebSocketLimits& limits) { limits_ = limits; }  // from the next frame on

  std::string take_message();                          // after text and binary
  std::string_view control() const;                    // after ping and pong: the payload; after close: the reason
  uint16_t close_code() const { return close_code_; }  // after close and failed
  size_t buffered_bytes() const { return message_.capacity(); }

 private:
  bool read_head(std::string_view& input);
  bool check_head();
  void read_payload(std::string_view& input);
  Item end_frame();
  Item end_close();
  Item fail(uint16_t code);
  size_t head_bytes() const;  // of this frame, as far as its first two bytes tell

  WebSocketLimits limits_;
  uint64_t payload_left_ = 0;
  uint32_t empty_frames_ = 0;  // of the message so far
  uint16_t close_code_ = 0;
  uint8_t head_size_ = 0;
  uint8_t control_size_ = 0;
  uint8_t mask_at_ = 0;
  bool in_message_ = false;
  bool in_payload_ = false;
  bool failed_ = false;
  WebSocketOpcode opcode_ = WebSocketOpcode::text;  // of this frame
  WebSocketOpcode message_opcode_ = WebSocketOpcode::text;
  bool final_ = false;
  std::array<unsigned char, 14> head_{};
  std::array<unsigned char, 4> mask_{};
  std::array<char, 125> control_{};
  std::string message_;
};

// The head of an unmasked, final frame of ours.
std::string make_frame_head(WebSocketOpcode opcode, uint64_t payload_bytes);
// A whole close frame; the reason is cut to 123 bytes.
std::string make_close_frame(uint16_t code, std::string_view reason);
// The handshake's answer to this Sec-WebSocket-Key.
std::string make_accept_key(std::string_view key);

}  // namespace teahouse::http
