#include "http/websocket_codec.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::http {

namespace {

bool is_control(WebSocketOpcode opcode) { return static_cast<uint8_t>(opcode) >= 8; }

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

// RFC 6455 section 7.4: may the code stand in a close frame?
bool is_close_code(uint16_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

// Eight bytes at a time; `at` is the place in the mask where `bytes` begins.
void unmask(char* bytes, size_t size, const std::array<unsigned char, 4>& mask, size_t at) {
  std::array<unsigned char, 8> pattern;
  for (size_t i = 0; i < pattern.size(); ++i) pattern[i] = mask[(at + i) % 4];
  uint64_t word_mask = 0;
  std::memcpy(&word_mask, pattern.data(), sizeof word_mask);
  size_t i = 0;
  for (; i + sizeof word_mask <= size; i += sizeof word_mask) {
    uint64_t word = 0;
    std::memcpy(&word, bytes + i, sizeof word);
    word ^= word_mask;
    std::memcpy(bytes + i, &word, sizeof word);
  }
  for (; i < size; ++i) bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ mask[(at + i) % 4]);
}

}  // namespace

WebSocketReader::Item WebSocketReader::next(std::string_view& input) {
  if (failed_) return Item::failed;
  while (true) {
    if (!in_payload_) {
      if (!read_head(input)) return Item::need_more;
      if (!check_head()) return Item::failed;
      in_payload_ = true;
    }
    read_payload(input);
    if (payload_left_ > 0) return Item::need_more;
    in_payload_ = false;
    head_size_ = 0;
    const Item item = end_frame();
    if (item != Item::need_more) return item;
  }
}

size_t WebSocketReader::head_bytes() const {
  if (head_size_ < 2) return 2;
  const size_t length = head_[1] & 0x7FU;
  return 2 + (length == 126 ? 2U : length == 127 ? 8U : 0U) + ((head_[1] & 0x80U) != 0 ? 4U : 0U);
}

bool WebSocketReader::read_head(std::string_view& input) {
  while (head_size_ < head_bytes()) {
    if (input.empty()) return false;
    head_[head_size_++] = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
  }
  return true;
}

// Leaves a failure behind when this frame is not allowed here.
bool WebSocketReader::check_head() {
  final_ = (head_[0] & 0x80U) != 0;
  const bool masked = (head_[1] & 0x80U) != 0;
  const uint64_t short_length = head_[1] & 0x7FU;
  const uint8_t opcode = head_[0] & 0x0FU;
  if ((head_[0] & 0x70U) != 0 || !masked || !is_known(opcode)) return fail(close_code::protocol_error), false;
  opcode_ = static_cast<WebSocketOpcode>(opcode);
  payload_left_ = short_length;
  size_t at = 2;
  if (short_length > 125) {
    payload_left_ = 0;
    for (const size_t end = at + (short_length == 126 ? 2 : 8); at < end; ++at)
      payload_left_ = payload_left_ << 8 | head_[at];
    const bool minimal = short_length == 126 ? payload_left_ > 125 : payload_left_ > 0xFFFF;
    if (!minimal || payload_left_ >> 63 != 0) return fail(close_code::protocol_error), false;
  }
  std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(at), 4, mask_.begin());
  mask_at_ = 0;
  if (is_control(opcode_)) {
    control_size_ = 0;
    if (!final_ || short_length > 125) return fail(close_code::protocol_error), false;
    return true;
  }
  const bool continues = opcode_ == WebSocketOpcode::continuation;
  if (continues != in_message_) return fail(close_code::protocol_error), false;
  if (!continues) {
    message_opcode_ = opcode_;
    empty_frames_ = 0;
  }
  in_message_ = true;
  if (payload_left_ == 0 && ++empty_frames_ > limits_.empty_frames_max) return fail(close_code::too_big), false;
  if (payload_left_ + message_.size() > limits_.message_bytes_max) return fail(close_code::too_big), false;
  return true;
}

// Grows with what has come, never with what a head announces.
void WebSocketReader::read_payload(std::string_view& input) {
  const auto size = static_cast<size_t>(std::min<uint64_t>(payload_left_, input.size()));
  char* into = nullptr;
  if (size == 0) return;
  if (is_control(opcode_)) {
    into = control_.data() + control_size_;
    std::memcpy(into, input.data(), size);
    control_size_ = static_cast<uint8_t>(control_size_ + size);
  } else {
    message_.append(input.data(), size);
    into = message_.data() + message_.size() - size;
  }
  unmask(into, size, mask_, mask_at_);
  mask_at_ = static_cast<uint8_t>((mask_at_ + size) % 4);
  payload_left_ -= size;
  input.remove_prefix(size);
}

WebSocketReader::Item WebSocketReader::end_frame() {
  switch (opcode_) {
    case WebSocketOpcode::ping: return Item::ping;
    case WebSocketOpcode::pong: return Item::pong;
    case WebSocketOpcode::close: return end_close();
    default: break;
  }
  if (!final_) return Item::need_more;
  in_message_ = false;
  if (message_opcode_ == WebSocketOpcode::binary) return Item::binary;
  return is_utf8(message_) ? Item::text : fail(close_code::not_utf8);
}

WebSocketReader::Item WebSocketReader::end_close() {
  if (control_size_ == 1) return fail(close_code::protocol_error);
  close_code_ = close_code::none;
  if (control_size_ >= 2) {
    close_code_ =
        static_cast<uint16_t>(static_cast<unsigned char>(control_[0]) << 8 | static_cast<unsigned char>(control_[1]));
    if (!is_close_code(close_code_)) return fail(close_code::protocol_error);
    if (!is_utf8(control())) return fail(close_code::not_utf8);
  }
  return Item::close;
}

WebSocketReader::Item WebSocketReader::fail(uint16_t code) {
  failed_ = true;
  close_code_ = code;
  std::string().swap(message_);
  return Item::failed;
}

std::string WebSocketReader::take_message() { return std::exchange(message_, std::string()); }

std::string_view WebSocketReader::control() const {
  const std::string_view all(control_.data(), control_size_);
  return opcode_ == WebSocketOpcode::close ? all.substr(std::min<size_t>(2, all.size())) : all;
}

std::string make_frame_head(WebSocketOpcode opcode, uint64_t payload_bytes) {
  std::string head(1, static_cast<char>(0x80U | static_cast<uint8_t>(opcode)));
  const auto append = [&head, payload_bytes](int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) head += static_cast<char>(payload_bytes >> shift & 0xFFU);
  };
  if (payload_bytes <= 125) {
    append(1);
  } else if (payload_bytes <= 0xFFFF) {
    head += static_cast<char>(126);
    append(2);
  } else {
    head += static_cast<char>(127);
    append(8);
  }
  return head;
}

std::string make_close_frame(uint16_t code, std::string_view reason) {
  reason = reason.substr(0, 123);
  while (!is_utf8(reason)) reason.remove_suffix(1);  // do not cut a character
  std::string frame = make_frame_head(WebSocketOpcode::close, 2 + reason.size());
  frame += static_cast<char>(code >> 8);
  frame += static_cast<char>(code & 0xFF);
  frame += reason;
  return frame;
}

std::string make_accept_key(std::string_view key) {
  return crypto::to_base64(crypto::sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

}  // namespace teahouse::http
