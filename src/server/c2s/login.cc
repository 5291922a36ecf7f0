#include "server/c2s/login.h"

#include <utility>

#include "account/client_certificates.h"
#include "account/device_id.h"
#include "account/site_token.h"
#include "server/account_switch.h"

namespace teahouse::c2s {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

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

// Only those hear of it who have proved that the account is theirs. A tenant may have been suspended since then.
std::optional<sasl::Failure> Login::find_disabled(const BareJid& account) const {
  using sasl::Condition, sasl::Failure;
  if (host_->tenant->suspended) return Failure{Condition::account_disabled, host_->tenant->suspend_reason, {}};
  if (!host_->tenant->disabled->has(account.localpart())) return std::nullopt;
  return Failure{Condition::account_disabled, std::string(disabled_text), {}};
}

void Login::succeed(const sasl::Success& success) {
  const auto named = BareJid::make(success.authcid, host_->domain);
  const auto account = BareJid::make(account_named(*host_, success.authcid), host_->domain);
  if (!named || !account) return fail({sasl::Condition::not_authorized, ""});
  if (const auto disabled = find_disabled(*account)) return fail(*disabled);
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

bool Login::may_keep_device() const {
  if (home_.shared().device_days == 0) return false;
  return !ground_.password_salt.empty() || (ground_.signer != 0 && host_->tenant->device_days > 0);
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
