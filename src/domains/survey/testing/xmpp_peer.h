// XmppPeer: a server of XMPP as far as a survey sees it, on 127.0.0.1 and the test's loop, with the tricks of hostile
// ones. Issued: an authority and the certificates that it issues.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/encoding.h"
#include "crypto/x509.h"
#include "net/connection.h"
#include "net/listener.h"
#include "net/tls.h"
#include "net/tls_client.h"

namespace teahouse::survey::testing {

constexpr int64_t day_s = 86'400;

// The certificates of a PEM text, in DER.
inline std::vector<std::string> ders_of(std::string_view pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----", end = "-----END CERTIFICATE-----";
  std::vector<std::string> ders;
  for (size_t at = pem.find(begin); at != pem.npos; at = pem.find(begin, at)) {
    const size_t until = pem.find(end, at);
    std::string text(pem.substr(at + begin.size(), until - at - begin.size()));
    std::erase(text, '\n');
    ders.push_back(*crypto::parse_base64(text));
    at = until;
  }
  return ders;
}

class Issued {
 public:
  explicit Issued(int64_t now_s)
      : now_s_(now_s), ca_(*crypto::make_local_ca("An authority", now_s - 100 * day_s, 400)) {
    const std::string file =
        ::testing::TempDir() + "survey-" + std::to_string(reinterpret_cast<uintptr_t>(this)) + ".pem";
    std::ofstream(file) << ca_.certificate_pem;
    trust_ = *net::TlsTrust::make(file);
    std::remove(file.c_str());
  }
  // Good from a day ago on; over in `days`.
  crypto::CertificateAndKey issue(const std::vector<std::string>& names, int days = 60) const {
    return *crypto::issue_certificate(ca_, names, now_s_ - 30 * day_s, 30 + days);
  }
  const std::string& authority_pem() const { return ca_.certificate_pem; }
  const net::TlsTrust& trust() const { return trust_; }

 private:
  int64_t now_s_;
  crypto::CertificateAndKey ca_;
  net::TlsTrust trust_ = net::TlsTrust::nobody();
};

class XmppPeer {
 public:
  struct Ways {
    std::string plain_features = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
    std::string proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    std::string features =
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism>"
        "<mechanism>SCRAM-SHA-1-PLUS</mechanism></mechanisms>"
        "<dialback xmlns='urn:xmpp:features:dialback'/>";
    std::string raw;  // said instead of the first header and its features
    bool is_silent = false;
    bool is_direct = false;
  };

  XmppPeer(net::Loop& loop, const crypto::CertificateAndKey& own) : XmppPeer(loop, own, Ways()) {}
  XmppPeer(net::Loop& loop, const crypto::CertificateAndKey& own, Ways ways) : ways_(std::move(ways)) {
    EXPECT_TRUE(contexts_.set_fallback(own.certificate_pem, own.key_pem));
    listener_ = *net::Listener::listen(loop, "127.0.0.1:0", [this](std::unique_ptr<net::Connection> accepted) {
      clients_.push_back(std::make_unique<Client>(*this, std::move(accepted)));
    });
  }
  uint16_t port() const { return listener_->port(); }
  size_t clients() const { return clients_.size(); }
  // All that the clients have said, under TLS too.
  std::string heard() const {
    std::string all;
    for (const auto& each : clients_) all += each->got;
    return all;
  }

 private:
  struct Client final : net::Connection::Events {
    Client(XmppPeer& owner, std::unique_ptr<net::Connection> taken) : peer(owner), connection(std::move(taken)) {
      if (peer.ways_.is_direct) connection->start_tls(peer.contexts_, {"xmpp-client", "xmpp-server"});
      connection->start(*this);
    }
    void on_bytes(std::string_view bytes) override {
      got += bytes;
      if (peer.ways_.is_silent) return;
      if (bytes.find("<starttls") != bytes.npos) {
        connection->send(peer.ways_.proceed);
        if (peer.ways_.proceed.starts_with("<proceed")) connection->start_tls(peer.contexts_, {});
        return;
      }
      if (bytes.find("<stream:stream") == bytes.npos) return;
      if (!peer.ways_.raw.empty()) return connection->send(peer.ways_.raw);
      const bool is_server = bytes.find("jabber:server") != bytes.npos;
      connection->send(
          "<?xml version='1.0'?><stream:stream xmlns='" + std::string(is_server ? "jabber:server" : "jabber:client") +
          "' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'><stream:features>" +
          (connection->is_secure() ? peer.ways_.features : peer.ways_.plain_features) + "</stream:features>");
    }
    void on_closed(std::string_view) override {}
    XmppPeer& peer;
    std::unique_ptr<net::Connection> connection;
    std::string got;
  };

  const Ways ways_;
  net::TlsContexts contexts_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace teahouse::survey::testing
