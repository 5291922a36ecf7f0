// ResponseReader: HTTP/1.1 answers out of bytes, one after the other, their bodies in pieces. Pure: no socket, no
// clock.
//
// A caller begins an answer, appends bytes and calls advance() until it needs more. Interim answers (1xx) are passed
// over.
// Owns: what was appended and not parsed yet; idle it holds no buffer.
// Limits: head 64 KiB and 200 fields, each interim one too, of those 10; a body as the caller says; a chunk's head and
// the trailer as the head.
// Errors: `failed` with a sentence; nothing of the connection can be trusted then.
// Spec: RFC 9112. Stricter: no obsolete folding, one Content-Length, no coding but chunked, no body length given twice,
// no switch to another protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace teahouse::http {

struct ResponseHead {
  int status = 0;
  Headers headers;
};

class ResponseReader {
 public:
  enum class Step { need_more, head, body, complete, failed };
  static constexpr size_t head_bytes_max = 64 * 1024;
  static constexpr size_t fields_max = 200;
  static constexpr int interim_max = 10;

  ResponseReader();
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;

  // For the next answer. One to a HEAD request has no body. REQUIRES: the one before is complete, or none was begun.
  void begin(bool to_head, uint64_t body_bytes_max = std::numeric_limits<uint64_t>::max());
  void append(std::string_view bytes);
  // The peer says no more: the end of a body whose length nobody gave. advance() then never needs more.
  void end();
  Step advance();

  ResponseHead take_head() { return std::move(head_); }    // after `head`
  std::string take_body() { return std::move(piece_); }    // after `body`: its next bytes
  const std::string& failure() const { return failure_; }  // after `failed`
  bool is_reusable() const;                                // it is complete, and another answer may follow
  bool has_begun() const { return has_begun_; }            // a byte of this answer has come
  bool is_waiting() const { return !waiting().empty(); }   // bytes are left that advance() may read

 private:
  enum class Stage { head, body, complete, failed };
  struct Parser;

  std::string_view waiting() const { return std::string_view(buffer_).substr(used_); }
  void use(size_t count);
  Step read_head();
  Step read_body();
  bool take_fields();
  bool check_framing(bool is_http_11);
  Step fail(std::string text);
  Step need_more();

  std::string buffer_;
  size_t used_ = 0;                 // of the buffer, what is parsed
  std::unique_ptr<Parser> parser_;  // only between an answer's first byte and its last
  ResponseHead head_;
  std::string piece_;
  std::string failure_;
  uint64_t body_bytes_ = 0, body_bytes_max_ = 0;
  int interim_ = 0;
  Stage stage_ = Stage::complete;
  bool to_head_ = false;
  bool has_begun_ = false;
  bool has_ended_ = false;
  bool keep_alive_ = false;
};

}  // namespace teahouse::http
