#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/text.h"
#include "net/connection.h"
#include "net/fake/blocking_peer.h"
#include "net/fake/certificate.h"
#include "net/fake/running_loop.h"
#include "net/fake/tls_echoes.h"
#include "net/tls.h"
#include "net/tls_state.h"

namespace teahouse::net::connection_tls_test {
namespace {

using fake::BlockingPeer;
using fake::Certificate;
using fake::Echo;
using fake::make_certificate;
using TlsConnection = fake::TlsEchoes;

TEST_F(TlsConnection, TakesWhiteSpaceBetweenStarttlsAndTheHandshake) {
  direct_ = false;
  for (const char* white : {"\n", " \t\r\n"}) {
    BlockingPeer romeo = connect();
    ASSERT_TRUE(romeo.send("<starttls/>"));
    ASSERT_EQ(romeo.receive_exactly(10), "<proceed/>");
    ASSERT_TRUE(romeo.send(white));
    ASSERT_TRUE(romeo.send(std::string(1000, '\n')));
    ASSERT_TRUE(romeo.start_tls("montague.lit"));
    ASSERT_TRUE(romeo.send("ping"));
    EXPECT_EQ(romeo.receive_exactly(4), "ping");
  }
  BlockingPeer tybalt = connect();
  ASSERT_TRUE(tybalt.send("<starttls/>"));
  ASSERT_EQ(tybalt.receive_exactly(10), "<proceed/>");
  ASSERT_TRUE(tybalt.send("\n<auth/>"));
  EXPECT_FALSE(tybalt.start_tls("montague.lit"));
}

TEST_F(TlsConnection, ShowsTheCertificateOfTheNameThatIsAskedFor) {
  BlockingPeer romeo = connect();
  BlockingPeer juliet = connect();
  ASSERT_TRUE(romeo.start_tls("Montague.LIT"));
  ASSERT_TRUE(juliet.start_tls("im.capulet.lit", {}, TLS1_2_VERSION));
  EXPECT_EQ(romeo.certificate_name(), "montague.lit");
  EXPECT_EQ(juliet.certificate_name(), "*.capulet.lit");
  ASSERT_TRUE(romeo.send("ping"));
  ASSERT_TRUE(juliet.send("pong"));
  EXPECT_EQ(romeo.receive_exactly(4), "ping");
  EXPECT_EQ(juliet.receive_exactly(4), "pong");
  loop_.run([&] {
    EXPECT_EQ(echoes_[0]->connection->sni(), "montague.lit");
    EXPECT_EQ(echoes_[1]->connection->sni(), "im.capulet.lit");
    EXPECT_EQ(echoes_[0]->received, "ping");
    EXPECT_EQ(echoes_[1]->received, "pong");
    EXPECT_EQ(echoes_[0]->secured, 1);
  });
}

TEST_F(TlsConnection, RefusesANameThatNobodyHasUnlessThereIsAFallback) {
  BlockingPeer stranger = connect();
  EXPECT_FALSE(stranger.start_tls("verona.lit"));
  BlockingPeer nameless = connect();
  EXPECT_FALSE(nameless.start_tls(""));
  const Certificate fallback = make_certificate("house");
  ASSERT_TRUE(contexts_.set_fallback(fallback.chain_pem, fallback.key_pem));
  BlockingPeer again = connect();
  ASSERT_TRUE(again.start_tls("verona.lit"));
  EXPECT_EQ(again.certificate_name(), "house");
}

// Of what is longer than a record, while the socket takes all and while it is full.
TEST_F(TlsConnection, EndsEachRecordWithAWholeLetter) {
  BlockingPeer romeo = connect();
  ASSERT_TRUE(romeo.start_tls("montague.lit"));
  ASSERT_TRUE(romeo.send("!"));
  ASSERT_EQ(romeo.receive_exactly(1), "!");
  std::string sent;
  for (const char* letter : {"\u00e9", "\u8336", "\U0001F375"}) {
    for (const size_t letters : {20'000U, 2'000'000U}) {
      std::string text = "a";
      for (size_t i = 0; i < letters; ++i) text += letter;
      sent += text;
      loop_.run([&] { echoes_.back()->connection->send(text); });
    }
  }
  std::string received;
  std::string record(16 * 1024, '\0');
  while (received.size() < sent.size()) {
    const int bytes = SSL_read(romeo.ssl(), record.data(), static_cast<int>(record.size()));
    ASSERT_GT(bytes, 0);
    const std::string_view read = std::string_view(record).substr(0, static_cast<size_t>(bytes));
    received += read;
    ASSERT_TRUE(is_utf8(read)) << "after " << received.size();
  }
  EXPECT_TRUE(received == sent);
}

TEST_F(TlsConnection, ReplacesCertificatesWhileConnectionsRun) {
  BlockingPeer before = connect();
  ASSERT_TRUE(before.start_tls("montague.lit"));
  const Certificate renewed = make_certificate("renewed.lit");
  ASSERT_TRUE(contexts_.set("montague.lit", renewed.chain_pem, renewed.key_pem));
  BlockingPeer after = connect();
  ASSERT_TRUE(after.start_tls("montague.lit"));
  EXPECT_EQ(after.certificate_name(), "renewed.lit");
  ASSERT_TRUE(before.send("still here"));
  EXPECT_EQ(before.receive_exactly(10), "still here");
  contexts_.remove("montague.lit");
  BlockingPeer late = connect();
  EXPECT_FALSE(late.start_tls("montague.lit"));
}

TEST_F(TlsConnection, AsksTheMakerOnceForANameThatNobodyHas) {
  const Certificate verona = make_certificate("verona.lit");
  std::vector<std::string> asked;  // on the loop
  contexts_.set_maker([&](const std::string& name) {
    asked.push_back(name);
    return name == "verona.lit" && contexts_.set(name, verona.chain_pem, verona.key_pem).has_value();
  });
  for (const char* name : {"montague.lit", "verona.lit", "Verona.Lit", "tybalt.capulet.lit"}) {
    BlockingPeer peer = connect();
    EXPECT_TRUE(peer.start_tls(name)) << name;
    EXPECT_EQ(peer.certificate_name() == "verona.lit", lower_ascii(name) == "verona.lit");
  }
  BlockingPeer stranger = connect();
  EXPECT_FALSE(stranger.start_tls("mantua.lit"));
  loop_.run([&] { EXPECT_EQ(asked, (std::vector<std::string>{"verona.lit", "mantua.lit"})); });
}

TEST_F(TlsConnection, ChoosesAlpnInItsOwnOrderAndRefusesOthers) {
  alpn_ = {"xmpp-client", "http/1.1"};
  BlockingPeer both = connect();
  ASSERT_TRUE(both.start_tls("montague.lit", "\x08http/1.1\x0bxmpp-client"));
  BlockingPeer none = connect();
  ASSERT_TRUE(none.start_tls("montague.lit"));
  BlockingPeer other = connect();
  EXPECT_FALSE(other.start_tls("montague.lit", "\x02h2"));
  ASSERT_TRUE(both.send("x"));
  EXPECT_EQ(both.receive_exactly(1), "x");
  ASSERT_TRUE(none.send("x"));
  EXPECT_EQ(none.receive_exactly(1), "x");
  loop_.run([&] {
    EXPECT_EQ(echoes_[0]->connection->alpn(), "xmpp-client");
    EXPECT_EQ(echoes_[1]->connection->alpn(), "");
  });
}

TEST_F(TlsConnection, ShowsAValidatorTheCertificateOfItsChallengeAndNobodyElse) {
  alpn_ = {"xmpp-client", "http/1.1"};
  constexpr std::string_view challenge =
      "\x0a"
      "acme-tls/1";
  BlockingPeer early = connect();
  EXPECT_FALSE(early.start_tls("montague.lit", challenge));
  const Certificate shown = make_certificate("challenge.lit");
  ASSERT_TRUE(contexts_.set("acme-tls/1:montague.lit", shown.chain_pem, shown.key_pem));
  BlockingPeer validator = connect();
  ASSERT_TRUE(validator.start_tls("Montague.lit", challenge));
  EXPECT_EQ(validator.certificate_name(), "challenge.lit");
  loop_.run([&] { EXPECT_EQ(echoes_[1]->connection->alpn(), "acme-tls/1"); });
  BlockingPeer client = connect();
  ASSERT_TRUE(client.start_tls("montague.lit",
                               "\x0a"
                               "acme-tls/1\x08http/1.1"));
  EXPECT_EQ(client.certificate_name(), "montague.lit");
  BlockingPeer of_other = connect();
  EXPECT_FALSE(of_other.start_tls("im.capulet.lit", challenge));
}

// The bytes that bind the client to its connection, as it sees them, by RFC 9266 and RFC 5929.
std::vector<ChannelBinding> bindings_of(SSL* ssl) {
  std::string exported(32, '\0'), finished(64, '\0'), hash(32, '\0');
  SSL_export_keying_material(ssl, reinterpret_cast<unsigned char*>(exported.data()), 32, "EXPORTER-Channel-Binding", 24,
                             reinterpret_cast<const unsigned char*>(""), 0, 1);
  const bool resumed = SSL_session_reused(ssl) == 1;
  finished.resize(resumed ? SSL_get_peer_finished(ssl, finished.data(), finished.size())
                          : SSL_get_finished(ssl, finished.data(), finished.size()));
  X509* certificate = SSL_get1_peer_certificate(ssl);
  X509_digest(certificate, EVP_sha256(), reinterpret_cast<unsigned char*>(hash.data()), nullptr);
  X509_free(certificate);
  return {{"tls-exporter", exported, true},
          {"tls-unique", finished, SSL_version(ssl) == TLS1_2_VERSION},
          {"tls-server-end-point", hash, true}};
}

TEST_F(TlsConnection, BothSidesHaveTheSameChannelBindings) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    SSL_SESSION* session = nullptr;
    for (const bool again : {false, true}) {
      BlockingPeer peer = connect();
      ASSERT_TRUE(peer.start_tls("montague.lit", {}, version, session));
      ASSERT_TRUE(peer.send("x"));
      EXPECT_EQ(peer.receive_exactly(1), "x");
      EXPECT_EQ(SSL_session_reused(peer.ssl()) == 1, again);
      std::string said;
      loop_.run([&] { said = echoes_.back()->connection->tls_version(); });
      EXPECT_EQ(said, version == TLS1_3_VERSION ? "0304" : "0303");
      std::vector<ChannelBinding> ours;
      loop_.run([&] { ours = echoes_.back()->connection->channel_bindings(); });
      const auto theirs = bindings_of(peer.ssl());
      ASSERT_EQ(ours.size(), theirs.size());
      for (size_t i = 0; i < ours.size(); ++i) {
        EXPECT_EQ(ours[i].type, theirs[i].type);
        EXPECT_EQ(ours[i].data, theirs[i].data) << ours[i].type << (again ? " of a resumed session" : "");
        EXPECT_EQ(ours[i].offered, theirs[i].offered) << ours[i].type;
      }
      SSL_SESSION_free(session);
      session = SSL_get1_session(peer.ssl());
      peer.shut_down();  // a session that ends without cannot be resumed
    }
    SSL_SESSION_free(session);
  }
}

// Without extended master secret tls-unique can be forged (RFC 7627 section 1).
TEST_F(TlsConnection, HasNoChannelBindingWithoutExtendedMasterSecret) {
  BlockingPeer peer = connect();
  ASSERT_TRUE(peer.start_tls("montague.lit", {}, TLS1_2_VERSION, nullptr, SSL_OP_NO_EXTENDED_MASTER_SECRET));
  ASSERT_TRUE(peer.send("x"));
  EXPECT_EQ(peer.receive_exactly(1), "x");
  loop_.run([&] { EXPECT_TRUE(echoes_.back()->connection->channel_bindings().empty()); });
}

TEST_F(TlsConnection, RefusesOldVersionsAndRenegotiation) {
  BlockingPeer old = connect();
  EXPECT_FALSE(old.start_tls("montague.lit", {}, TLS1_1_VERSION));
  BlockingPeer peer = connect();
  ASSERT_TRUE(peer.start_tls("montague.lit", {}, TLS1_2_VERSION));
  SSL_renegotiate(peer.ssl());
  EXPECT_NE(SSL_do_handshake(peer.ssl()), 1);
}

TEST_F(TlsConnection, StartsTlsWithinTheStream) {
  direct_ = false;
  default_name_ = "montague.lit";
  BlockingPeer peer = connect();
  ASSERT_TRUE(peer.send("<starttls/>"));
  EXPECT_EQ(peer.receive_until("<proceed/>"), "<proceed/>");
  ASSERT_TRUE(peer.start_tls(""));  // no SNI: the stream's `to` chose
  EXPECT_EQ(peer.certificate_name(), "montague.lit");
  ASSERT_TRUE(peer.send("inside"));
  EXPECT_EQ(peer.receive_exactly(6), "inside");
}

TEST_F(TlsConnection, NeverAnswersPlainTextThatFollowsStarttls) {
  direct_ = false;
  BlockingPeer same_packet = connect();
  ASSERT_TRUE(same_packet.send("<starttls/><iq id='injected'/>"));
  EXPECT_EQ(same_packet.receive_until("<proceed/>"), "<proceed/>");
  ASSERT_TRUE(same_packet.start_tls("montague.lit"));
  ASSERT_TRUE(same_packet.send("inside"));
  EXPECT_EQ(same_packet.receive_exactly(6), "inside");
  EXPECT_EQ(echo().received, "inside");

  BlockingPeer next_packet = connect();
  ASSERT_TRUE(next_packet.send("<starttls/>"));
  EXPECT_EQ(next_packet.receive_until("<proceed/>"), "<proceed/>");
  ASSERT_TRUE(next_packet.send("<iq id='injected'/>"));
  EXPECT_FALSE(next_packet.start_tls("montague.lit"));
  echo(1).closed.get_future().wait();
  EXPECT_EQ(echo(1).received, "");
}

TEST_F(TlsConnection, CarriesMuchBothWaysAndMovesMeanwhile) {
  wander_to_ = &second_;
  BlockingPeer peer = connect();
  ASSERT_TRUE(peer.start_tls("montague.lit"));
  std::string expected;
  for (int i = 0; i < 100000; ++i) expected += std::to_string(i) + ' ';
  // One thread: an SSL is not for two. The pieces fit the sockets' buffers, so nobody waits for the other.
  for (size_t i = 0; i < expected.size(); i += 20000) {
    const std::string piece = expected.substr(i, 20000);
    ASSERT_TRUE(peer.send(piece));
    ASSERT_EQ(peer.receive_exactly(piece.size()), piece);
  }
  peer.shut_down();
  echo().closed.get_future().wait();
  EXPECT_EQ(echo().received, expected);
}

// Bytes that OpenSSL has read already and epoll knows nothing of must not be forgotten by pause(): a client that has
// sent all it has to say would wait for ever.
TEST_F(TlsConnection, HandsOnAfterAPauseWhatOpenSslHasReadAlready) {
  BlockingPeer peer = connect();
  ASSERT_TRUE(peer.start_tls("montague.lit"));
  Echo& paused = echo();
  std::string expected;
  for (int i = 0; i < 15000; ++i) expected += std::to_string(i) + ' ';
  ASSERT_GT(expected.size(), 65536U + 1000U);
  expected.resize(65536 + 1000);
  const int on = 1;
  ::setsockopt(peer.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The kernel's window grows with use, until the whole fits.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(peer.send(expected));
    ASSERT_EQ(peer.receive_exactly(expected.size()), expected);
  }
  // While the loop is busy here both come, and its first read ends in the midst of a record.
  loop_.run([&] {
    paused.pauses = true;
    ASSERT_TRUE(peer.send(expected.substr(0, 5000)));
    ASSERT_TRUE(peer.send(expected.substr(5000)));
  });
  EXPECT_EQ(peer.receive_exactly(expected.size()), expected);
}

TEST_F(TlsConnection, EndsWithCloseNotify) {
  BlockingPeer peer = connect();
  ASSERT_TRUE(peer.start_tls("montague.lit"));
  ASSERT_TRUE(peer.send("x"));
  EXPECT_EQ(peer.receive_exactly(1), "x");
  const std::string large(300000, 'y');
  loop_.run([&] {
    echoes_[0]->connection->send(large);
    echoes_[0]->connection->close();
  });
  EXPECT_EQ(peer.receive_to_end().size(), large.size());
  EXPECT_EQ(SSL_get_shutdown(peer.ssl()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
  peer.close();
  echo().closed.get_future().wait();
}

TEST_F(TlsConnection, KeepsOrderThroughPartialWritesOfSmallPieces) {
  BlockingPeer peer = connect();
  ASSERT_TRUE(peer.start_tls("montague.lit"));
  ASSERT_TRUE(peer.send("x"));
  EXPECT_EQ(peer.receive_exactly(1), "x");
  std::string expected;
  for (int round = 0; round < 20; ++round) {
    loop_.run([&] {
      for (int i = 0; i < 5000; ++i) {
        const std::string piece = std::to_string(round * 5000 + i) + std::string(static_cast<size_t>(i % 131), '.');
        expected += piece;
        echoes_[0]->connection->send(piece);
      }
    });
  }
  loop_.run([&] {
    EXPECT_GT(echoes_[0]->connection->queued_bytes(), 0U);  // more than the sockets take
    echoes_[0]->connection->close();
  });
  EXPECT_EQ(peer.receive_to_end(), expected);
}

TEST_F(TlsConnection, SurvivesGarbageAndADisconnectInTheHandshake) {
  BlockingPeer garbage = connect();
  ASSERT_TRUE(garbage.send("GET / HTTP/1.1\r\n\r\n"));
  echo(0).closed.get_future().wait();
  EXPECT_NE(echo(0).why.find("handshake"), std::string::npos);
  BlockingPeer silent = connect();
  echo(1);
  silent.close();
  echo(1).closed.get_future().wait();
  EXPECT_EQ(echo(1).received, "");
}

}  // namespace
}  // namespace teahouse::net::connection_tls_test
