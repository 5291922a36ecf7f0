// RequestBody: the body of one request as a stream: its handler takes it in pieces, at its own pace. While the handler
// pauses, the connection is not read from.
//
// Thread: the server's loop. Lifetime: harmless when the connection, or the server, is gone. Destroying it gives the
// rest of the body up; an answer does the same. After the answer a rest of at most 64 KiB is passed over, with a longer
// one the connection ends.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace teahouse::http {

class ServerConnection;

// The handler's terms for a request's body, told before any of it is read.
struct BodyRule {
  static constexpr uint64_t default_bytes_max = 1024 * 1024;
  uint64_t bytes_max = default_bytes_max;
  bool is_streamed = false;  // the request comes without it: Responder::take_body()
};

class RequestBody {
 public:
  // The handler's side; outlives the RequestBody. Called from the loop, never out of a call of the handler's. Each may
  // destroy the RequestBody.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_body(std::string_view bytes) = 0;  // the next of them; valid during the call
    virtual void on_complete() = 0;                    // the body is whole; told once, or on_failed is
    // The body ends here: remote_server_timeout when it came too slowly, policy_violation when it is too large,
    // bad_request when it is no HTTP or ends early, recipient_unavailable when the connection is gone. The server has
    // answered where it could; what the handler answers now reaches nobody.
    virtual void on_failed(const Error& error) = 0;
  };

  RequestBody() = default;  // of a request that is over
  RequestBody(std::weak_ptr<ServerConnection> connection, uint64_t serial)
      : connection_(std::move(connection)), serial_(serial) {}
  RequestBody(RequestBody&&) noexcept = default;
  RequestBody& operator=(RequestBody&&) noexcept;
  ~RequestBody();

  bool is_over() const { return connection_.expired(); }  // nobody tells of it any more
  void pause();                                           // takes no more until resume()
  void resume();

 private:
  void drop();

  std::weak_ptr<ServerConnection> connection_;  // empty once moved from
  uint64_t serial_ = 0;
};

}  // namespace teahouse::http
