// SignUps: people who become owners by themselves. An order names a mailbox and a site; a link in a mail proves the
// mailbox; with it the person chooses a password, and person, tenant and role are made in one transaction.
//
// An order keeps no name for itself: the first proof has it. Whether an address is known here is told to
// its mailbox alone. A link is good for an hour and makes one tenant; when its answer was lost, the same link with the
// same password is answered by the same tenant.
//
// It is open where the operator has set a plan and a domain (or, at a reseller's panel, that reseller has), the server
// sends mail, and it is not switched off.
//
// Thread: any; load() and the set_ functions before any loop runs. Limits: 10,000 orders that wait; of one mailbox 3
// mails an hour; of one address (IPv6: /64) 60 tries at once and 120 an hour; and those of Settings.
// Errors: forbidden where it is closed, and for a link that is not, or no longer, good; bad_request with the field's
// name; conflict for a name that is taken, with another that is free; resource_constraint.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "account/persons.h"
#include "base/token_buckets.h"
#include "sign_up/mail_domains.h"
#include "sign_up/order_rows.h"
#include "sign_up/puzzles.h"
#include "sign_up/settings.h"
#include "sign_up/site_name.h"
#include "tenant/tenants.h"

namespace teahouse::sign_up {

// The plan and the name that one gets at a page, the operator's or a reseller's.
struct Offer {
  ResellerPtr reseller;  // null: the operator
  Plan plan;
  std::string domain;  // of new sites: LABEL.domain
  std::string brand;   // whose page it is
  std::string panel;   // "https://im.example/panel"
};

// As a stranger has written it.
struct Wanted {
  std::string email, name;
  std::string label;     // empty: the one that the name makes
  std::string page;      // where the chat will be: "https://shop.example/contact"; empty: not known yet
  std::string language;  // "en" or "zh"
  std::string puzzle, answer;
};

struct Ordered {
  std::string domain;  // of the site
  int64_t wait_s = 0;  // not 0: nothing was ordered, there were too many; in how many seconds it is worth to try again
};

struct Waiting {
  Order order;
  Offer offer;
  bool is_known = false;  // the mailbox is a person's: their password is wanted, and no new one
};

struct Proof {
  std::string token;
  std::string label;  // empty: that of the order
  SignIn sign_in;     // without an address
};

class SignUps {
 public:
  static constexpr int64_t order_ms = 60 * 60 * 1000;
  static constexpr int64_t orders_max = 10'000, mails_per_address_per_h = 3;

  struct Parts {
    store::ControlPlane& control;
    const Clock& clock;
    const Audit& audit;
    Tenants& tenants;
    Persons& persons;
  };
  SignUps(Parts parts, Settings settings, MailDomains disposable);
  static std::vector<store::Migration> migrations() { return order_rows::migrations(); }
  static std::vector<TenantTable> tables() { return order_rows::tables(); }
  Result<void> load();
  // How mail goes: called when there is one in the queue. Empty: this server sends none.
  void set_mail_soon(std::function<void()> mail_soon) { mail_soon_ = std::move(mail_soon); }
  void set_origin(std::string http_origin) { origin_ = std::move(http_origin); }

  const Settings& settings() const { return settings_; }
  bool is_on() const { return is_on_; }
  bool sends_mail() const { return static_cast<bool>(mail_soon_); }
  int64_t waiting() const { return waiting_; }
  Task<Result<void>> set_on(Executor& home, bool is_on, std::string actor);

  // The offer of the pages at this host; none where it is closed.
  std::optional<Offer> find_offer(std::string_view host) const;
  std::string make_puzzle() const { return puzzles_.make(); }
  // Takes one of the tries of an address. 0 when it may go on; else in how many seconds it is worth to try again.
  int64_t take_try(std::string_view address);

  // Puts a mail into the queue; its result is the same for all mailboxes.
  Task<Result<Ordered>> order(Executor& home, Offer offer, Wanted wanted, std::string address);
  Task<Result<Waiting>> find(Executor& home, std::string token) const;
  // needs_code in what it gives: nothing was made.
  Task<Result<SignedUp>> finish(Executor& home, Proof proof);
  // Orders whose time is over go. About once a minute.
  static Task<void> run(SignUps& self, Executor& home);

 private:
  std::optional<Offer> offer_of(const ResellerPtr& reseller) const;
  Result<Order> read(const Offer& offer, const Wanted& wanted) const;
  Result<void> check_label(const Offer& offer, std::string_view label) const;
  bool is_free(const Offer& offer, std::string_view label, const std::unordered_set<std::string>& taken) const;
  int64_t sites_of(const Person& person) const;
  std::vector<store::Statement> write_mail(const Offer& offer, const Order& order, const std::string& token,
                                           bool is_chinese) const;
  NewTenant make_tenant(const Waiting& waiting, const std::string& label) const;
  Task<Result<SignedUp>> finish_again(Executor& home, Waiting waiting, SignIn sign_in);
  Task<Result<SignedUp>> make_site(Executor& home, Waiting waiting, Proof proof);
  Task<Result<SignedIn>> prove_known(Executor& home, SignIn sign_in);
  int64_t take_order(std::string_view address);
  int64_t take(const std::string& name, TokenRate rate);

  const Parts parts_;
  const Settings settings_;
  const MailDomains disposable_;
  std::unordered_set<std::string> reserved_;  // looks
  std::string origin_;
  std::function<void()> mail_soon_;
  Puzzles puzzles_;
  std::atomic<bool> is_on_ = true;
  std::atomic<int64_t> waiting_ = 0;
  mutable TakenLooks looks_;
  Turns turns_;  // of finish(), taken before those of persons and tenants

  std::mutex mutex_;  // of what follows
  TokenBuckets buckets_{100'000};
};

}  // namespace teahouse::sign_up
