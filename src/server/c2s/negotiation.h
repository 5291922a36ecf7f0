// Negotiation: what a stream and its client agree on before the client is anybody: TLS, an account made in band, and
// who the client is, by either profile of SASL. It ends in an Identity, and does not say yet that the login succeeded.
//
// Thread: the loop that accepted the stream.
// Limits: Login's.
// Spec: RFC 6120 sections 5 and 6, XEP-0388, XEP-0077.
#pragma once

#include <string>

#include "account/invites.h"
#include "server/c2s/clients.h"
#include "server/c2s/login.h"
#include "server/c2s/xml_stream.h"

namespace teahouse::c2s {

class Negotiation final : private Login::Events {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_identity(const Identity& identity) = 0;
    // The answer to an iq, now or later, and maybe too late.
    virtual void on_answer(Stanza answer) = 0;
    // The time for the client's next step begins; one who was refused has longer.
    virtual void start_clock(bool was_refused) = 0;
    virtual void stop_clock() = 0;
  };
  Negotiation(Clients& clients, XmlStream& stream, Events& events);

  void use(HostPtr host);
  // The address in the header of the client's stream, of which nothing is proved.
  void set_from(std::string bare_jid) { from_ = std::move(bare_jid); }
  // Now; or, to a client that has shown a certificate, when it is known whether an account of the host has it: nothing
  // is read before.
  void send_features();
  void on_element(const xml::Document& document);
  // The client has gone.
  void stop() { login_.give_up(); }

  static std::string make_success(const Identity& identity);

 private:
  // Login::Events
  void on_challenge(const std::string& data) override;
  void on_failure(const sasl::Failure& failure) override;
  void on_task(std::string xml) override { stream_.send(std::move(xml)); }
  void on_identity(const Identity& identity) override;
  void on_delay() override { events_.stop_clock(); }
  void hold() override { stream_.transport().hold(); }
  void release() override { stream_.transport().release(); }
  bool is_over() const override { return stream_.is_over(); }
  std::shared_ptr<void> share() override { return stream_.share(); }

  void on_auth(const xml::Element& auth);
  void on_authenticate(const xml::Document& authenticate);
  bool is_answer(const xml::Element& element) const;
  bool on_unauthenticated_iq(const xml::Element& element);
  sasl::Offer offer() const;
  void write_features();
  static Task<void> look_for_accounts(std::shared_ptr<void> kept, Negotiation* self, std::string certificate);
  bool needs_tls() const { return stream_.is_plain() && clients_.options().require_tls; }

  Clients& clients_;
  XmlStream& stream_;
  Events& events_;
  HostPtr host_;
  std::string from_;
  InvitePtr invite_;
  std::string certificate_;     // that its client showed, and an account of the host has; empty: none
  bool offers_sha512_ = false;  // as its client has been told, also where that changes meanwhile
  Sasl2RequestPtr request_;     // of the last attempt; null: that was none of SASL2
  Login login_;
};

}  // namespace teahouse::c2s
