// RequestReader: HTTP/1.1 requests out of bytes, one after the other. Pure: no socket, no clock.
//
// A caller appends bytes and calls advance() until it needs more. After `head` it says how large the body may be, and
// whether it comes whole, as a part of the request, or streamed, in pieces.
// Owns: the bytes that were appended and not parsed yet; idle and empty it holds no buffer.
// Limits: head 16 KiB and 100 fields, body as the caller says; a request line, a chunk's head and the trailer count to
// the head's.
// Errors: `failed` with an HTTP status and a sentence; nothing of the connection can be trusted then
// (smuggling): answer, close.
// Spec: RFC 9112. Stricter: no obsolete folding, one Content-Length, no coding but chunked,
// no body length given twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.h"

namespace teahouse::http {

class RequestReader {
 public:
  enum class Step { need_more, head, body, complete, failed };  // `body`: the next piece of a streamed one
  struct Failure {
    int status;
    std::string text;
  };
  static constexpr size_t head_bytes_max = 16 * 1024;
  static constexpr size_t fields_max = 100;

  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;

  void append(std::string_view bytes);
  Step advance();

  // After `head`: goes on with the body. REQUIRES: the last step was `head`.
  void allow_body(uint64_t body_bytes_max, bool is_streamed = false);
  bool expects_continue() const {
    return expects_continue_ && waiting().empty();
  }  // and nothing of the body has come yet

  Request& request() { return request_; }  // after `head`: all but the body; after `complete`: all
  Request take_request();                  // after `complete`; begins the next

  // Of a streamed body: the request without it, after allow_body(); its next bytes, after `body`; and what begins the
  // next request, after `complete`.
  Request take_head() { return std::exchange(request_, Request()); }
  std::string take_body() { return std::exchange(piece_, {}); }
  void begin_next();

  const Failure& failure() const { return failure_; }

  bool is_idle() const { return stage_ == Stage::head && waiting().empty(); }
  bool in_body() const { return stage_ == Stage::body; }
  uint64_t body_bytes() const { return body_bytes_; }  // received of it so far
  std::optional<uint64_t> body_bytes_left() const;     // none: it is chunked
  size_t buffered_bytes() const { return waiting().size(); }
  std::string take_rest();  // the bytes that follow the request (an upgrade)

 private:
  enum class Stage { head, waiting, body, complete, failed };
  struct Parser;

  std::string_view waiting() const { return std::string_view(buffer_).substr(used_); }
  void use(size_t count);
  Step read_head();
  Step read_body();
  bool take_head_fields();
  bool check_framing(bool is_http_11);
  Step fail(int status, std::string text);

  std::string buffer_;
  size_t used_ = 0;                 // bytes of the buffer that are parsed
  std::unique_ptr<Parser> parser_;  // only between a request's first byte and its last
  Request request_;
  Failure failure_{};
  Stage stage_ = Stage::head;
  bool is_streamed_ = false;
  bool expects_continue_ = false;
  uint64_t body_bytes_ = 0;
  std::string piece_;
};

}  // namespace teahouse::http
