// ClientCertificatesModule: XEP-0257, the list of the certificates by which an account's clients sign in.
//
// A client that signed in by a certificate with <no-cert-management/> reads the list, and changes nothing; one that
// signed in by a site token appends nothing, for the site says how long that is good (docs/decisions/0034). A revoked
// certificate ends the sessions that it signed in; a disabled one leaves them.
//
// Errors: as ClientCertificates has them; forbidden for a client that may not change the list, not_acceptable for one
// whose stream is not private.
// Thread: its home loop.
// Limits: ClientCertificates'.
#pragma once

#include "account/client_certificates.h"
#include "server/module_context.h"

namespace teahouse {

class ClientCertificatesModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  enum class End { of_certificate, of_sessions_too };
  // A client that asks, as far as it is needed after a wait.
  struct Asking {
    TenantPtr tenant;
    BareJid account;
    CertificateAuthor author;
    uint64_t session;
    Stanza request;
  };
  void append(const IqRequest& iq);
  void remove(const IqRequest& iq, End end);
  static Asking make_asking(const IqRequest& iq);
  static Task<void> list(ModuleContext& context, Asking asking);
  static Task<void> append_by(ModuleContext& context, Asking asking, ListedCertificate certificate);
  static Task<void> remove_by(ModuleContext& context, Asking asking, std::string name, End end);
  static Task<bool> may_manage(ModuleContext& context, const Asking& asking);

  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
