// The part of a stream before it is authenticated: STARTTLS and SASL (RFC 6120 sections 5 and 6).
//
// Looking up keys and checking secrets waits for other threads; meanwhile the transport is held, so that nothing of the
// client's is read out of turn. A coroutine holds the stream by shared_ptr and looks whether it is over when it
// resumes.
#include "account/site_token.h"
#include "base/peer_error.h"
#include "server/c2s/stream.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

// On one stream (RFC 6120 section 6.4.5): secrets that were wrong, and attempts of any kind. Some clients try every
// mechanism in turn before the one that they can do.
constexpr int wrong_secrets_max = 5;
constexpr int attempts_max = 12;

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

sasl::Offer Stream::offer() const {
  sasl::Offer offer;
  offer.encrypted = transport_->is_private();
  offer.tokens = true;
  // No page can see what its WebSocket's TLS connection is bound by, and a proxy may have ended that connection.
  if (!transport_->is_websocket()) offer.channel_bindings = transport_->connection().channel_bindings();
  offer.saw_plus = saw_plus_;
  offer.fake_secret = clients_->home().house().fake_salt_secret + host_->domain;
  return offer;
}

void Stream::on_negotiation(const xml::Element& element) {
  const bool plain = !transport_->is_websocket() && !transport_->connection().is_secure();
  if (element.is("starttls", ns::tls) && plain) {
    awaits_header_ = true;
    state_ = State::fresh;
    header_sent_ = false;
    mechanism_.reset();
    transport_->start_tls("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", clients_->contexts(), host_->domain);
  } else if (element.is("auth", ns::sasl)) {
    begin_auth(element);
  } else if (element.is("response", ns::sasl) && mechanism_) {
    const auto data = sasl::parse_client_data(element.text());
    if (data) {
      advance(mechanism_->step(*data));
    } else {
      fail({sasl::Condition::incorrect_encoding, "The response is not base64."});
    }
  } else if (element.is("abort", ns::sasl)) {
    fail({sasl::Condition::aborted, ""});
  } else if (is_stream_management(element)) {
    transport_->send_nonza(sm_failed(ErrorKind::unexpected_request));
  } else if (Stanza::is_stanza(element)) {
    if (!on_stranger_iq(element)) end("not-authorized", "Authenticate before you send stanzas.");
  } else {
    end("unsupported-stanza-type", "That element has no meaning before authentication.");
  }
}

bool Stream::on_stranger_iq(const xml::Element& element) {
  Home& home = clients_->home();
  const auto query = element.first_child();
  const auto to = BareJid::parse(element.attribute("to").value_or(host_->domain));
  if (!to || to->str() != host_->domain) return false;
  if (element.name() != "iq" || !query || !query->is("query", ns::register_iq) || home.hooks().stranger_iq.empty() ||
      !transport_->is_private() || !host_->tenant->registration_allowed || host_->tenant->suspended) {
    return false;
  }
  Stanza stanza =
      Stanza::make(StanzaKind::iq, element.attribute("type") == "set" ? StanzaType::set : StanzaType::get, {});
  stanza.id = element.attribute("id").value_or("");
  stanza.to = *BareJid::make("", host_->domain);
  const auto send = [weak = weak_from_this()](Stanza answer) {
    const auto self = weak.lock();
    if (!self || self->state_ != State::negotiating) return;
    answer.to.reset();
    self->transport_->send_stanza(answer);
  };
  home.hooks().stranger_iq(StrangerIq{host_, stanza, *query, transport_->peer_address(), send});
  return true;
}

void Stream::begin_auth(const xml::Element& auth) {
  give_up_turn();
  localpart_.clear();
  const bool plain = !transport_->is_websocket() && !transport_->connection().is_secure();
  if (plain && clients_->options().require_tls) {
    send_failure({sasl::Condition::encryption_required, "Use STARTTLS first."});
    return;
  }
  if (host_->tenant->suspended) {
    fail({sasl::Condition::account_disabled, host_->tenant->suspend_reason});
    return;
  }
  auto made = sasl::make_mechanism(auth.attribute("mechanism").value_or(""), offer());
  if (const auto* failure = std::get_if<sasl::Failure>(&made)) {
    fail(*failure);
    return;
  }
  mechanism_ = std::move(std::get<std::unique_ptr<sasl::Mechanism>>(made));
  const auto data = sasl::parse_client_data(auth.text());
  if (data) {
    advance(mechanism_->step(*data));
  } else {
    fail({sasl::Condition::incorrect_encoding, "The initial response is not base64."});
  }
}

