#include "modules/api_token/api_token_module.h"

#include "account/accounts.h"
#include "account/session_token.h"
#include "base/clock.h"
#include "xml/writer.h"

namespace teahouse {
namespace {

constexpr char ns[] = "urn:teahouse:api-token:0";

bool is_offered(const Tenant& tenant) { return tenant.device_days > 0; }

Task<void> answer(const ModuleContext& context, TenantPtr tenant, std::string localpart, Stanza request) {
  const auto account = co_await context.accounts().find(context.loop(), tenant, std::move(localpart));
  const auto made = account ? context.session_token(*tenant, *account) : Result<SessionToken>(account.error());
  if (!made) co_return context.reply_error(request, made.error());
  std::string payload;
  xml::Writer writer(payload);
  writer.open("token", ns).attribute("expires", format_time(made->expires_ms)).text(made->token).close();
  context.reply(request, std::move(payload));
}

}  // namespace

const ModuleInfo& ApiTokenModule::info() const {
  static const ModuleInfo info{.name = "api_token",
                               .summary = "Tokens by which sessions of a site's users call the HTTP API.",
                               .account_features = {{ns, is_offered}},
                               .is_optional = true};
  return info;
}

void ApiTokenModule::attach(ModuleContext& context) {
  context.on_iq(IqTarget::own_account, StanzaType::get, "token", ns, [&context](const IqRequest& iq) {
    spawn(answer(context, iq.host->tenant, std::string(iq.resident->jid().localpart()), iq.stanza));
  });
}

}  // namespace teahouse
