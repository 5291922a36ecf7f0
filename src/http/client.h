// Client: HTTP/1.1 requests to other servers, on the loop: kept-alive connections, bodies as streams in both
// directions, a time for everything. Directly: no proxy is asked. Redirects are answers like others, and are not
// followed.
//
// Thread: its loop's. Lifetime: loop and Dns outlive it, it outlives its exchanges.
// Owns: the connections, those that wait for another request too.
// Limits: ClientOptions, ClientRequest, ResponseReader's. An answer without a length ends with its connection: a
// connection that is cut shortens the answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "http/response_reader.h"
#include "net/address_guard.h"
#include "net/dns.h"
#include "net/loop.h"
#include "net/tls_client.h"

namespace teahouse::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // "https://im.example.org:8443/v1/users?limit=10"
  Headers headers;  // all but Host, Content-Length, Transfer-Encoding and Connection, which are the client's
  std::string body;
  bool is_streamed = false;            // the body comes by Exchange::write() instead
  std::optional<uint64_t> body_bytes;  // how long a streamed one is going to be; none: chunked

  uint64_t answer_bytes_max = 64 * 1024 * 1024;  // of the answer's body
  int64_t connect_timeout_ms = 10'000;
  int64_t first_byte_timeout_ms = 30'000;  // from the request's last byte to the answer's head
  int64_t idle_timeout_ms = 30'000;        // without any progress in either body
  int64_t timeout_ms = 60'000;             // in all; 0: as long as there is progress
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

struct ClientOptions {
  std::string user_agent = "Teahouse";
  net::AddressGuard guard;      // of what is connected to
  size_t exchanges_max = 1000;  // under way or waiting; one more fails
  size_t per_host_max = 16;     // connections in use to one host and port; more exchanges wait their turn
  size_t idle_max = 64;         // connections kept for another request
  int64_t idle_timeout_ms = 30'000;
};

// One request and its answer; destroying it ends it and leaves nothing behind. Movable.
class Exchange {
 public:
  // The owner; outlives the exchange. Called from the loop, never out of a call of the owner's. Each may destroy the
  // exchange.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_head(ResponseHead head) = 0;
    virtual void on_body(std::string_view bytes) = 0;  // the next of them; valid during the call
    virtual void on_complete() = 0;                    // the answer is whole; told once, or on_failed is
    // bad_request for a URL or header that is none; forbidden by the guard; resource_constraint for too many exchanges;
    // not_authorized for a certificate that is not good; remote_server_not_found, remote_server_timeout,
    // service_unavailable for the network and for what is no HTTP. An answer of 4xx or 5xx is no failure.
    virtual void on_failed(const Error& error) = 0;
    virtual void on_writable() {}  // of a streamed request: all that was written is with the kernel
  };

  Exchange();
  Exchange(Exchange&&) noexcept;
  Exchange& operator=(Exchange&&) noexcept;
  ~Exchange();

  // The next bytes of a streamed body, and its end. More than `body_bytes`, or less at the end, fails.
  void write(std::string bytes);
  void finish();
  size_t queued_bytes() const;  // the memory that what is not with the kernel yet takes

  void pause();  // takes no more of the answer until resume(): back-pressure as far as the other server
  void resume();

 private:
  friend class Client;
  struct State;
  explicit Exchange(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Client {
 public:
  Client(net::Loop& loop, net::Dns& dns, net::TlsTrust trust, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;

  [[nodiscard]] Exchange begin(ClientRequest request, Exchange::Events& events);
  // The whole answer at once. `done` is called once, from the loop, never from here; it may destroy the exchange.
  using Done = std::function<void(Result<ClientResponse>)>;
  [[nodiscard]] Exchange fetch(ClientRequest request, Done done);

  size_t exchanges() const;         // under way or waiting
  size_t idle_connections() const;  // kept for another request

 private:
  friend class Exchange;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse::http
