// The tickets by which clients resume their TLS sessions: good for one name, for a while, and as they were given.
#include "net/tls_tickets.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "net/fake/blocking_peer.h"
#include "net/fake/tls_echoes.h"

namespace teahouse::net::tls_tickets_test {
namespace {

using fake::BlockingPeer;
using SessionPtr = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

class TlsTicketsTest : public fake::TlsEchoes {
 protected:
  // Talks to the server by this name, and leaves. Gives the session for the next time.
  SessionPtr talk(const std::string& name, int version, SSL_SESSION* session = nullptr) {
    BlockingPeer peer = connect();
    if (!direct_) {
      EXPECT_TRUE(peer.send("<starttls/>"));
      EXPECT_EQ(peer.receive_exactly(10), "<proceed/>");
    }
    EXPECT_TRUE(peer.start_tls(name, {}, version, session));
    EXPECT_TRUE(peer.send("ping"));
    EXPECT_EQ(peer.receive_exactly(4), "ping");
    is_resumed_ = SSL_session_reused(peer.ssl()) == 1;
    SessionPtr next(SSL_get1_session(peer.ssl()), SSL_SESSION_free);
    peer.shut_down();  // a session that ends without cannot be resumed
    return next;
  }
  // The same without a word of what came of it but whether the session was resumed.
  bool resumes(const SessionPtr& session, const std::string& name, int version) {
    const SessionPtr copy(SSL_SESSION_dup(session.get()), SSL_SESSION_free);
    talk(name, version, copy.get());
    return is_resumed_;
  }

  static constexpr int64_t lifetime_ms = ticket_lifetime_s * 1000;
  bool is_resumed_ = false;
};

constexpr int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};

TEST_F(TlsTicketsTest, AreForTheNameAloneThatTheirSessionWasMadeFor) {
  for (const int version : versions) {
    const SessionPtr montagues = talk("montague.lit", version);
    EXPECT_FALSE(is_resumed_);
    const SessionPtr capulets = talk("im.capulet.lit", version);
    EXPECT_TRUE(resumes(montagues, "montague.lit", version)) << version;
    EXPECT_TRUE(resumes(capulets, "im.capulet.lit", version)) << version;
    EXPECT_FALSE(resumes(montagues, "im.capulet.lit", version)) << version;
    EXPECT_FALSE(resumes(capulets, "montague.lit", version)) << version;
    EXPECT_FALSE(resumes(capulets, "rooms.capulet.lit", version)) << "another name of one certificate, " << version;
  }
}

TEST_F(TlsTicketsTest, AreForTheNameThatAStreamAskedForWhereTlsAskedForNone) {
  direct_ = false;
  for (const int version : versions) {
    loop_.run([this] { default_name_ = "montague.lit"; });
    const SessionPtr session = talk("", version);
    EXPECT_TRUE(resumes(session, "", version)) << version;
    EXPECT_FALSE(resumes(session, "montague.lit", version)) << version;
    loop_.run([this] { default_name_ = "im.capulet.lit"; });
    EXPECT_FALSE(resumes(session, "", version)) << version;
  }
}

TEST_F(TlsTicketsTest, AreOpenedForAsLongAgainAsTheirKeySeals) {
  for (const int version : versions) {
    const SessionPtr first = talk("montague.lit", version);
    clock_.advance_ms(lifetime_ms - 1);
    const SessionPtr last = talk("montague.lit", version);
    EXPECT_TRUE(resumes(first, "montague.lit", version)) << version;
    clock_.advance_ms(1);
    const SessionPtr next = talk("montague.lit", version);
    EXPECT_TRUE(resumes(first, "montague.lit", version)) << version;
    clock_.advance_ms(lifetime_ms - 1);
    EXPECT_TRUE(resumes(last, "montague.lit", version)) << version;
    clock_.advance_ms(1);
    EXPECT_FALSE(resumes(last, "montague.lit", version)) << version;
    EXPECT_TRUE(resumes(next, "montague.lit", version)) << version;
    clock_.advance_ms(2 * lifetime_ms);
    EXPECT_FALSE(resumes(next, "montague.lit", version)) << version;
  }
}

// Over TLS 1.2 an old one is given anew when it is used, over TLS 1.3 each is for one time.
TEST_F(TlsTicketsTest, AreGivenAnew) {
  for (const int version : versions) {
    const SessionPtr first = talk("montague.lit", version);
    clock_.advance_ms(lifetime_ms);
    const SessionPtr second = talk("montague.lit", version, first.get());
    EXPECT_TRUE(is_resumed_) << version;
    clock_.advance_ms(lifetime_ms);
    EXPECT_TRUE(resumes(second, "montague.lit", version)) << version;
  }
}

TEST_F(TlsTicketsTest, AreTakenAsTheyWereGivenOrNotAtAll) {
  for (const int version : versions) {
    const SessionPtr session = talk("montague.lit", version);
    const unsigned char* ticket = nullptr;
    size_t size = 0;
    SSL_SESSION_get0_ticket(session.get(), &ticket, &size);
    ASSERT_GT(size, 100U);
    for (const size_t at : {size_t{0}, size_t{15}, size_t{16}, size_t{31}, size_t{32}, size / 2, size - 32, size - 1}) {
      auto* byte = const_cast<unsigned char*>(ticket) + at;
      *byte ^= 1;
      EXPECT_FALSE(resumes(session, "montague.lit", version)) << version << " " << at;
      *byte ^= 1;
    }
    EXPECT_TRUE(resumes(session, "montague.lit", version)) << version;
  }
}

TEST_F(TlsTicketsTest, TakeNoEarlyData) {
  const SessionPtr session = talk("montague.lit", TLS1_3_VERSION);
  EXPECT_EQ(SSL_SESSION_get_max_early_data(session.get()), 0U);
  EXPECT_EQ(SSL_SESSION_get_ticket_lifetime_hint(session.get()), static_cast<unsigned long>(ticket_lifetime_s));
}

}  // namespace
}  // namespace teahouse::net::tls_tickets_test