void Stream::advance(sasl::Step step) {
  std::visit(Overloaded{
                 [this](const sasl::Challenge& challenge) {
                   std::string out;
                   xml::Writer(out).leaf("challenge", sasl::encode_server_data(challenge.data), ns::sasl);
                   transport_->send_nonza(std::move(out));
                 },
                 [this](const sasl::NeedCredentials& need) {
                   const std::string account = account_named(need.authcid);
                   if (!take_turn(account)) return;
                   transport_->hold();
                   spawn(provide_keys(shared_from_this(), account));
                 },
                 [this](const sasl::VerifySecret& secret) {
                   // Nobody guesses a signature: what expired is no sign of an attack.
                   if (find_site_token(secret.secret).empty() && !take_turn(account_named(secret.authcid))) return;
                   transport_->hold();
                   spawn(verify_secret(shared_from_this(), secret));
                 },
                 [this](const sasl::VerifyToken& token) {
                   transport_->hold();
                   spawn(verify_token(shared_from_this(), token));
                 },
                 [this](const sasl::Success& success) { succeed(success); },
                 [this](const sasl::Failure& failure) { fail(failure); },
             },
             step);
}

// All spellings of a name are one account. A client that prepares names by RFC 3920 may not be able to write the
// account's own.
std::string Stream::account_named(const std::string& authcid) const {
  const auto jid = BareJid::make(authcid, host_->domain);
  if (!jid) return authcid;
  std::string localpart(jid->localpart());
  return host_->tenant->aliases->owner(localpart).value_or(localpart);
}

// Whether one more password may be tried. If not, the client has been told so.
bool Stream::take_turn(const std::string& authcid) {
  if (clients_->home().house().throttle.take(host_->tenant->id, authcid, transport_->peer_address())) {
    localpart_ = authcid;
    removals_ = count_removals(authcid);
    return true;
  }
  fail({sasl::Condition::temporary_auth_failure, "Too many failed logins; wait some minutes."});
  return false;
}

// The client has gone, or begun anew, before its attempt ended.
void Stream::give_up_turn() {
  if (!mechanism_ || localpart_.empty()) return;
  clients_->home().house().throttle.failed(host_->tenant->id, localpart_, transport_->peer_address());
}

uint64_t Stream::count_removals(const std::string& authcid) const {
  const auto account = BareJid::make(authcid, host_->domain);
  if (!account) return 0;
  return clients_->home().house().accounts.removals().number(host_->tenant->id, std::string(account->localpart()));
}

Task<void> Stream::provide_keys(std::shared_ptr<Stream> self, std::string authcid) {
  Home& home = self->clients_->home();
  const auto keys = co_await home.house().accounts.load_keys(home.loop(), self->host_->tenant, authcid);
  if (self->state_ == State::over || !self->mechanism_) co_return;
  if (keys) {
    self->advance(self->mechanism_->provide(*keys));
  } else if (keys.error().kind == ErrorKind::item_not_found) {
    self->advance(self->mechanism_->provide(std::nullopt));
  } else {  // nobody knows whether the password is wrong
    self->fail({sasl::Condition::temporary_auth_failure, for_peer(keys.error()).text});
  }
  self->transport_->release();
}

Task<void> Stream::verify_secret(std::shared_ptr<Stream> self, sasl::VerifySecret secret) {
  Home& home = self->clients_->home();
  bool good = false;
  auto condition = sasl::Condition::not_authorized;
  std::string why;
  const std::string account = self->account_named(secret.authcid);
  if (const std::string token = find_site_token(secret.secret); !token.empty()) {
    const auto user = co_await sign_in(home.loop(), home.house().accounts, self->host_->tenant, home.house().keys,
                                       token, home.clock().wall_ms());
    good = user && user->localpart == account;
    if (!user) why = for_peer(user.error()).text;
    if (!user) condition = condition_of(user.error());
    if (user && !good) why = "The token is for another user.";
  } else {
    const auto checked =
        co_await home.house().accounts.check_password(home.loop(), self->host_->tenant, account, secret.secret);
    good = checked.has_value();
    if (!good) condition = condition_of(checked.error());
    if (condition == sasl::Condition::temporary_auth_failure) why = for_peer(checked.error()).text;
  }
  if (self->state_ == State::over || !self->mechanism_) co_return;
  self->advance(good ? self->mechanism_->accept(secret.authcid) : self->mechanism_->refuse(condition, why));
  self->transport_->release();
}

