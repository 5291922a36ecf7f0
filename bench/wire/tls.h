// TlsContext: one end's settings for all its connections: TLS 1.3, released buffers, no client verification.
//
// Lifetime: outlives the sockets that use it. Errors: std::runtime_error, with OpenSSL's own words: a bench ends there.
#pragma once

struct ssl_ctx_st;
struct ssl_session_st;
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
  // A client's next sessions resume the last one, as a device's that comes back do. REQUIRES: one server is spoken to.
  void resume_sessions();
  ssl_st* make_session(int fd, const char* server_name) const;

 private:
  const Role role_;
  static int keep_session(ssl_st* tls, ssl_session_st* session);

  ssl_ctx_st* const context_;
  ssl_session_st* last_ = nullptr;  // null: each handshake is whole
};

}  // namespace teahouse::bench
