// The way of an order. The words of the stranger are read first, then the work behind them is looked at, then the
// names, and last of all something is kept: each step costs more than the one before, and those who flood meet the
// cheap ones.
#include "sign_up/sign_ups.h"

#include <algorithm>

#include "account/network.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "mail/mail_queue.h"
#include "sign_up/mails.h"
#include "tenant/contacts.h"
#include "tenant/email.h"
#include "tenant/names.h"
#include "tenant/origin.h"

namespace teahouse::sign_up {
namespace {

constexpr size_t page_bytes_max = 2000;

// The origin of a page's address, which people copy whole, or write without its scheme.
Result<std::string> read_page(const std::string& text) {
  if (text.empty()) return std::string();
  const auto refuse = [] {
    return bad_request("The field 'page' must be the address of a page of the site, as https://shop.example/.");
  };
  if (text.size() > page_bytes_max) return refuse();
  const std::string whole = text.find("://") == text.npos ? "https://" + text : text;
  const size_t host = whole.find("://") + 3;
  auto origin = parse_origin(whole.substr(0, whole.find_first_of("/?#", host)));
  if (!origin || !origin->starts_with("http")) return refuse();
  return origin;
}

std::string words_of(const Offer& offer, std::string_view label) { return std::string(label) + "." + offer.domain; }

}  // namespace

SignUps::SignUps(Parts parts, Settings settings, MailDomains disposable)
    : parts_(parts), settings_(std::move(settings)), disposable_(std::move(disposable)), puzzles_(parts.clock) {
  for (const std::string_view label : reserved_labels()) reserved_.insert(look_of(label));
  for (const std::string& label : settings_.reserved) reserved_.insert(look_of(label));
}

Result<void> SignUps::load() {
  const auto found = parts_.control.execute_now(order_rows::select_switch());
  if (!found) return found.error();
  is_on_ = found->rows.empty() || store::as_int(found->rows[0][0]) != 0;
  const auto count = parts_.control.execute_now(order_rows::count());
  if (!count) return count.error();
  waiting_ = store::as_int(count->rows[0][0]);
  return {};
}

Task<Result<void>> SignUps::set_on(Executor& home, bool is_on, std::string actor) {
  std::vector<store::Statement> statements = parts_.audit.insert(
      {.actor = std::move(actor), .action = is_on ? "sign-up.on" : "sign-up.off", .detail = "for strangers"});
  statements.push_back(order_rows::set_switch(is_on));
  const auto written = co_await parts_.control.transact(home, std::move(statements));
  if (!written) co_return written.error();
  is_on_ = is_on;
  co_return Result<void>();
}

std::optional<Offer> SignUps::offer_of(const ResellerPtr& reseller) const {
  if (!is_on_ || !mail_soon_ || (reseller && reseller->suspended)) return std::nullopt;
  const std::string plan = reseller ? whole_plan_name(reseller->name, reseller->sign_up_plan) : settings_.plan;
  Offer offer{reseller, {}, reseller ? reseller->sign_up_domain : settings_.domain, "Teahouse", origin_ + "/panel"};
  if ((reseller ? reseller->sign_up_plan : settings_.plan).empty() || offer.domain.empty()) return std::nullopt;
  for (Plan& each : parts_.tenants.resellers().plans_of(reseller ? std::string_view(reseller->name) : "")) {
    if (each.name != plan) continue;
    offer.plan = std::move(each);
    if (!reseller) return offer;
    offer.brand = reseller->title.empty() ? reseller->name : reseller->title;
    // Never as the request names its host: the link in the mail leads where a token is given away.
    if (!reseller->panel_host.empty()) {
      offer.panel = origin_.substr(0, origin_.find("://") + 3) + reseller->panel_host + "/panel";
    }
    return offer;
  }
  return std::nullopt;
}

std::optional<Offer> SignUps::find_offer(std::string_view host) const {
  for (const ResellerPtr& reseller : parts_.tenants.resellers().directory().list()) {
    if (!reseller->panel_host.empty() && reseller->panel_host == host) return offer_of(reseller);
  }
  return offer_of(nullptr);
}

int64_t SignUps::take(const std::string& name, TokenRate rate) {
  const std::lock_guard lock(mutex_);
  return (buckets_.take_ms(name, parts_.clock.monotonic_ms(), rate) + 999) / 1000;
}

int64_t SignUps::take_try(std::string_view address) {
  return take("try " + network_of(address), TokenRate::per_hour_of(120, 60));
}

int64_t SignUps::take_order(std::string_view address) {
  const int64_t own = settings_.per_address_per_h;
  const int64_t wait_s = take("order " + network_of(address), TokenRate::per_hour_of(own, own));
  return wait_s != 0 ? wait_s : take("orders", TokenRate::per_hour_of(settings_.per_h, settings_.per_h));
}

bool SignUps::is_free(const Offer& offer, std::string_view label, const std::unordered_set<std::string>& taken) const {
  const std::string look = look_of(label);
  return !reserved_.contains(look) && !taken.contains(look) && !parts_.tenants.serves(words_of(offer, label));
}

Result<void> SignUps::check_label(const Offer& offer, std::string_view label) const {
  const auto taken = looks_.list(parts_.tenants.list(), offer.domain);
  if (is_free(offer, label, taken)) return {};
  std::string text = "The name " + words_of(offer, label) + " is taken, or looks like one that is.";
  for (const std::string& other : similar_labels(label)) {
    if (!is_free(offer, other, taken)) continue;
    text += " " + other + " is free.";
    break;
  }
  return Error{ErrorKind::conflict, std::move(text)};
}

Result<Order> SignUps::read(const Offer& offer, const Wanted& wanted) const {
  Order order;
  auto email = parse_email("The field 'email'", wanted.email);
  if (!email) return email.error();
  auto title = parse_shown_text("The field 'name'", wanted.name, title_characters_max);
  if (!title) return title.error();
  if (title->empty()) return bad_request("The field 'name' is empty: give the site's name, as Ann's Tea Shop.");
  auto page = read_page(wanted.page);
  if (!page) return page.error();
  if (wanted.language != "en" && wanted.language != "zh") return bad_request("The field 'language' must be en or zh.");
  const std::string label = wanted.label.empty() ? make_label(*title) : wanted.label;
  auto parsed = parse_label(label);
  if (!parsed) return parsed.error();
  order.email = std::move(*email);
  order.title = std::move(*title);
  order.page = std::move(*page);
  order.label = std::move(*parsed);
  order.reseller = offer.reseller ? offer.reseller->id : ResellerId::none;
  order.made_ms = parts_.clock.wall_ms();
  return order;
}

int64_t SignUps::sites_of(const Person& person) const {
  return std::count_if(person.roles.begin(), person.roles.end(), [this](const PersonRole& role) {
    return role.role == Role::owner && parts_.tenants.find(role.tenant);
  });
}

std::vector<store::Statement> SignUps::write_mail(const Offer& offer, const Order& order, const std::string& token,
                                                  bool is_chinese) const {
  const PersonPtr known = parts_.persons.find(order.email);
  const int64_t sites = known ? sites_of(*known) : 0;
  MailWords words{order.email, offer.brand, words_of(offer, order.label), offer.panel, is_chinese};
  if (sites >= settings_.tenants_per_person) {
    return mail::MailQueue::put(TenantId::server, make_enough_mail(words, sites), order.made_ms);
  }
  words.link += "/sign-up#" + token;
  return mail::MailQueue::put(TenantId::server, make_proof_mail(words), order.made_ms);
}

// A mailbox that has had its mails gets no more, which its sender is not told.
Task<Result<Ordered>> SignUps::order(Executor& home, Offer offer, Wanted wanted, std::string address) {
  const auto order = read(offer, wanted);
  if (!order) co_return order.error();
  if (!puzzles_.is_solved(wanted.puzzle, wanted.answer)) {
    co_return bad_request("The 'answer' is not that of the 'puzzle', or that is too old. Ask for another one.");
  }
  if (disposable_.has(order->email)) {
    co_return bad_request("The field 'email' has an address that is thrown away soon. Give one that stays yours.");
  }
  if (const auto good = check_label(offer, order->label); !good) co_return good.error();
  if (const int64_t wait_s = take_order(address); wait_s != 0) co_return Ordered{{}, wait_s};
  if (!puzzles_.spend(wanted.puzzle)) co_return bad_request("The 'puzzle' was used before. Ask for another one.");
  if (waiting_ >= orders_max) {
    co_return Error{ErrorKind::resource_constraint, "Very many orders wait for their proof. Try again in an hour."};
  }
  const std::string site = words_of(offer, order->label);
  if (take("mail " + order->email, TokenRate::per_hour_of(mails_per_address_per_h, mails_per_address_per_h)) != 0) {
    co_return Ordered{site};
  }
  const std::string token = "su_" + random_token(32);
  auto statements = write_mail(offer, *order, token, wanted.language == "zh");
  statements.push_back(order_rows::insert(crypto::sha256(token), *order));
  const auto written = co_await parts_.control.transact(home, std::move(statements));
  if (!written) co_return written.error();
  ++waiting_;
  log::info("sign-up", "A site was ordered", {{"site", site}, {"from", address}});
  mail_soon_();
  co_return Ordered{site};
}

Task<void> SignUps::run(SignUps& self, Executor& home) {
  auto removal = order_rows::remove_before(self.parts_.clock.wall_ms() - order_ms);
  const auto removed = co_await self.parts_.control.execute(home, std::move(removal));
  if (!removed) co_return;
  auto counting = order_rows::count();
  const auto count = co_await self.parts_.control.execute(home, std::move(counting));
  if (count) self.waiting_ = store::as_int(count->rows[0][0]);
}

}  // namespace teahouse::sign_up