Task<void> Stream::verify_token(std::shared_ptr<Stream> self, sasl::VerifyToken token) {
  Home& home = self->clients_->home();
  const auto user = co_await sign_in(home.loop(), home.house().accounts, self->host_->tenant, home.house().keys,
                                     token.token, home.clock().wall_ms());
  if (self->state_ == State::over || !self->mechanism_) co_return;
  self->advance(user ? self->mechanism_->accept(user->localpart)
                     : self->mechanism_->refuse(condition_of(user.error()), for_peer(user.error()).text));
  self->transport_->release();
}

// A wrong password is answered later and later; the stream is held meanwhile.
void Stream::fail(const sasl::Failure& failure) {
  mechanism_.reset();
  if (!failure.saw_plus.empty()) saw_plus_ = failure.saw_plus;
  Home& home = clients_->home();
  LoginThrottle& throttle = home.house().throttle;
  const std::string tried = std::exchange(localpart_, {});
  int64_t delay_ms = 0;
  if (!tried.empty() && failure.condition == sasl::Condition::not_authorized) {
    ++wrong_secrets_;
    throttle.failed(host_->tenant->id, tried, transport_->peer_address());
    delay_ms = throttle.delay_ms(host_->tenant->id, tried, transport_->peer_address());
  } else if (!tried.empty()) {
    throttle.give_back(host_->tenant->id, tried, transport_->peer_address());
  }
  if (delay_ms <= 0) {
    send_failure(failure);
    return;
  }
  transport_->hold();
  timer_ = home.loop().start_timer(delay_ms, [self = shared_from_this(), failure] {
    // Starting the clock anew ends this timer, and what it holds.
    const auto stream = self;  // NOLINT(performance-unnecessary-copy-initialization)
    stream->send_failure(failure);
    stream->transport_->release();
  });
}

void Stream::send_failure(const sasl::Failure& failure) {
  if (state_ == State::over) return;
  std::string out;
  xml::Writer writer(out);
  writer.open("failure", ns::sasl).open(sasl::to_string(failure.condition)).close();
  if (!failure.text.empty()) writer.open("text").attribute("xml:lang", "en").text(failure.text).close();
  writer.close();
  transport_->send_nonza(std::move(out));
  if (++attempts_ >= attempts_max || wrong_secrets_ >= wrong_secrets_max) {
    end("policy-violation", "Too many failed logins on one stream.");
  } else if (wrong_secrets_ > 0) {
    start_clock();
  }
}

void Stream::succeed(const sasl::Success& success) {
  const auto named = BareJid::make(success.authcid, host_->domain);
  const auto account = BareJid::make(account_named(success.authcid), host_->domain);
  if (!named || !account) {
    fail({sasl::Condition::not_authorized, ""});
    return;
  }
  if (host_->tenant->suspended) {  // since the mechanism began
    fail({sasl::Condition::account_disabled, host_->tenant->suspend_reason});
    return;
  }
  if (!sasl::may_act_as(success.authzid, *account) && !sasl::may_act_as(success.authzid, *named)) {
    fail({sasl::Condition::invalid_authzid, "An account acts for itself only."});
    return;
  }
  transport_->connection().admit();
  mechanism_.reset();
  // A token names its account only now, and another spelling may have led to it.
  if (localpart_ != account->localpart()) removals_ = count_removals(std::string(account->localpart()));
  if (!localpart_.empty()) {
    clients_->home().house().throttle.succeeded(host_->tenant->id, localpart_, transport_->peer_address());
  }
  localpart_ = account->localpart();
  std::string out;
  xml::Writer(out).leaf("success", success.server_data.empty() ? "" : sasl::encode_server_data(success.server_data),
                        ns::sasl);
  transport_->send_nonza(std::move(out));
  state_ = State::authenticated;
  awaits_header_ = true;
  header_sent_ = false;
  transport_->restart();
  use_plan();
  // Not from here: whoever called still looks at the stream on this loop.
  transport_->hold();
  Home& there = clients_->home().house().homes.of(account->str());
  clients_->home().loop().post([self = shared_from_this(), &there] {
    if (self->state_ == State::over) return;
    self->clients_->move(self, there, [self] {
      self->start_clock();
      self->follow_tenant();  // on its way it was told nothing
    });
  });
}

}  // namespace teahouse::c2s
