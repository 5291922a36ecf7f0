// The certificates that clients show in TLS: asked for, never demanded, known again when a session is resumed.
#include <gtest/gtest.h>

#include "base/text.h"
#include "net/fake/blocking_peer.h"
#include "net/fake/certificate.h"
#include "net/fake/tls_echoes.h"

namespace teahouse::net::peer_certificate_test {
namespace {

using fake::BlockingPeer;
using fake::Certificate;
using fake::make_certificate;

std::string sha256_of(const Certificate& certificate) {
  BIO* text = BIO_new_mem_buf(certificate.chain_pem.data(), static_cast<int>(certificate.chain_pem.size()));
  X509* parsed = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  X509_digest(parsed, EVP_sha256(), bytes.data(), &size);
  char* hex = OPENSSL_buf2hexstr(bytes.data(), size);  // "AB:CD"
  std::string text_of_it = lower_ascii(hex);
  std::erase(text_of_it, ':');
  OPENSSL_free(hex);
  X509_free(parsed);
  BIO_free(text);
  return text_of_it;
}

class PeerCertificate : public fake::TlsEchoes {
 protected:
  PeerCertificate() {
    alpn_ = {"xmpp-client", "http/1.1"};
    asked_ = {true, "xmpp-client"};
  }
  // A client's certificate as the server saw it; the handshake must succeed.
  std::string seen_of(BlockingPeer& peer, std::string_view alpn, int version, SSL_SESSION* session = nullptr) {
    EXPECT_TRUE(peer.start_tls("montague.lit", alpn, version, session));
    EXPECT_TRUE(peer.send("x"));
    EXPECT_EQ(peer.receive_exactly(1), "x");
    std::string seen;
    loop_.run([&] { seen = echoes_.back()->connection->peer_certificate(); });
    return seen;
  }

  const Certificate romeo_ = make_certificate("romeo");
  const std::string sha256_ = sha256_of(romeo_);
};

constexpr std::string_view xmpp = "\x0bxmpp-client", http = "\x08http/1.1";

TEST_F(PeerCertificate, IsSeenAlsoWhenTheSessionIsResumed) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    for (const std::string_view alpn : {xmpp, std::string_view()}) {
      SSL_SESSION* session = nullptr;
      for (const bool again : {false, true}) {
        BlockingPeer peer = connect();
        peer.show(romeo_);
        EXPECT_EQ(seen_of(peer, alpn, version, session), sha256_) << version << alpn << again;
        EXPECT_EQ(SSL_session_reused(peer.ssl()) == 1, again);
        SSL_SESSION_free(session);
        session = SSL_get1_session(peer.ssl());
        peer.shut_down();  // a session that ends without cannot be resumed
      }
      SSL_SESSION_free(session);
    }
  }
}

TEST_F(PeerCertificate, NeedNotBeShown) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    BlockingPeer peer = connect();
    EXPECT_EQ(seen_of(peer, xmpp, version), "");
  }
}

TEST_F(PeerCertificate, IsNotAskedForOverHttp) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    BlockingPeer peer = connect();
    peer.show(romeo_);
    EXPECT_EQ(seen_of(peer, http, version), "");
  }
  loop_.run([this] { asked_.without_alpn = false; });
  BlockingPeer peer = connect();
  peer.show(romeo_);
  EXPECT_EQ(seen_of(peer, {}, TLS1_3_VERSION), "");
}

}  // namespace
}  // namespace teahouse::net::peer_certificate_test
