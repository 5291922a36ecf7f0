// Sign-ups: what is offered at a page, orders, their proof, and the operator's switch. All but the last is for
// strangers: each call takes one of an address' tries, and what is refused costs little.
#include "sign_up/sign_ups.h"

#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/signed_in.h"
#include "tenant/reseller.h"

namespace teahouse::api {
namespace {

constexpr const char* too_many_text = "There were too many orders. Try again later.";

Refusal refuse_closed() { return {403, "sign-up-closed", "Nobody can sign up here at present."}; }

// A link may be good whatever the password that comes with it: 401 would say otherwise.
Outcome refuse(const Error& error) {
  if (error.kind == ErrorKind::policy_violation) return refuse_for_now(error.text, 600);
  if (error.kind == ErrorKind::not_authorized) return Refusal{403, "wrong-password", error.text};
  return error;
}

std::optional<Outcome> refuse_try(ApiContext& api, const ApiCall& call) {
  const int64_t wait_s = api.sign_ups->take_try(call.request.peer_address);
  return wait_s == 0 ? std::nullopt : std::optional<Outcome>(refuse_for_now(too_many_text, wait_s));
}

JsonObject show_plan(const Plan& plan) {
  JsonObject limits = to_json(plan).at("limits").as_object();
  return {{"name", to_json(short_plan_name(plan.name))}, {"limits", std::move(limits)}};
}

std::string embed_code(const ApiContext& api, const Tenant& tenant) {
  return "<script async crossorigin src=\"" + api.http_origin + "/w.js\" data-site=\"" + tenant.site_id +
         "\"></script>\n";
}

JsonObject show_switch(const sign_up::SignUps& sign_ups) {
  const sign_up::Settings& settings = sign_ups.settings();
  return {{"on", sign_ups.is_on()},
          {"mail", sign_ups.sends_mail()},
          {"plan", settings.plan},
          {"domain", settings.domain},
          {"per_address_per_h", settings.per_address_per_h},
          {"per_h", settings.per_h},
          {"tenants_per_person", settings.tenants_per_person},
          {"waiting", sign_ups.waiting()}};
}

}  // namespace

Task<Outcome> get_sign_up(ApiContext& api, ApiCall call) {
  const auto offer = api.sign_ups ? api.sign_ups->find_offer(call.request.host) : std::nullopt;
  if (!offer) co_return make_answer(200, {{"open", false}});
  co_return make_answer(200, {{"open", true},
                              {"plan", show_plan(offer->plan)},
                              {"domain", offer->domain},
                              {"puzzle", api.sign_ups->make_puzzle()},
                              {"puzzle_bits", sign_up::Puzzles::bits}});
}

Task<Outcome> order_site(ApiContext& api, ApiCall call) {
  sign_up::Wanted wanted;
  wanted.email = call.fields.text("email");
  wanted.name = call.fields.text("name");
  wanted.label = call.fields.optional_text("label").value_or("");
  wanted.page = call.fields.optional_text("page").value_or("");
  wanted.language = call.fields.optional_text("language").value_or("en");
  wanted.puzzle = call.fields.text("puzzle");
  wanted.answer = call.fields.text("answer");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  auto offer = api.sign_ups ? api.sign_ups->find_offer(call.request.host) : std::nullopt;
  if (!offer) co_return refuse_closed();
  if (auto refused = refuse_try(api, call)) co_return std::move(*refused);
  const auto ordered =
      co_await api.sign_ups->order(api.loop(), std::move(*offer), std::move(wanted), call.request.peer_address);
  if (!ordered) co_return refuse(ordered.error());
  if (ordered->wait_s != 0) co_return refuse_for_now(too_many_text, ordered->wait_s);
  co_return make_answer(202, {{"domain", ordered->domain}}, ordered->domain);
}

Task<Outcome> look_at_order(ApiContext& api, ApiCall call) {
  auto token = call.fields.text("token");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (!api.sign_ups) co_return refuse_closed();
  if (auto refused = refuse_try(api, call)) co_return std::move(*refused);
  const auto waiting = co_await api.sign_ups->find(api.loop(), std::move(token));
  if (!waiting) co_return refuse(waiting.error());
  const sign_up::Order& order = waiting->order;
  co_return make_answer(200, {{"email", order.email},
                              {"name", order.title},
                              {"label", order.label},
                              {"domain", waiting->offer.domain},
                              {"known", waiting->is_known},
                              {"made", order.person != 0}});
}

Task<Outcome> make_ordered_site(ApiContext& api, ApiCall call) {
  sign_up::Proof proof;
  proof.token = call.fields.text("token");
  proof.label = call.fields.optional_text("label").value_or("");
  proof.sign_in.password = call.fields.text("password");
  proof.sign_in.code = call.fields.optional_text("code").value_or("");
  proof.sign_in.address = call.request.peer_address;
  proof.sign_in.agent = std::string(call.request.headers.value("User-Agent"));
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (!api.sign_ups) co_return refuse_closed();
  if (auto refused = refuse_try(api, call)) co_return std::move(*refused);
  const auto made = co_await api.sign_ups->finish(api.loop(), std::move(proof));
  if (!made) co_return refuse(made.error());
  if (made->signed_in.needs_code) co_return ask_for_code();
  const Tenant& tenant = *made->tenant;
  co_return answer_signed_in(api, call, made->signed_in,
                             {{"tenant", tenant.name},
                              {"domain", tenant.domain()},
                              {"site", tenant.site_id},
                              {"embed", embed_code(api, tenant)},
                              {"origins", to_json(tenant.origins)}});
}

Task<Outcome> get_sign_up_switch(ApiContext& api, ApiCall /*call*/) {
  if (!api.sign_ups) co_return refuse_closed();
  co_return make_answer(200, show_switch(*api.sign_ups));
}

Task<Outcome> set_sign_up_switch(ApiContext& api, ApiCall call) {
  const auto on = call.fields.flag("on");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (!on) co_return Error{ErrorKind::bad_request, "The field 'on' is missing: true or false."};
  if (!api.sign_ups) co_return refuse_closed();
  const auto set = co_await api.sign_ups->set_on(api.loop(), *on, call.by.name());
  if (!set) co_return set.error();
  co_return make_answer(200, show_switch(*api.sign_ups));
}

}  // namespace teahouse::api
