// TlsTickets: what the tickets are sealed with by which clients resume their TLS sessions, without another certificate
// and signature. The session is in the ticket; nothing is kept here but keys.
//
// A ticket is good for the name alone (SNI, or the stream's `to`) that its session was made for, for ticket_lifetime_s,
// and in this process. A key seals for that long, opens for as long again, and is then wiped, so that nobody who gets
// at the memory later reads older sessions. No early data is taken (0-RTT): nothing can be played again.
//
// Thread: any. Lifetime: it outlives the contexts that it serves.
// Spec: RFC 5077 section 4; RFC 8446 sections 2.2 and 4.6.1, C.4.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;
struct ssl_ctx_st;
struct ssl_st;

namespace teahouse::net {

inline constexpr int64_t ticket_lifetime_s = 12 * 60 * 60;

class TlsTickets {
 public:
  explicit TlsTickets(const Clock& clock) : clock_(clock) {}
  TlsTickets(const TlsTickets&) = delete;

  // From now on the context gives tickets, and takes them.
  void serve(ssl_ctx_st* context);
  // Makes the session that is begun one of the name that this ClientHello asks for, else of `default_name`. REQUIRES:
  // called by OpenSSL, before it looks at a ticket.
  static void set_name(ssl_st* ssl, const std::string& default_name);

 private:
  struct Key {
    Key();
    ~Key();
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher, mac;
    int64_t made_ms = 0;
  };

  static int prepare(ssl_st* ssl, unsigned char* name, unsigned char* iv, evp_cipher_ctx_st* cipher,
                     evp_mac_ctx_st* mac, int seals);
  // REQUIRES of all: mutex_ is held.
  void forget_old();
  const Key& sealing_key();
  const Key* find(const unsigned char* name) const;

  const Clock& clock_;
  std::mutex mutex_;  // of what follows
  std::unique_ptr<Key> sealing_, before_;
};

}  // namespace teahouse::net
