// Streams to servers that are good, wrong, slow or hostile.
#include "domains/survey/stream_probe.h"

#include <ctime>
#include <optional>

#include "domains/survey/testing/xmpp_peer.h"
#include "net/fake/ready_dns.h"

namespace teahouse::survey::stream_probe_test {
namespace {

using Reached = Probed::Reached;
using testing::XmppPeer;

class StreamProbing : public ::testing::Test {
 protected:
  Place place(uint16_t port, size_t service) const {
    return {{&services[service], "x.example", port}, *net::make_address("127.0.0.1", 0)};
  }
  void start(uint16_t port, size_t service = 0, net::AddressGuard guard = {}) {
    told_.reset();
    probe_.emplace(StreamProbe::Ways{loop_, dns_, std::move(guard), issued_.trust()}, place(port, service), "a.example",
                   [this](Probed probed) {
                     told_ = std::move(probed);
                     probe_.reset();  // as a batch does that goes with its last one
                   });
    probe_->start();
  }
  Probed await() {
    while (!told_) loop_.run_once(1000);
    return *told_;
  }
  Probed ask(XmppPeer& peer, size_t service = 0) {
    start(peer.port(), service);
    return await();
  }

  FakeClock clock_;
  net::Loop loop_{0, clock_};
  net::fake::ReadyDns dns_;
  const testing::Issued issued_{::time(nullptr)};
  const crypto::CertificateAndKey own_ = issued_.issue({"a.example"});
  std::optional<Probed> told_;
  std::optional<StreamProbe> probe_;
};

TEST_F(StreamProbing, ReadsWhatIsOfferedUnderStarttlsAndEndsProperly) {
  for (const size_t service : {0, 2}) {
    XmppPeer peer(loop_, own_);
    const Probed probed = ask(peer, service);
    EXPECT_EQ(probed.reached, Reached::all) << probed.error;
    EXPECT_TRUE(probed.offers_tls && probed.requires_tls && probed.offers_dialback);
    EXPECT_EQ(probed.mechanisms, (std::vector<std::string>{"SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"}));
    EXPECT_EQ(probed.chain, testing::ders_of(own_.certificate_pem));
    EXPECT_EQ(probed.tls_version, "0304");
    const std::string heard = peer.heard();
    EXPECT_NE(heard.find(service == 0 ? "xmlns='jabber:client'" : "xmlns='jabber:server'"), heard.npos);
    EXPECT_NE(heard.find("to='a.example'"), heard.npos);
    EXPECT_TRUE(heard.ends_with("</stream:stream>")) << heard;
  }
}

TEST_F(StreamProbing, ReadsWhatIsOfferedUnderDirectTls) {
  XmppPeer peer(loop_, own_, {.is_direct = true});
  const Probed probed = ask(peer, 3);
  EXPECT_EQ(probed.reached, Reached::all) << probed.error;
  EXPECT_EQ(probed.alpn, "xmpp-server");
}

TEST_F(StreamProbing, TellsHowFarItCame) {
  XmppPeer plain(
      loop_, own_,
      {.plain_features =
           "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"});
  Probed probed = ask(plain);
  EXPECT_EQ(probed.reached, Reached::features);
  EXPECT_FALSE(probed.offers_tls);
  EXPECT_EQ(probed.plain_mechanisms, std::vector<std::string>{"PLAIN"});
  XmppPeer refusing(loop_, own_, {.proceed = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"});
  EXPECT_EQ(ask(refusing).error, "it offers STARTTLS and refuses it");
  XmppPeer direct(loop_, own_, {.is_direct = true});
  EXPECT_EQ(ask(direct, 0).reached, Reached::connection);
  XmppPeer elsewhere(
      loop_, own_,
      {.raw = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
              "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"});
  EXPECT_EQ(ask(elsewhere).error, "it ended the stream: host-unknown");
}

TEST_F(StreamProbing, NobodyIsThere) {
  uint16_t port = 0;
  {
    XmppPeer gone(loop_, own_);
    port = gone.port();
  }
  start(port);
  const Probed probed = await();
  EXPECT_EQ(probed.reached, Reached::nothing);
  EXPECT_FALSE(probed.is_unreachable_from_here);
  EXPECT_FALSE(probed.error.empty());
}

TEST_F(StreamProbing, TheGuardKeepsItAway) {
  XmppPeer peer(loop_, own_);
  start(peer.port(), 0, net::AddressGuard::public_only());
  EXPECT_EQ(await().reached, Reached::nothing);
  EXPECT_EQ(peer.clients(), 0U);
}

TEST_F(StreamProbing, APeerThatIsSilentHasItsTime) {
  XmppPeer peer(loop_, own_, {.is_silent = true});
  start(peer.port());
  while (peer.heard().empty()) loop_.run_once(1000);
  EXPECT_FALSE(told_);
  clock_.advance_ms(StreamProbe::timeout_ms + 100);
  const Probed probed = await();
  EXPECT_EQ(probed.reached, Reached::connection);
  EXPECT_EQ(probed.error, "it did not answer in time");
}

TEST_F(StreamProbing, EndlessFeaturesEnd) {
  const std::string header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
  std::string many, elements, mechanisms;
  for (int i = 0; i < 100'000; ++i) many += "<a/>";
  for (int i = 0; i < 100; ++i) elements += "<a/>";
  for (int i = 0; i < 400; ++i) mechanisms += "<mechanism>X-" + std::to_string(i) + "</mechanism>";
  for (const std::string& raw :
       {header + "<stream:features>" + many, header + elements, header + std::string(300'000, ' '),
        header + "<stream:features><!DOCTYPE a>", std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
        std::string("\x15\x03\x01\x00\x02\x02\x16", 7), header + "</stream:stream>"}) {
    XmppPeer peer(loop_, own_, {.raw = raw});
    const Probed probed = ask(peer);
    EXPECT_EQ(probed.reached, Reached::connection) << raw.substr(0, 120);
    EXPECT_FALSE(probed.error.empty());
    EXPECT_LE(probed.error.size(), 400U);
  }
  XmppPeer wordy(loop_, own_,
                 {.features = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + mechanisms + "</mechanisms>"});
  EXPECT_EQ(ask(wordy).mechanisms.size(), 32U);
}

TEST_F(StreamProbing, WordsBehindFeaturesAreNotTakenForThoseOfTls) {
  XmppPeer eager(
      loop_, own_,
      {.raw = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><stream:features>"
              "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
              "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><stream:features/>"});
  const Probed probed = ask(eager);
  EXPECT_EQ(probed.reached, Reached::features);
  EXPECT_EQ(probed.error, "it went on to TLS before it was asked");
}

TEST_F(StreamProbing, DestroyingItEndsIt) {
  XmppPeer peer(loop_, own_, {.is_silent = true});
  start(peer.port());
  while (peer.heard().empty()) loop_.run_once(1000);
  probe_.reset();
  clock_.advance_ms(StreamProbe::timeout_ms + 100);
  for (int i = 0; i < 5; ++i) loop_.run_once(0);
  EXPECT_FALSE(told_);
}

}  // namespace
}  // namespace teahouse::survey::stream_probe_test
