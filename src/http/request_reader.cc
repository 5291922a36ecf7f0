// The syntax is Boost.Beast's parser's, fed with bytes and without its I/O. The head is handed to it only when it is
// there whole, so that its size is our own count and each byte is looked at once. The headers that decide where a
// request ends (Content-Length, Transfer-Encoding, folded lines) are checked again here and more strictly: a proxy
// before us and we must never disagree.
#include "http/request_reader.h"

#include <algorithm>
#include <utility>

#include "http/piece_body.h"
#include "http/target.h"

namespace teahouse::http {

namespace beast_http = boost::beast::http;

struct RequestReader::Parser {
  beast_http::request_parser<PieceBody> beast;
};

RequestReader::RequestReader() = default;
RequestReader::~RequestReader() = default;

RequestReader::Step RequestReader::fail(int status, std::string text) {
  stage_ = Stage::failed;
  failure_ = {status, std::move(text)};
  parser_.reset();
  return Step::failed;
}

void RequestReader::append(std::string_view bytes) {
  if (used_ > head_bytes_max) {  // not at each request: many small ones may wait here
    buffer_.erase(0, used_);
    used_ = 0;
  }
  buffer_ += bytes;
}

void RequestReader::use(size_t count) {
  used_ += count;
  if (used_ < buffer_.size()) return;
  std::string().swap(buffer_);
  used_ = 0;
}

std::string RequestReader::take_rest() {
  std::string rest(waiting());
  use(rest.size());
  return rest;
}

RequestReader::Step RequestReader::advance() {
  switch (stage_) {
    case Stage::head: return read_head();
    case Stage::waiting: return Step::head;
    case Stage::body: return read_body();
    case Stage::complete: return Step::complete;
    case Stage::failed: return Step::failed;
  }
  return Step::failed;
}

RequestReader::Step RequestReader::read_head() {
  while (waiting().starts_with("\r\n")) use(2);  // RFC 9112 section 2.2: empty lines before a request
  const size_t end = waiting().find("\r\n\r\n");
  if (end == std::string::npos || end + 4 > head_bytes_max) {
    if (end == std::string::npos && waiting().size() <= head_bytes_max) return Step::need_more;
    const bool long_line = waiting().find("\r\n") > head_bytes_max / 2;
    return long_line ? fail(414, "The request's target is too long.")
                     : fail(431, "The request's head is larger than 16 KiB.");
  }
  const std::string_view head = waiting().substr(0, end + 4);
  if (head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos) {
    return fail(400, "A folded header line is not allowed.");
  }
  parser_ = std::make_unique<Parser>();
  parser_->beast.header_limit(head_bytes_max);
  parser_->beast.body_limit(boost::none);  // ours is checked when the head is known
  boost::beast::error_code error;
  const size_t parsed = parser_->beast.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == beast_http::error::bad_version) return fail(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  if (error || parsed != head.size() || !parser_->beast.is_header_done()) {
    return fail(400, "The request is no HTTP: " + error.message() + ".");
  }
  if (!take_head_fields()) return Step::failed;
  use(parsed);
  stage_ = Stage::waiting;
  expects_continue_ = expects_continue_ && waiting().empty() && !parser_->beast.is_done();
  return Step::head;
}

bool RequestReader::take_head_fields() {
  const auto& message = parser_->beast.get();
  request_ = Request();
  request_.method = to_view(message.method_string());
  request_.keep_alive = message.version() == 11 && message.keep_alive();  // HTTP/1.0 would want to be told
  request_.is_http_10 = message.version() == 10;
  for (const auto& field : message.base()) {
    if (request_.headers.size() == fields_max) {
      fail(431, "The request has more than 100 header fields.");
      return false;
    }
    request_.headers.add(std::string(to_view(field.name_string())), std::string(to_view(field.value())));
  }
  if (!check_framing(message.version() == 11)) return false;
  auto target = parse_target(to_view(message.target()));
  if (!target) {
    fail(target.error().kind == ErrorKind::item_not_found ? 404 : 400, target.error().text);
    return false;
  }
  request_.path = std::move(target->path);
  request_.query_string = std::move(target->query_string);
  const std::string_view authority =
      target->authority.empty() ? request_.headers.value("Host") : std::string_view(target->authority);
  auto host = parse_host(authority);
  if (!host) {
    fail(400, host.error().text);
    return false;
  }
  request_.host = std::move(*host);
  const size_t host_end = authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  if (host_end < authority.size()) request_.port = authority.substr(host_end + 1);
  return true;
}

// Leaves a failure behind when a proxy could see another end of this request than we do.
bool RequestReader::check_framing(bool is_http_11) {
  const Headers& headers = request_.headers;
  const size_t lengths = headers.count("Content-Length");
  const size_t codings = headers.count("Transfer-Encoding");
  const std::string_view length = headers.value("Content-Length");
  const size_t hosts = headers.count("Host");
  if (lengths + codings > 1) {
    fail(400, "The body's length is given more than once.");
  } else if (lengths == 1 && (length.empty() || length.find_first_not_of("0123456789") != std::string_view::npos)) {
    fail(400, "The Content-Length is no number.");
  } else if (codings == 1 && (!is_http_11 || !equal_ignoring_case(headers.value("Transfer-Encoding"), "chunked"))) {
    fail(400, "The only Transfer-Encoding is chunked, and HTTP/1.0 has none.");
  } else if (hosts > 1 || (is_http_11 && hosts == 0)) {
    fail(400, "A request must have one Host header.");
  } else if (const std::string* expect = headers.find("Expect");
             expect && !equal_ignoring_case(*expect, "100-continue")) {
    fail(417, "The only expectation known is 100-continue.");
  } else {
    expects_continue_ = is_http_11 && expect != nullptr;
    return true;
  }
  return false;
}

void RequestReader::allow_body(uint64_t body_bytes_max, bool is_streamed) {
  const auto length = parser_->beast.content_length();
  if (length && *length > body_bytes_max) {
    fail(413, "The body is larger than " + std::to_string(body_bytes_max) + " bytes.");
    return;
  }
  parser_->beast.body_limit(body_bytes_max);
  parser_->beast.eager(true);
  is_streamed_ = is_streamed;
  stage_ = Stage::body;
}

RequestReader::Step RequestReader::read_body() {
  auto& beast = parser_->beast;
  if (beast.chunked() && body_bytes_ == 0 && waiting().size() < chunked_bytes_min) return Step::need_more;
  while (!beast.is_done() && !waiting().empty()) {
    boost::beast::error_code error;
    const size_t parsed = beast.put(boost::asio::buffer(waiting().data(), waiting().size()), error);
    use(parsed);
    if (parsed > 0) expects_continue_ = false;
    if (error == beast_http::error::need_more) break;
    if (error == beast_http::error::body_limit) return fail(413, "The body is too large.");
    if (error) return fail(400, "The request's body is no HTTP: " + error.message() + ".");
    if (parsed == 0) break;
  }
  std::string& received = beast.get().body();
  if (is_streamed_ && !received.empty()) {
    body_bytes_ += received.size();
    piece_ = std::exchange(received, {});
    return Step::body;
  }
  if (!is_streamed_) body_bytes_ = received.size();
  if (!beast.is_done()) {
    // The rest is an unfinished chunk head or trailer.
    return waiting().size() > head_bytes_max ? fail(400, "A chunk's head is too long.") : Step::need_more;
  }
  request_.body = std::move(received);
  stage_ = Stage::complete;
  parser_.reset();
  return Step::complete;
}

Request RequestReader::take_request() {
  begin_next();
  return take_head();
}

void RequestReader::begin_next() {
  stage_ = Stage::head;
  expects_continue_ = false;
  body_bytes_ = 0;
}

std::optional<uint64_t> RequestReader::body_bytes_left() const {
  if (stage_ != Stage::body) return 0;
  const auto length = parser_->beast.content_length();
  if (parser_->beast.chunked()) return {};
  return length ? *length - body_bytes_ : 0;
}

}  // namespace teahouse::http
