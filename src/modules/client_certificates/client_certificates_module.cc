#include "modules/client_certificates/client_certificates_module.h"

#include <algorithm>

#include "account/accounts.h"
#include "crypto/client_certificate.h"
#include "crypto/encoding.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

// Base64 with the line breaks that clients put into it.
std::optional<std::string> parse_der(const std::string& text) {
  std::string bare;
  std::ranges::remove_copy_if(text, std::back_inserter(bare),
                              [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  auto der = crypto::parse_base64(bare);
  if (!der) return std::nullopt;
  return *std::move(der);
}

void write_item(xml::Writer& writer, const ListedCertificate& certificate, const Resident* resident) {
  writer.open("item").leaf("name", certificate.name).leaf("x509cert", crypto::to_base64(certificate.der));
  if (!certificate.may_manage) writer.open("no-cert-management").close();
  bool is_used = false;
  const uint64_t number = certificate_number(certificate.sha256);
  if (resident) {
    for (const auto& session : resident->sessions()) {
      if (session->certificate() != number) continue;
      if (!std::exchange(is_used, true)) writer.open("users");
      writer.leaf("resource", session->jid().resourcepart());
    }
  }
  if (is_used) writer.close();
  writer.close();
}

}  // namespace

const ModuleInfo& ClientCertificatesModule::info() const {
  static const ModuleInfo info{
      .name = "client_certificates",
      .summary = "Certificates by which a user's clients sign in without a password, for their owner.",
      .xeps = {{178, "1.2", "Best Practices for Use of SASL EXTERNAL with Certificates",
                "of clients, by the certificates that users append; none that an authority vouches for"},
               {257, "0.3", "Client Certificate Management for SASL EXTERNAL",
                "a full address in a certificate does not choose the resource"}},
      .host_features = {ns::saslcert},
      .signs_in_by_certificate = true,
      .is_optional = true};
  return info;
}

void ClientCertificatesModule::attach(ModuleContext& context) {
  context_ = &context;
  const auto on = [this](StanzaType type, std::string_view name, std::function<void(const IqRequest&)> answer) {
    context_->on_iq(IqTarget::own_account, type, name, ns::saslcert, [this, answer](const IqRequest& iq) {
      const SessionStream* stream = iq.session->stream();
      if (stream && stream->is_private()) return answer(iq);
      context_->reply_error(iq.stanza, {ErrorKind::not_acceptable, "Certificates are managed over TLS alone."});
    });
  };
  on(StanzaType::get, "items", [this](const IqRequest& iq) { spawn(list(*context_, make_asking(iq))); });
  on(StanzaType::set, "append", [this](const IqRequest& iq) { append(iq); });
  on(StanzaType::set, "disable", [this](const IqRequest& iq) { remove(iq, End::of_certificate); });
  on(StanzaType::set, "revoke", [this](const IqRequest& iq) { remove(iq, End::of_sessions_too); });
}

ClientCertificatesModule::Asking ClientCertificatesModule::make_asking(const IqRequest& iq) {
  const CertificateAuthor author{iq.resident->incarnation(), iq.session->certificate()};
  return {iq.host->tenant, iq.resident->jid(), author, iq.session->number(), iq.stanza};
}

void ClientCertificatesModule::append(const IqRequest& iq) {
  if (iq.session->is_by_site()) {
    return context_->reply_error(iq.stanza,
                                 {ErrorKind::forbidden,
                                  "This client is signed in by the site that the account is of, and as long as "
                                  "that says: it can't append a certificate."});
  }
  auto der = parse_der(iq.query.child_text("x509cert", ns::saslcert));
  if (!der) return context_->reply_error(iq.stanza, {ErrorKind::bad_request, "The certificate is not base64."});
  ListedCertificate certificate{std::string(xml::trim(iq.query.child_text("name", ns::saslcert))), *std::move(der),
                                !iq.query.child("no-cert-management", ns::saslcert)};
  spawn(append_by(*context_, make_asking(iq), std::move(certificate)));
}

void ClientCertificatesModule::remove(const IqRequest& iq, End end) {
  spawn(remove_by(*context_, make_asking(iq), std::string(xml::trim(iq.query.child_text("name", ns::saslcert))), end));
}

Task<void> ClientCertificatesModule::list(ModuleContext& context, Asking asking) {
  const std::string localpart(asking.account.localpart());
  const auto listed = co_await context.accounts().certificates().list(context.loop(), asking.tenant->id, localpart);
  if (!listed) {
    context.reply_error(asking.request, listed.error());
    co_return;
  }
  const Resident* resident = context.find_resident(*asking.tenant, asking.account.str());
  std::string payload;
  xml::Writer writer(payload);
  writer.open("items", ns::saslcert);
  for (const ListedCertificate& each : *listed) write_item(writer, each, resident);
  writer.close();
  context.reply(asking.request, std::move(payload));
}

// Whether the client may change the list; if not, it has been told so. The certificate that signed it in may be gone
// from the list since: then nothing says any more that it may.
Task<bool> ClientCertificatesModule::may_manage(ModuleContext& context, const Asking& asking) {
  if (asking.author.certificate == 0) co_return true;
  const std::string localpart(asking.account.localpart());
  const auto listed = co_await context.accounts().certificates().list(context.loop(), asking.tenant->id, localpart);
  if (!listed) {
    context.reply_error(asking.request, listed.error());
    co_return false;
  }
  const bool may = may_change(*listed, asking.author.certificate);
  if (!may) {
    context.reply_error(asking.request,
                        {ErrorKind::forbidden, "The certificate that signed this client in may not change the list."});
  }
  co_return may;
}

Task<void> ClientCertificatesModule::append_by(ModuleContext& context, Asking asking, ListedCertificate certificate) {
  const bool may = co_await may_manage(context, asking);
  if (!may) co_return;
  const auto appended = co_await context.accounts().certificates().append(
      context.loop(), asking.tenant->id, asking.account, asking.author, std::move(certificate));
  if (appended) {
    context.reply(asking.request, {});
  } else {
    context.reply_error(asking.request, appended.error());
  }
}

Task<void> ClientCertificatesModule::remove_by(ModuleContext& context, Asking asking, std::string name, End end) {
  const bool may = co_await may_manage(context, asking);
  if (!may) co_return;
  const std::string localpart(asking.account.localpart());
  const auto removed =
      co_await context.accounts().certificates().remove(context.loop(), asking.tenant->id, localpart, std::move(name));
  if (!removed) {
    context.reply_error(asking.request, removed.error());
    co_return;
  }
  context.accounts().devices().logins().end(asking.tenant->id, localpart, *removed);
  // The client may be one of those that are signed out: it hears so before its stream ends.
  if (Session* session = context.find_session(asking.session)) {
    session->deliver(Stanza::make_reply(asking.request, StanzaType::result, {}));
  }
  if (end == End::of_sessions_too) context.end_certificate_sessions(asking.account, certificate_number(*removed));
}

}  // namespace teahouse
