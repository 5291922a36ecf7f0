#include "server/c2s/login.h"

#include <algorithm>
#include <utility>

#include "account/client_certificates.h"
#include "account/device_id.h"
#include "account/site_token.h"
#include "base/log.h"
#include "base/peer_error.h"

namespace teahouse::c2s {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

// A good token can still find no room for one more account in the plan, a password no room in the queue.
sasl::Condition condition_of(const Error& error) {
  return error.kind == ErrorKind::not_authorized ? sasl::Condition::not_authorized
                                                 : sasl::Condition::temporary_auth_failure;
}

}  // namespace

void Login::begin(std::string_view mechanism, sasl::Offer offer, std::optional<std::string_view> initial,
                  std::string from, Sasl2RequestPtr request) {
  checker_.check();
  give_up();
  from_ = std::move(from);
  request_ = std::move(request);
  fast_.reset();
  certificate_.clear();
  is_by_site_ = false;
  ground_ = {};
  older_keys_.reset();
  device_login_.reset();
  token_.reset();
  if (host_->tenant->suspended) return fail({sasl::Condition::account_disabled, host_->tenant->suspend_reason});
  offer.saw_plus = saw_plus_;
  offer_ = std::move(offer);
  auto made = make(mechanism, offer_);
  if (const auto* failure = std::get_if<sasl::Failure>(&made)) return fail(*failure);
  mechanism_ = std::move(std::get<std::unique_ptr<sasl::Mechanism>>(made));
  if (!initial) return advance(mechanism_->start());
  const auto data = parse(*initial);
  if (!data) return fail({sasl::Condition::incorrect_encoding, "The initial response is not base64."});
  advance(mechanism_->step(*data));
}

std::variant<std::unique_ptr<sasl::Mechanism>, sasl::Failure> Login::make(std::string_view mechanism,
                                                                          const sasl::Offer& offer) {
  const auto fast = request_ ? request_->fast() : std::nullopt;
  if (!fast) return sasl::make_mechanism(mechanism, offer);
  if (!*fast) return sasl::Failure{sasl::Condition::malformed_request, fast->error().text};
  if (request_->user_agent().id.empty()) {
    return sasl::Failure{sasl::Condition::malformed_request, "A token is a device's: give the id of your user-agent."};
  }
  fast_ = **fast;
  return sasl::make_token_mechanism(mechanism, offer);
}

std::optional<std::string> Login::parse(std::string_view data) const {
  return request_ ? sasl::parse_sasl2_data(data) : sasl::parse_client_data(data);
}

void Login::respond(std::string_view text) {
  checker_.check();
  const auto data = parse(text);
  if (!data) return fail({sasl::Condition::incorrect_encoding, "The response is not base64."});
  advance(mechanism_->step(*data));
}

void Login::advance(sasl::Step step) {
  std::visit(Overloaded{
                 [this](const sasl::Challenge& challenge) { events_.on_challenge(challenge.data); },
                 [this](const sasl::NeedCredentials& need) {
                   const std::string account = account_named(*host_, need.authcid);
                   if (take_turn(account)) wait(provide_keys(share(), account));
                 },
                 [this](const sasl::VerifySecret& secret) {
                   // Nobody guesses a signature: what expired is no sign of an attack.
                   const bool is_token = !find_site_token(secret.secret).empty();
                   if (is_token || take_turn(account_named(*host_, secret.authcid)))
                     wait(verify_secret(share(), secret));
                 },
                 [this](const sasl::VerifyToken& token) { wait(verify_token(share(), token)); },
                 // No more than a signature: nobody guesses a token of 256 bits.
                 [this](const sasl::VerifyProof& proof) { wait(verify_proof(share(), proof)); },
                 // As little: its key is with the client.
                 [this](const sasl::VerifyCertificate& wish) { wait(verify_certificate(share(), wish)); },
                 [this](const sasl::Success& success) { succeed(success); },
                 [this](const sasl::Failure& failure) { fail(failure); },
             },
             step);
}

void Login::wait(Task<void> work) {
  events_.hold();
  spawn(std::move(work));
}

// Whether one more password may be tried. If not, the client has been told so.
bool Login::take_turn(const std::string& account) {
  if (home_.shared().throttle.take(host_->tenant->id, account, address_)) {
    tried_ = account;
    removals_ = count_removals(home_.shared(), *host_, account);
    return true;
  }
  fail({sasl::Condition::temporary_auth_failure, "Too many failed logins; wait some minutes."});
  return false;
}

void Login::give_up() {
  timer_.stop();
  upgrade_.reset();
  const std::string tried = std::exchange(tried_, {});
  if (std::exchange(mechanism_, nullptr) && !tried.empty()) {
    home_.shared().throttle.failed(host_->tenant->id, tried, address_);
  }
}

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

