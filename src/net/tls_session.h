// TlsSession: one side of TLS on one non-blocking socket, driven by readiness. It queues nothing of its own.
//
// Thread: the connection's home. Lifetime: the file descriptor outlives it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/channel_binding.h"
#include "net/tls.h"
#include "net/tls_client.h"

struct ssl_st;

namespace teahouse::net {

class TlsSession {
 public:
  enum class Step { done, want_read, want_write, closed, failed };
  struct Moved {
    Step step;  // done: bytes > 0 were read or written
    size_t bytes = 0;
  };

  // The server's side. `default_name` stands for the name when the client asks for none.
  TlsSession(const TlsContexts& contexts, int fd, const std::vector<std::string>& alpn, std::string default_name,
             AskedPeers asked);
  TlsSession(const TlsClient& client, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;

  Step handshake();
  Moved read(char* into, size_t size);
  // One record. After want_write the next call must begin with the same bytes; they may lie elsewhere and be more.
  Moved write(const char* from, size_t size);
  void shut_down();          // sends close_notify, if the socket takes it
  bool has_pending() const;  // bytes were read from the socket that read() has not given yet
  const std::string& error() const { return error_; }
  bool peer_is_distrusted() const;  // the handshake failed because of the server's certificate

  std::string sni() const;
  std::string alpn() const;
  std::string peer_certificate() const;                  // as Connection has it
  std::vector<std::string> peer_chain() const;           // the same
  std::string version() const;                           // "0304" of TLS 1.3; empty before the handshake is done
  std::vector<ChannelBinding> channel_bindings() const;  // as Connection has them; of the server's side

  static int name_session(ssl_st* ssl, int* alert, void* argument);
  static int choose_certificate(ssl_st* ssl, int* alert, void* argument);
  static int choose_alpn(ssl_st* ssl, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                         unsigned in_length, void* argument);

 private:
  Step step_of(int result);
  void show(const std::shared_ptr<const struct TlsIdentity>& identity);  // to a server that asks; null: nothing

  // The data that only the handshake needs; released with it.
  struct Offer {
    std::string alpn;  // in wire format, in our order of preference
    std::string default_name;
    AskedPeers asked;
    bool is_validator = false;  // of a challenge (tls-alpn-01)
  };
  std::shared_ptr<TlsContexts::State> contexts_;
  ssl_st* ssl_;
  std::unique_ptr<Offer> offer_;
  std::string error_;
};

}  // namespace teahouse::net
