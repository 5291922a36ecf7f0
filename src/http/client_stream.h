// ClientStream: a connected TCP or TLS stream to a server that waits, with a deadline. Only for client.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

struct addrinfo;
struct ssl_st;
struct ssl_ctx_st;

namespace teahouse::http {

class ClientStream {
 public:
  explicit ClientStream(int64_t timeout_ms);
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;

  Result<void> connect(const std::string& host, const std::string& port);
  // Verifies the server's certificate against the CA file (or the system's) and its name.
  Result<void> start_tls(const std::string& host, const std::string& ca_file);
  Result<void> write(std::string_view bytes);
  Result<std::string> read();  // some bytes; none at the end of the stream

 private:
  Result<void> connect_to(const addrinfo& address);
  Result<void> wait(short events);
  Result<void> wait_for_tls(int result, const char* what);

  const int64_t deadline_ms_;
  int fd_ = -1;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* ssl_ = nullptr;
};

}  // namespace teahouse::http
