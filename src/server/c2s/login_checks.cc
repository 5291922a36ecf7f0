// The lookups and checks that a login's mechanism asks for, and what is kept of a device: tasks that wait for other
// threads. Meanwhile the client is held (Login::wait); one that has gone, or has begun anew, is not answered.
#include <algorithm>
#include <utility>

#include "account/client_certificates.h"
#include "account/device_id.h"
#include "account/site_token.h"
#include "base/log.h"
#include "base/peer_error.h"
#include "server/c2s/login.h"

namespace teahouse::c2s {
namespace {

// A good token can still find no room for one more account in the plan, or its account disabled; a password no room in
// the queue.
sasl::Condition condition_of(const Error& error) {
  if (error.kind == ErrorKind::forbidden) return sasl::Condition::account_disabled;
  return error.kind == ErrorKind::not_authorized ? sasl::Condition::not_authorized
                                                 : sasl::Condition::temporary_auth_failure;
}

}  // namespace

Task<void> Login::provide_keys(LoginPtr self, std::string account) {
  Home& home = self->home_;
  const auto keys = co_await home.shared().accounts.load_keys(home.loop(), self->host_->tenant, account);
  if (!self->is_waited_for()) co_return;
  if (keys) {
    self->ground_.password_salt = keys->salt;
    if (sasl::may_add_sha512(*keys)) self->older_keys_ = *keys;
    self->advance(self->mechanism_->provide(*keys));
  } else if (keys.error().kind == ErrorKind::item_not_found) {
    self->advance(self->mechanism_->provide(std::nullopt));
  } else {  // nobody knows whether the password is wrong
    self->fail({sasl::Condition::temporary_auth_failure, for_peer(keys.error()).text});
  }
  self->events_.release();
}

Task<void> Login::verify_secret(LoginPtr self, sasl::VerifySecret secret) {
  Home& home = self->home_;
  bool good = false;
  auto condition = sasl::Condition::not_authorized;
  std::string why;
  const std::string account = account_named(*self->host_, secret.authcid);
  if (const std::string token = find_site_token(secret.secret); !token.empty()) {
    const auto user = co_await sign_in(home.loop(), home.shared().accounts, self->host_->tenant, home.shared().keys,
                                       token, home.clock().wall_ms());
    const auto noted = user ? self->note_ground(*user) : Result<void>(user.error());
    good = noted && user->localpart == account;
    self->is_by_site_ = good;
    if (!noted) why = for_peer(noted.error()).text;
    if (!noted) condition = condition_of(noted.error());
    if (noted && !good) why = "The token is for another user.";
  } else {
    const auto checked =
        co_await home.shared().accounts.check_password(home.loop(), self->host_->tenant, account, secret.secret);
    good = checked.has_value();
    if (good) self->ground_.password_salt = *checked;
    if (!good) condition = condition_of(checked.error());
    if (condition == sasl::Condition::temporary_auth_failure) why = for_peer(checked.error()).text;
  }
  if (!self->is_waited_for()) co_return;
  self->advance(good ? self->mechanism_->accept(secret.authcid) : self->mechanism_->refuse(condition, why));
  self->events_.release();
}

Task<void> Login::verify_token(LoginPtr self, sasl::VerifyToken token) {
  Home& home = self->home_;
  const auto user = co_await sign_in(home.loop(), home.shared().accounts, self->host_->tenant, home.shared().keys,
                                     token.token, home.clock().wall_ms());
  if (!self->is_waited_for()) co_return;
  const auto noted = user ? self->note_ground(*user) : Result<void>(user.error());
  self->is_by_site_ = noted.has_value();
  self->advance(noted ? self->mechanism_->accept(user->localpart)
                      : self->mechanism_->refuse(condition_of(noted.error()), for_peer(noted.error()).text));
  self->events_.release();
}

// A guest's token is the server's own and is renewed at the API: no device stands for it. Errors: not_authorized for a
// session's token, which would make the site's word last for ever.
Result<void> Login::note_ground(const SignedInUser& user) {
  if (user.of_session)
    return Error{ErrorKind::not_authorized, "This token is for calls of the API; nobody logs in by it."};
  if (!user.is_guest) ground_ = {.signer = user.signer, .incarnation = user.incarnation};
  return {};
}

// The mechanism for which a token is asked for, and may be given; empty: none.
std::string Login::wanted_token() const {
  const std::string_view wanted = request_->wanted_token();
  const auto offered = sasl::offered_token_mechanisms(offer_);
  return std::ranges::find(offered, wanted) == offered.end() ? std::string() : std::string(wanted);
}

// Its login is under way from here.
DeviceClient Login::name_device(const std::string& account) {
  const UserAgent& agent = request_->user_agent();
  const Shared& shared = home_.shared();
  DeviceClient device{make_device_id(shared.fake_salt_secret, account + '@' + host_->domain, agent.id), agent.software,
                      agent.device};
  device_login_ = shared.accounts.devices().logins().begin(host_->tenant->id, account, device.id);
  return device;
}

Task<void> Login::verify_proof(LoginPtr self, sasl::VerifyProof proof) {
  Home& home = self->home_;
  const std::string account = account_named(*self->host_, proof.authcid);
  self->removals_ = count_removals(home.shared(), *self->host_, account);
  DeviceClient device = self->name_device(account);
  TokenProof token{proof.mechanism,          proof.proof,         proof.binding, self->fast_->count,
                   self->fast_->invalidates, self->wanted_token()};
  auto login = co_await home.shared().accounts.devices().sign_in(
      home.loop(), self->host_->tenant->id, account, std::move(device), std::move(token),
      home.shared().device_keep_ms(), self->host_->tenant->site_device_keep_ms());
  if (!self->is_waited_for()) co_return;
  if (login) {
    self->token_ = std::move(login->token);
    self->is_by_site_ = login->by_site;
    self->advance(self->mechanism_->accept(proof.authcid, login->server_data));
  } else {
    const Error& error = login.error();
    const bool has_expired = error.kind == ErrorKind::gone;
    self->advance(self->mechanism_->refuse(has_expired ? sasl::Condition::credentials_expired : condition_of(error),
                                           for_peer(error).text));
  }
  self->events_.release();
}

// XEP-0178: the account that the client names; else the one account that has the certificate.
std::variant<std::string, sasl::Failure> Login::choose_account(const std::vector<std::string>& owners,
                                                               const std::string& authzid) const {
  using sasl::Condition, sasl::Failure;
  if (owners.empty()) return Failure{Condition::not_authorized, "No account has this certificate any more.", {}};
  const std::string& wanted = authzid.empty() ? from_ : authzid;
  if (wanted.empty()) {
    if (owners.size() == 1) return owners[0];
    return Failure{Condition::invalid_authzid, "Several accounts have this certificate: say by the authzid which.", {}};
  }
  const auto jid = BareJid::parse(wanted);
  if (jid && jid->domainpart() == host_->domain) {
    const std::string account = account_named(*host_, std::string(jid->localpart()));
    if (std::ranges::find(owners, account) != owners.end()) return account;
  }
  return Failure{Condition::invalid_authzid, "This certificate is not of the account " + wanted + ".", {}};
}

// It is looked for twice: one that is revoked after the second look ends the login that is under way by then.
Task<void> Login::verify_certificate(LoginPtr self, sasl::VerifyCertificate wish) {
  Home& home = self->home_;
  Accounts& accounts = home.shared().accounts;
  const TenantId tenant = self->host_->tenant->id;
  const std::string shown = self->offer_.certificate;
  auto owners = co_await accounts.certificates().find_accounts(home.loop(), tenant, shown);
  std::variant<std::string, sasl::Failure> chosen;
  if (owners) chosen = self->choose_account(*owners, wish.authzid);
  if (const auto* account = std::get_if<std::string>(&chosen); owners && account) {
    self->certificate_ = shown;
    self->removals_ = count_removals(home.shared(), *self->host_, *account);
    self->device_login_ = accounts.devices().logins().begin(tenant, *account, shown);
    owners = co_await accounts.certificates().find_accounts(home.loop(), tenant, shown);
    if (owners) chosen = self->choose_account(*owners, *account + '@' + self->host_->domain);
  }
  if (!self->is_waited_for()) co_return;
  if (!owners) {
    self->fail({sasl::Condition::temporary_auth_failure, for_peer(owners.error()).text, {}});
  } else if (const auto* failure = std::get_if<sasl::Failure>(&chosen)) {
    self->advance(self->mechanism_->refuse(failure->condition, failure->text));
  } else {
    self->advance(self->mechanism_->accept(std::get<std::string>(chosen)));
  }
  self->events_.release();
}

// A disk that takes nothing lets the device in without a token.
Task<void> Login::keep_device(LoginPtr self, Identity identity) {
  Home& home = self->home_;
  const std::string account(identity.account.localpart());
  DeviceClient device = self->name_device(account);
  identity.login = self->device_login_;
  auto kept = co_await home.shared().accounts.devices().keep(
      home.loop(), self->host_->tenant->id, account, std::move(device), self->ground_, self->wanted_token(),
      home.shared().device_keep_ms(), self->host_->tenant->site_device_keep_ms());
  if (!kept) log::warning("c2s", "A device was not kept", {{"why", kept.error().text}});
  if (kept) identity.token = std::move(*kept);
  if (!self->events_.is_over()) self->events_.on_identity(identity);
  self->events_.release();
}

// A task that failed is a login that failed (XEP-0388 section 2.6.3): one whose keys a disk did not take, too.
Task<void> Login::complete_keys(LoginPtr self, sasl::ScramKeys keys) {
  Home& home = self->home_;
  const sasl::ScramKeys old = self->upgrade_->keys();
  const std::string account(self->upgrade_->identity().account.localpart());
  const auto completed =
      co_await home.shared().accounts.complete_keys(home.loop(), self->host_->tenant, account, old, std::move(keys));
  if (!self->events_.is_over() && self->upgrade_) {
    Identity identity = self->upgrade_->identity();
    identity.success_data.clear();  // told before the task
    self->upgrade_.reset();
    if (!completed) {
      self->fail({condition_of(completed.error()), for_peer(completed.error()).text});
    } else if (const auto disabled = self->find_disabled(identity.account)) {
      self->fail(*disabled);
    } else {
      self->finish(std::move(identity));
    }
  }
  self->events_.release();
}

}  // namespace teahouse::c2s
