// TlsContext: one end's settings for all its connections: TLS 1.3, released buffers, no client verification.
//
// Lifetime: outlives the sockets that use it. Errors: std::runtime_error, with OpenSSL's own words: a bench ends there.
#pragma once

struct ssl_ctx_st;
struct ssl_st;

namespace teahouse::bench {

class TlsContext {
 public:
  enum class Role { client, server };

  // A server makes itself a key (ECDSA, P-256) and a certificate. A client believes any: what it talks to is our own.
  explicit TlsContext(Role role);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;

  Role role() const { return role_; }
  ssl_st* make_session(int fd, const char* server_name) const;

 private:
  const Role role_;
  ssl_ctx_st* const context_;
};

}  // namespace teahouse::bench
