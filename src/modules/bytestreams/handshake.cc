#include "modules/bytestreams/handshake.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace teahouse::bytestreams {
namespace {

constexpr char version = 5, no_authentication = 0, no_method = '\xFF', command_connect = 1, address_ipv4 = 1,
               address_name = 3;
constexpr size_t greeting_head_bytes = 2, request_head_bytes = 5, port_bytes = 2, hash_bytes = 40;

enum class Reply : char { granted = 0, not_allowed = 2, no_such_command = 7, no_such_address = 8 };

size_t to_size(char byte) { return static_cast<unsigned char>(byte); }

// With an address that says nothing: a refused peer is bound nowhere.
std::string make_refusal(Reply reply) {
  std::string bytes(10, '\0');
  bytes[0] = version;
  bytes[1] = static_cast<char>(reply);
  bytes[3] = address_ipv4;
  return bytes;
}

bool is_hash(std::string_view name) {
  return name.size() == hash_bytes && std::all_of(name.begin(), name.end(), [](char each) {
           return std::isxdigit(static_cast<unsigned char>(each)) != 0;
         });
}

}  // namespace

// As far as the bytes that are there tell.
size_t Handshake::wanted_bytes() const {
  if (state_ == State::greeting) {
    return buffer_.size() < greeting_head_bytes ? greeting_head_bytes : greeting_head_bytes + to_size(buffer_[1]);
  }
  if (buffer_.size() < request_head_bytes) return request_head_bytes;
  return request_head_bytes + to_size(buffer_[4]) + port_bytes;
}

std::string Handshake::take(std::string_view bytes) {
  std::string answer;
  while (state_ == State::greeting || state_ == State::request) {
    const size_t wanted = wanted_bytes();
    const size_t taken = std::min(bytes.size(), wanted - buffer_.size());
    buffer_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (buffer_.size() < wanted) break;
    step(answer);
  }
  return answer;
}

void Handshake::step(std::string& answer) {
  if (state_ == State::request) {
    return buffer_.size() == request_head_bytes ? read_request_head(answer) : read_request(answer);
  }
  if (buffer_[0] != version) return end(answer, {});
  const std::string_view methods = std::string_view(buffer_).substr(greeting_head_bytes);
  if (methods.size() < to_size(buffer_[1])) return;  // their number alone is known
  if (methods.find(no_authentication) == methods.npos) return end(answer, {"\5\xFF", 2});
  answer.append({version, no_authentication});
  buffer_.clear();
  state_ = State::request;
}

// A refusal does not wait for the rest.
void Handshake::read_request_head(std::string& answer) {
  if (buffer_[0] != version) return end(answer, {});
  if (buffer_[1] != command_connect) return end(answer, make_refusal(Reply::no_such_command));
  if (buffer_[3] != address_name) return end(answer, make_refusal(Reply::no_such_address));
  if (to_size(buffer_[4]) != hash_bytes) return end(answer, make_refusal(Reply::not_allowed));
}

void Handshake::read_request(std::string& answer) {
  const std::string_view name = std::string_view(buffer_).substr(request_head_bytes, hash_bytes);
  const std::string_view port = std::string_view(buffer_).substr(request_head_bytes + hash_bytes);
  if (!is_hash(name) || port != std::string_view("\0\0", 2)) return end(answer, make_refusal(Reply::not_allowed));
  destination_ = name;
  hash_ = lower_ascii(name);
  buffer_ = {};
  state_ = State::asked;
}

void Handshake::end(std::string& answer, std::string_view last) {
  answer.append(last);
  buffer_ = {};
  state_ = State::refused;
}

std::string Handshake::grant() const {
  std::string bytes{version, static_cast<char>(Reply::granted), 0, address_name, static_cast<char>(hash_bytes)};
  bytes.append(destination_).append(port_bytes, '\0');
  return bytes;
}

std::string Handshake::refuse() { return make_refusal(Reply::not_allowed); }

}  // namespace teahouse::bytestreams
