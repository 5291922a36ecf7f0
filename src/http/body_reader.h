// BodyReader: the streamed body of a request, as pieces that a coroutine awaits.
//
// Thread: the server's loop. Lifetime: `loop` outlives it; destroying it gives the rest of the body up.
// Limits: pieces_bytes_max and a piece wait in memory; then the connection is not read from.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "base/task.h"
#include "http/server.h"

namespace teahouse::http {

class BodyReader final : private RequestBody::Events {
 public:
  static constexpr size_t pieces_bytes_max = 256 * 1024;

  // Begins to take the body. REQUIRES: as Responder::take_body().
  BodyReader(Executor& loop, Responder& responder) : loop_(loop), body_(responder.take_body(*this)) {}
  BodyReader(const BodyReader&) = delete;

  // The bytes that have come since; empty: the body is whole. One call at a time. Errors:
  // RequestBody::Events::on_failed().
  Task<Result<std::string>> next();

 private:
  void on_body(std::string_view bytes) override;
  void on_complete() override;
  void on_failed(const Error& error) override;
  void wake();

  Executor& loop_;
  std::string pieces_;
  std::optional<Result<void>> end_;
  bool is_paused_ = false;
  std::function<void(bool)> waiting_;
  RequestBody body_;
};

}  // namespace teahouse::http
