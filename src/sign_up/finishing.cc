// How an order is proved. One link makes one tenant: its proofs take turns, and the row of the order says what was made
// of it, in the transaction that makes it.
#include "base/random.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "sign_up/sign_ups.h"
#include "tenant/contacts.h"

namespace teahouse::sign_up {
namespace {

constexpr size_t token_bytes_max = 128;

Error no_order() {
  return {
      ErrorKind::forbidden,
      "This link has been used, or it is more than an hour old. Order again; a site that was made is in the panel."};
}

Error closed() { return {ErrorKind::forbidden, "Nobody can sign up here at present."}; }

}  // namespace

// The token is found by its hash, so that its time tells nothing of it.
Task<Result<Waiting>> SignUps::find(Executor& home, std::string token) const {
  if (token.size() > token_bytes_max || !token.starts_with("su_")) co_return no_order();
  auto select = order_rows::select(crypto::sha256(token));
  const auto answer = co_await parts_.control.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  if (answer->rows.empty()) co_return no_order();
  Waiting waiting;
  waiting.order = order_rows::read(answer->rows[0]);
  if (parts_.clock.wall_ms() - waiting.order.made_ms >= order_ms) co_return no_order();
  const ResellerPtr reseller = parts_.tenants.resellers().directory().find(waiting.order.reseller);
  if (!reseller && waiting.order.reseller != ResellerId::none) co_return closed();
  auto offer = offer_of(reseller);
  if (!offer) co_return closed();
  waiting.offer = std::move(*offer);
  waiting.is_known = parts_.persons.find(waiting.order.email) != nullptr;
  co_return waiting;
}

Task<Result<SignedUp>> SignUps::finish(Executor& home, Proof proof) {
  auto turn = co_await turns_.take(home);
  auto finding = find(home, proof.token);
  auto waiting = co_await finding;
  if (!waiting) co_return waiting.error();
  proof.sign_in.email = waiting->order.email;
  auto finishing = waiting->order.person != 0 ? finish_again(home, std::move(*waiting), std::move(proof.sign_in))
                                              : make_site(home, std::move(*waiting), std::move(proof));
  auto finished = co_await finishing;
  co_return finished;
}

// The answer was lost on its way: those who know the password get it once more.
Task<Result<SignedUp>> SignUps::finish_again(Executor& home, Waiting waiting, SignIn sign_in) {
  const PersonPtr person = parts_.persons.find(waiting.order.email);
  const TenantPtr tenant = parts_.tenants.find(waiting.order.tenant);
  if (!person || person->id != waiting.order.person || !tenant || tenant->being_removed) co_return no_order();
  auto signing_in = parts_.persons.sign_in(home, std::move(sign_in));
  auto signed_in = co_await signing_in;
  if (!signed_in) co_return signed_in.error();
  co_return SignedUp{std::move(*signed_in), tenant};
}

NewTenant SignUps::make_tenant(const Waiting& waiting, const std::string& label) const {
  const Order& order = waiting.order;
  NewTenant wanted;
  // Another domain's tenant may be called so already.
  wanted.name = parts_.tenants.find(label) ? label + "-" + lower_ascii(random_token(6)) : label;
  wanted.domain = label + "." + waiting.offer.domain;
  wanted.reseller = waiting.offer.reseller ? waiting.offer.reseller->name : "";
  wanted.fields.emplace("title", order.title);
  wanted.fields.emplace("plan", waiting.offer.plan.name);
  wanted.fields.emplace("guests", true);
  if (!order.page.empty()) wanted.fields.emplace("origins", std::vector<std::string>{order.page});
  const std::vector<std::string> contacts = {"admin=mailto:" + order.email};
  if (parse_contacts(contacts)) wanted.fields.emplace("contacts", contacts);  // an address in other letters is none
  return wanted;
}

// Errors: not_authorized for a wrong password, in the words for it; nothing is made of the order.
Task<Result<SignedIn>> SignUps::prove_known(Executor& home, SignIn sign_in) {
  auto proving = parts_.persons.prove(home, std::move(sign_in));
  auto proved = co_await proving;
  if (!proved) co_return proved.error();
  if (!proved->needs_code && sites_of(*proved->person) >= settings_.tenants_per_person) {
    co_return Error{ErrorKind::resource_constraint,
                    "You have " + std::to_string(settings_.tenants_per_person) +
                        " sites, which is as many as one can have here. Ask your host for more."};
  }
  co_return proved;
}

Task<Result<SignedUp>> SignUps::make_site(Executor& home, Waiting waiting, Proof proof) {
  std::string label = waiting.order.label;
  if (!proof.label.empty()) {
    auto parsed = parse_label(proof.label);
    if (!parsed) co_return parsed.error();
    label = std::move(*parsed);
  }
  if (const auto good = check_label(waiting.offer, label); !good) co_return good.error();
  NewOwner owner;
  if (waiting.is_known) {
    auto proving = prove_known(home, proof.sign_in);
    auto proved = co_await proving;
    if (!proved) co_return proved.error();
    if (proved->needs_code) co_return SignedUp{std::move(*proved), nullptr};
    owner.known = proved->person;
  }
  owner.sign_in = std::move(proof.sign_in);
  owner.tenant = make_tenant(waiting, label);
  const std::string hash = crypto::sha256(proof.token);
  owner.also = [hash](int64_t person, TenantId tenant) {
    return std::vector<store::Statement>{order_rows::finish(hash, person, tenant)};
  };
  auto making = parts_.persons.create_owner(home, parts_.tenants, std::move(owner));
  auto made = co_await making;
  if (made) {
    --waiting_;
    co_return made;
  }
  // The name went while the password was hashed, to somebody else.
  if (made.error().kind == ErrorKind::conflict) {
    if (const auto good = check_label(waiting.offer, label); !good) co_return good.error();
  }
  co_return made;
}

}  // namespace teahouse::sign_up
