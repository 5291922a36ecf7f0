// As the server reads requests (request_reader.cc): the syntax is Boost.Beast's, the head is handed to it only when it
// is there whole, and what decides where an answer ends is checked again and more strictly, since the next answer on
// this connection is another caller's.
#include "http/response_reader.h"

#include <algorithm>
#include <utility>

#include "http/piece_body.h"

namespace teahouse::http {

namespace beast_http = boost::beast::http;

namespace {

constexpr int switching_protocols = 101;

}  // namespace

struct ResponseReader::Parser {
  beast_http::response_parser<PieceBody> beast;
};

ResponseReader::ResponseReader() = default;
ResponseReader::~ResponseReader() = default;

ResponseReader::Step ResponseReader::fail(std::string text) {
  stage_ = Stage::failed;
  failure_ = std::move(text);
  parser_.reset();
  return Step::failed;
}

void ResponseReader::begin(bool to_head, uint64_t body_bytes_max) {
  stage_ = Stage::head;
  to_head_ = to_head;
  body_bytes_max_ = body_bytes_max;
  body_bytes_ = 0;
  interim_ = 0;
  has_begun_ = false;
  keep_alive_ = false;
}

void ResponseReader::append(std::string_view bytes) {
  if (bytes.empty()) return;
  has_begun_ = true;
  buffer_.erase(0, used_);
  used_ = 0;
  buffer_ += bytes;
}

void ResponseReader::end() { has_ended_ = true; }

void ResponseReader::use(size_t count) {
  used_ += count;
  if (used_ < buffer_.size()) return;
  std::string().swap(buffer_);
  used_ = 0;
}

bool ResponseReader::is_reusable() const {
  return stage_ == Stage::complete && keep_alive_ && !has_ended_ && waiting().empty();
}

ResponseReader::Step ResponseReader::advance() {
  switch (stage_) {
    case Stage::head: return read_head();
    case Stage::body: return read_body();
    case Stage::complete: return Step::complete;
    case Stage::failed: return Step::failed;
  }
  return Step::failed;
}

ResponseReader::Step ResponseReader::need_more() {
  return has_ended_ ? fail("it ended before it was complete") : Step::need_more;
}

ResponseReader::Step ResponseReader::read_head() {
  const size_t end = waiting().find("\r\n\r\n");
  if (end == std::string::npos || end + 4 > head_bytes_max) {
    if (end == std::string::npos && waiting().size() <= head_bytes_max) return need_more();
    return fail("its head is larger than 64 KiB");
  }
  const std::string_view head = waiting().substr(0, end + 4);
  if (head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos) {
    return fail("it has a folded header line");
  }
  parser_ = std::make_unique<Parser>();
  auto& beast = parser_->beast;
  beast.header_limit(head_bytes_max);
  beast.body_limit(boost::none);  // counted here
  beast.skip(to_head_);
  boost::beast::error_code error;
  const size_t parsed = beast.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || parsed != head.size() || !beast.is_header_done()) return fail("it is no HTTP: " + error.message());
  if (!take_fields()) return Step::failed;
  use(parsed);
  if (head_.status == switching_protocols) return fail("it wants another protocol than HTTP");
  if (head_.status < 200) {
    return ++interim_ > interim_max ? fail("too many interim answers came before it") : read_head();
  }
  keep_alive_ = beast.get().version() == 11 && beast.get().keep_alive() && !beast.need_eof();
  if (const auto length = beast.content_length(); length && *length > body_bytes_max_ && !to_head_) {
    return fail("its body is larger than " + std::to_string(body_bytes_max_) + " bytes");
  }
  beast.eager(true);
  stage_ = Stage::body;
  return Step::head;
}

bool ResponseReader::take_fields() {
  const auto& message = parser_->beast.get();
  head_ = {static_cast<int>(message.result_int()), {}};
  for (const auto& field : message.base()) {
    if (head_.headers.size() == fields_max) {
      fail("it has more than 200 header fields");
      return false;
    }
    head_.headers.add(std::string(to_view(field.name_string())), std::string(to_view(field.value())));
  }
  return check_framing(message.version() == 11);
}

// Leaves a failure behind when a proxy could see another end of this answer than we do.
bool ResponseReader::check_framing(bool is_http_11) {
  const Headers& headers = head_.headers;
  const size_t lengths = headers.count("Content-Length");
  const size_t codings = headers.count("Transfer-Encoding");
  const std::string_view length = headers.value("Content-Length");
  if (lengths + codings > 1) {
    fail("its body's length is given more than once");
  } else if (lengths == 1 && (length.empty() || length.find_first_not_of("0123456789") != std::string_view::npos)) {
    fail("its Content-Length is no number");
  } else if (codings == 1 && (!is_http_11 || !equal_ignoring_case(headers.value("Transfer-Encoding"), "chunked"))) {
    fail("its Transfer-Encoding is not chunked");
  } else {
    return true;
  }
  return false;
}

ResponseReader::Step ResponseReader::read_body() {
  auto& beast = parser_->beast;
  boost::beast::error_code error;
  const bool too_short = beast.chunked() && body_bytes_ == 0 && waiting().size() < chunked_bytes_min;
  while (!too_short && !beast.is_done() && !waiting().empty()) {
    const size_t parsed = beast.put(boost::asio::buffer(waiting().data(), waiting().size()), error);
    use(parsed);
    if (error == beast_http::error::need_more) break;
    if (error) return fail("its body is no HTTP: " + error.message());
    if (parsed == 0) break;
  }
  piece_ = std::exchange(beast.get().body(), {});
  body_bytes_ += piece_.size();
  if (body_bytes_ > body_bytes_max_) {
    return fail("its body is larger than " + std::to_string(body_bytes_max_) + " bytes");
  }
  if (!piece_.empty()) return Step::body;
  if (!beast.is_done() && has_ended_ && beast.need_eof()) beast.put_eof(error);
  if (!beast.is_done()) {
    // The rest is an unfinished chunk head or trailer.
    return waiting().size() > head_bytes_max ? fail("a chunk's head is too long") : need_more();
  }
  stage_ = Stage::complete;
  parser_.reset();
  return Step::complete;
}

}  // namespace teahouse::http
