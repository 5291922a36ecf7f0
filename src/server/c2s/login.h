// Login: the attempts of one client to say who it is, however they are carried: mechanisms, the lookups and checks that
// they ask for, the throttle, and answers that are held back. It ends in an Identity.
//
// Looking up keys and checking secrets waits for other threads; meanwhile the client is held, so that nothing of its is
// read out of turn. A device that says which one it is (XEP-0388's user-agent), and has the password (or a site token,
// where the tenant lets those lead to more), is kept and may be given a token before its client hears of success
// (Devices).
//
// Thread: the loop that the client came to.
// Lifetime: what it waits for keeps the owner (Events::share).
// Limits: attempts of any kind and wrong secrets, on one stream (RFC 6120 section 6.4.5): is_exhausted().
// Spec: RFC 6120 section 6, RFC 4422, XEP-0388, XEP-0480, XEP-0484.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "account/site_token.h"
#include "base/home_checker.h"
#include "sasl/mechanisms.h"
#include "server/c2s/identity.h"
#include "server/c2s/upgrade.h"

namespace teahouse::c2s {

class Login {
 public:
  // Some clients try every mechanism in turn before the one that they can do.
  static constexpr int wrong_secrets_max = 5, attempts_max = 12;

  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_challenge(const std::string& data) = 0;
    virtual void on_failure(const sasl::Failure& failure) = 0;
    virtual void on_task(std::string xml) = 0;  // what the client is told of a task (XEP-0388 section 2.6.3)
    virtual void on_identity(const Identity& identity) = 0;  // the last that is told, but for release()
    virtual void on_delay() = 0;                             // the failure is held back; the client is held() too
    // Nothing of the client's is to be read until as many release()s.
    virtual void hold() = 0;
    virtual void release() = 0;
    virtual bool is_over() const = 0;  // the client has gone
    // Keeps the Login and its owner.
    virtual std::shared_ptr<void> share() = 0;
  };

  // `address`: where the client is.
  Login(Home& home, std::string address, Events& events) : home_(home), events_(events), address_(std::move(address)) {}

  // The host as it is now.
  void use(HostPtr host) { host_ = std::move(host); }

  // A new attempt, instead of one that has not ended. `initial` is the client's first data in base64; none where it
  // sent none. `from`: the bare address that the client named before, which it must be then; empty: none. `request`:
  // with which it came by SASL2; null: it came by the SASL of RFC 6120.
  void begin(std::string_view mechanism, sasl::Offer offer, std::optional<std::string_view> initial,
             std::string from = {}, Sasl2RequestPtr request = nullptr);
  void respond(std::string_view data);
  // The client's word to its task. REQUIRES: has_task().
  void on_task(const xml::Element& element);
  void fail(const sasl::Failure& failure);
  // Counts as an attempt, and tells the failure at once.
  void refuse(const sasl::Failure& failure);
  // The client has gone, or begins anew.
  void give_up();

  bool is_running() const { return mechanism_ != nullptr || has_task(); }
  // The client has said who it is, and has something to do before it hears of success.
  bool has_task() const { return upgrade_ != nullptr; }
  int wrong_secrets() const { return wrong_secrets_; }
  bool is_exhausted() const { return attempts_ >= attempts_max || wrong_secrets_ >= wrong_secrets_max; }

 private:
  using LoginPtr = std::shared_ptr<Login>;
  std::optional<std::string> parse(std::string_view data) const;
  std::variant<std::unique_ptr<sasl::Mechanism>, sasl::Failure> make(std::string_view mechanism,
                                                                     const sasl::Offer& offer);
  std::string wanted_token() const;
  DeviceClient name_device(const std::string& account);
  LoginPtr share() { return {events_.share(), this}; }
  void advance(sasl::Step step);
  bool take_turn(const std::string& account);
  bool is_waited_for() const { return !events_.is_over() && mechanism_; }
  void wait(Task<void> work);
  std::optional<sasl::Failure> find_disabled(const BareJid& account) const;
  void succeed(const sasl::Success& success);
  bool begin_task(const Identity& identity);
  void finish(Identity identity);
  static Task<void> provide_keys(LoginPtr self, std::string account);
  static Task<void> verify_secret(LoginPtr self, sasl::VerifySecret secret);
  static Task<void> verify_token(LoginPtr self, sasl::VerifyToken token);
  static Task<void> verify_proof(LoginPtr self, sasl::VerifyProof proof);
  std::variant<std::string, sasl::Failure> choose_account(const std::vector<std::string>& owners,
                                                          const std::string& authzid) const;
  static Task<void> verify_certificate(LoginPtr self, sasl::VerifyCertificate wish);
  static Task<void> complete_keys(LoginPtr self, sasl::ScramKeys keys);
  Result<void> note_ground(const SignedInUser& user);
  bool may_keep_device() const;
  static Task<void> keep_device(LoginPtr self, Identity identity);

  Home& home_;
  Events& events_;
  const std::string address_;
  HostPtr host_;
  std::unique_ptr<sasl::Mechanism> mechanism_;
  sasl::Offer offer_;
  std::string from_;
  Sasl2RequestPtr request_;
  std::string certificate_;                    // by which it signs in; empty: otherwise
  bool is_by_site_ = false;                    // it signs in by a site token
  std::optional<FastLogin> fast_;              // it signs in by a token of its device
  DeviceGround ground_;                        // by what it signs in; empty: by a token of its device, or as a guest
  std::optional<sasl::ScramKeys> older_keys_;  // by which it signs in, and that it may complete
  std::unique_ptr<Upgrade> upgrade_;
  DeviceLoginPtr device_login_;
  std::optional<NewToken> token_;
  std::string tried_;      // the account that took a turn of the throttle in this attempt
  uint64_t removals_ = 0;  // of that account, when the attempt began
  std::string saw_plus_;   // the name whose client is known to have been offered -PLUS here
  uint8_t attempts_ = 0, wrong_secrets_ = 0;
  net::Timer timer_;
  HomeChecker checker_;
};

}  // namespace teahouse::c2s
