// Connection: bytes in and out of one socket, plain or TLS, whether the peer opened it (listener.h) or we did
// (connect.h). Knows nothing of what they mean.
//
// Thread: its home loop. move_to() changes the home. Lifetime: the home loop outlives it.
// Owns: the file descriptor and the TLS state. An idle one holds no buffer (OpenSSL's are released).
// Limits: bytes that are queued but not written are bounded by its owner, who asks queued_bytes().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/channel_binding.h"
#include "base/result.h"
#include "base/shared_bytes.h"
#include "net/loop.h"
#include "net/tls.h"

namespace teahouse::net {

class Strangers;
struct TlsClient;

class Connection {
 public:
  // The owner's call-backs. Any of them may close, move or destroy the connection. They come from the loop only
  // (sockets, timers, end of a turn), never out of a call of the owner's.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_bytes(std::string_view bytes) = 0;  // decrypted; at most 64 KiB a turn; valid during the call
    virtual void on_secure() {}                         // the TLS handshake that was begun is done
    // The connection is over, told once, with a sentence why; also when the peer just closed. Not told after abort().
    virtual void on_closed(std::string_view why) = 0;
    virtual void on_drained() {}  // all that was queued is with the kernel now, and send_file() can go on
    // The peer says no more, but may still listen (a half-closed socket, TLS's close_notify). True: the owner has
    // something to tell it, and then calls close() or end_sending(). False: the connection is over.
    virtual bool on_peer_done() { return false; }
  };

  // Takes a connected, non-blocking socket over; `events` outlives the connection. The peer of one that was accepted is
  // one of the `strangers`.
  Connection(Loop& home, int fd, std::string peer_address, Strangers* strangers = nullptr);
  ~Connection();  // as abort()
  Connection(const Connection&) = delete;

  // Begins to read. Call-backs come from the next turn on. On one that was begun already it is set_events().
  void start(Events& events);
  void set_events(Events& events);  // hands over to another owner (an upgrade)

  // Queues bytes; they are written gathered at the end of the turn. Ignored once closed.
  void send(SharedBytes bytes);
  void send(std::string bytes);
  size_t queued_bytes() const;  // the memory of the bytes that are not written yet; 0 when all is with the kernel

  // Writes at once as much as the kernel takes, unless something is queued, and gives how many bytes that were; the
  // rest is the caller's to send(). For bytes on their way from another connection: they are not copied. REQUIRES:
  // plain.
  size_t send_now(std::string_view bytes);
  // The same for bytes of a file, which the kernel takes from there: they are never in our memory. Where it took fewer
  // than all, on_drained follows when there is room for more. None: the file can't be read, or has no byte there. Waits
  // for the disk, unless the kernel has the bytes already (BodySource::prepare() sees to that). REQUIRES: plain; bytes
  // > 0.
  std::optional<size_t> send_file(int file, uint64_t offset, size_t bytes);
  // Says no more than what is queued: then the peer reads the end (FIN), and may go on itself. REQUIRES: plain.
  void end_sending();

  // Waits for the peer's ClientHello from the next byte on (bytes received but not handed on yet are thrown away:
  // RFC 6120 section 5.3.3, no plain text survives STARTTLS; white space is passed over). Bytes queued before are
  // written plain first, those queued from now on go encrypted. The contexts choose the certificate by SNI;
  // `default_name` stands for the name when the client asks for none (the `to` of its stream). `alpn` are the protocols
  // that this listener speaks, in its order of preference; a client that offers none gets none, one that offers only
  // others is refused. REQUIRES: called before start(), or in on_bytes by a caller who handles none of the bytes after
  // <starttls/>.
  void start_tls(const TlsContexts& contexts, std::vector<std::string> alpn, std::string default_name = {},
                 AskedPeers asked = {});
  // The client's side: begins the handshake. A certificate that is not trusted, or another's, ends the connection.
  // REQUIRES: as above, and nothing is queued.
  void start_tls(const TlsClient& client);
  bool is_secure() const;
  bool is_distrusted() const;  // it is over because of the server's certificate
  std::string sni() const;     // the name the client asked for, lower-cased; empty without
  std::string alpn() const;    // the chosen one; empty without
  // The SHA-256, in hex, of the certificate whose key the client has shown to have; nobody has looked whether it is
  // good for anything. Empty: it showed none, or was not asked (AskedPeers).
  std::string peer_certificate() const;
  // The certificates that the peer showed, in DER, its own first; nobody has judged them. Empty: it showed none, or is
  // a client that was not asked to, or one that has resumed a session (AskedPeers::keeps_chain).
  std::vector<std::string> peer_chain() const;
  std::string tls_version() const;  // "0304" of TLS 1.3, as it writes its number; empty without
  // Of the server's side, best first: over TLS 1.3 tls-exporter and tls-server-end-point; over TLS 1.2 tls-unique too,
  // if it has extended master secret, else none.
  std::vector<ChannelBinding> channel_bindings() const;

  // The peer is known, and a stranger no more (strangers.h).
  void admit();

  // Has the peer given a sign of life since this was last asked: sent bytes, or taken some of those that were blocked?
  bool take_sign_of_life();
  bool has_sign_of_life() const;  // the same, and it stays to be taken

  // Sets its place among those that are ready in a turn. REQUIRES: called on its home. It moves along.
  void set_rank(Rank rank);

  void pause();  // reads no more until resume(); back-pressure
  void resume();

  // Writes what is queued, then closes (TLS close_notify, FIN); gives up after 5 s. on_closed follows, nothing else
  // does. REQUIRES: the owner keeps the connection until then.
  void close();
  bool is_closing() const;  // close() or abort() was called, or on_closed was told
  // Closes at once, tells nobody.
  void abort();
  // The same, and the peer hears of a failure (RST), where it might take the end for that of all that was to come.
  void reset();

  // Leaves this loop and goes on on another; `arrived` runs there. Queued bytes go along. REQUIRES: called on its home;
  // nobody touches it until `arrived`.
  void move_to(Loop& other, std::function<void()> arrived);
  Loop& home() const;
  const std::string& peer_address() const;  // "192.0.2.1" or "2001:db8::1"; without port
  uint16_t peer_port() const;               // asked of the kernel; 0 where the socket has none, or is closed

 private:
  friend class Strangers;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse::net