bool Login::may_keep_device() const {
  if (home_.shared().device_days == 0) return false;
  return !ground_.password_salt.empty() || (ground_.signer != 0 && host_->tenant->device_days > 0);
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

// A wrong password is answered later and later; the client is held meanwhile.
void Login::fail(const sasl::Failure& failure) {
  mechanism_.reset();
  upgrade_.reset();
  if (!failure.saw_plus.empty()) saw_plus_ = failure.saw_plus;
  LoginThrottle& throttle = home_.shared().throttle;
  const std::string tried = std::exchange(tried_, {});
  int64_t delay_ms = 0;
  if (!tried.empty() && failure.condition == sasl::Condition::not_authorized) {
    ++wrong_secrets_;
    throttle.failed(host_->tenant->id, tried, address_);
    delay_ms = throttle.delay_ms(host_->tenant->id, tried, address_);
  } else if (!tried.empty()) {
    throttle.give_back(host_->tenant->id, tried, address_);
  }
  if (delay_ms <= 0) return refuse(failure);
  events_.hold();
  events_.on_delay();
  timer_ = home_.loop().start_timer(delay_ms, [self = share(), failure] {
    // To refuse may end the stream, and with that the timer and what it holds.
    const LoginPtr kept = self;             // NOLINT(performance-unnecessary-copy-initialization)
    const sasl::Failure refusal = failure;  // NOLINT(performance-unnecessary-copy-initialization)
    kept->refuse(refusal);
    kept->events_.release();
  });
}

void Login::refuse(const sasl::Failure& failure) {
  ++attempts_;
  if (!events_.is_over()) events_.on_failure(failure);
}

void Login::succeed(const sasl::Success& success) {
  const auto named = BareJid::make(success.authcid, host_->domain);
  const auto account = BareJid::make(account_named(*host_, success.authcid), host_->domain);
  if (!named || !account) return fail({sasl::Condition::not_authorized, ""});
  if (host_->tenant->suspended) {  // since the mechanism began
    return fail({sasl::Condition::account_disabled, host_->tenant->suspend_reason});
  }
  if (!sasl::may_act_as(success.authzid, *account) && !sasl::may_act_as(success.authzid, *named)) {
    return fail({sasl::Condition::invalid_authzid, "An account acts for itself only."});
  }
  if (!sasl::may_act_as(from_, *account) && !sasl::may_act_as(from_, *named)) {
    return fail({sasl::Condition::invalid_authzid, "The stream's header says that it is from another address."});
  }
  mechanism_.reset();
  const std::string tried = std::exchange(tried_, {});
  // A token names its account only now, and another spelling may have led to it.
  if (tried != account->localpart() && !fast_ && certificate_.empty()) {
    removals_ = count_removals(home_.shared(), *host_, std::string(account->localpart()));
  }
  if (!tried.empty()) home_.shared().throttle.succeeded(host_->tenant->id, tried, address_);
  const Identity identity{*account,
                          removals_,
                          success.server_data,
                          nullptr,
                          {},
                          device_login_,
                          token_,
                          certificate_.empty() ? 0 : certificate_number(certificate_),
                          is_by_site_};
  if (!begin_task(identity)) finish(identity);
}

// Whether the client has a task first: to complete its account's keys, where it has asked for that and they are the
// older ones. They have proved that it has the password.
bool Login::begin_task(const Identity& identity) {
  if (!older_keys_ || !request_ || !request_->wants_upgrade(Upgrade::task)) return false;
  upgrade_ = std::make_unique<Upgrade>(identity, *std::exchange(older_keys_, std::nullopt));
  events_.on_task(upgrade_->make_continue());
  return true;
}

void Login::on_task(const xml::Element& element) {
  checker_.check();
  auto answer = upgrade_->on_element(element);
  if (const auto* failure = std::get_if<sasl::Failure>(&answer)) return fail(*failure);
  if (auto* xml = std::get_if<std::string>(&answer)) return events_.on_task(std::move(*xml));
  wait(complete_keys(share(), std::get<sasl::ScramKeys>(std::move(answer))));
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
    } else if (self->host_->tenant->suspended) {
      self->fail({sasl::Condition::account_disabled, self->host_->tenant->suspend_reason});
    } else {
      self->finish(std::move(identity));
    }
  }
  self->events_.release();
}

void Login::finish(Identity identity) {
  const std::string_view agent = request_ ? std::string_view(request_->user_agent().id) : std::string_view();
  if (!agent.empty()) {
    identity.device = make_device_id(home_.shared().fake_salt_secret, identity.account.str(), agent);
    if (may_keep_device()) return wait(keep_device(share(), identity));
  }
  events_.on_identity(identity);
}

}  // namespace teahouse::c2s
