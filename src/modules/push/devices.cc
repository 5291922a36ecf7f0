// The devices of an account: how they come, go, and are tried out.
#include "modules/push/push_module.h"
#include "tenant/contacts.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

constexpr std::string_view xmpp_scheme = "xmpp:";

Error no_such_device() { return {ErrorKind::item_not_found, "This account has no such device."}; }

// The address at which a push service may ask about the tenant's pushes.
std::string find_contact(const Tenant& tenant) {
  for (const char* role : {"admin", "support", "abuse"}) {
    for (const std::string& uri : contacts_of(tenant, role)) {
      if (uri.starts_with("mailto:") || uri.starts_with("https:")) return uri;
    }
  }
  const auto domain = ascii_domain(tenant.domain());
  return domain ? "https://" + *domain : std::string();
}

}  // namespace

webpush::Push PushModule::make_push(const Tenant& tenant, const BareJid& account, const push::Device& device) {
  webpush::Push made;
  made.tenant = tenant.id;
  made.account = account.str();
  made.to = device.subscription;
  made.contact = find_contact(tenant);
  return made;
}

std::vector<PushDevice> PushModule::list(Resident& resident) const {
  std::vector<PushDevice> shown;
  if (const State* state = states_->find(resident)) {
    for (const push::Device& device : state->devices) shown.push_back(push::show(device));
  }
  for (PushDevice& service : services_.list(resident)) shown.push_back(std::move(service));
  return shown;
}

// People say whether a push service may hear what was said, and not their apps (XEP-0357 section 9): by the HTTP API.
Result<PushModule::Added> PushModule::add(Resident& resident, const NewPushDevice& wanted) {
  if (wanted.endpoint.starts_with(xmpp_scheme)) {
    const auto service = Jid::parse(std::string_view(wanted.endpoint).substr(xmpp_scheme.size()));
    if (!service) return service.error();
    if (const auto may = context_->disk().check_addition(); !may) return may.error();
    const auto changed = services_.change(resident, *service, wanted.shows_text);
    if (!changed) return Error{ErrorKind::item_not_found, "No app of this account has enabled that push service."};
    return Added{changed->device, false, changed->stored};
  }
  if (!house_) return no_pushes();
  if (!house_->keys.find(resident.tenant().id)) {
    return Error{ErrorKind::conflict, "Ask for the site's key first: a browser subscribes for that key alone."};
  }
  auto device = push::make_device(wanted, context_->clock().wall_ms());
  if (!device) return device.error();
  if (const auto may = context_->disk().check_addition(); !may) return may.error();
  auto& devices = states_->of(resident).devices;
  const auto known =
      std::find_if(devices.begin(), devices.end(), [&](const push::Device& d) { return d.id == device->id; });
  const bool created = known == devices.end();
  const auto limit = context_->option<size_t>(*resident.host(), "devices");
  if (created && devices.size() >= limit) {
    return Error{ErrorKind::resource_constraint,
                 "An account has at most " + std::to_string(limit) + " devices for pushes. Remove one first."};
  }
  if (!created) device->created_ms = known->created_ms;
  const Lsn stored = store(resident.tenant()).store(resident.jid().str(), device->id, push::write_device(*device));
  Added added{push::show(*device), created, stored};
  if (created) {
    devices.push_back(std::move(*device));
  } else {
    *known = std::move(*device);
  }
  return added;
}

Result<Lsn> PushModule::remove(Resident& resident, const std::string& id) {
  State* state = states_->find(resident);
  const auto is_it = [&id](const push::Device& device) { return device.id == id; };
  if (const auto may = context_->disk().check_removal(); !may) return may.error();
  if (const auto removed = services_.remove(resident, id)) return *removed;
  if (!state || std::none_of(state->devices.begin(), state->devices.end(), is_it)) return no_such_device();
  const std::string endpoint = std::ranges::find_if(state->devices, is_it)->subscription.endpoint;
  std::erase_if(state->devices, is_it);
  if (house_) house_->sender.cancel_all(resident.tenant().id, resident.jid().str(), endpoint);
  return store(resident.tenant()).remove(resident.jid().str(), id);
}

Result<void> PushModule::test(Resident& resident, Tested tested) {
  struct Run {
    std::vector<PushTest> results;
    size_t left = 0;
    Tested tested;
  };
  if (!house_) return no_pushes();
  const VapidKeyPtr key = house_->keys.find(resident.tenant().id);
  const State* state = states_->find(resident);
  if (!key || !state || state->devices.empty()) {
    return Error{ErrorKind::item_not_found, "This account has no device that a push could be sent to."};
  }
  const int64_t wait_ms = tests_.take_ms(resident.jid().str(), context_->clock().monotonic_ms(),
                                         TokenRate::per_minute(tests_per_min, tests_per_min));
  if (wait_ms > 0) return Error{ErrorKind::resource_constraint, "That were 6 tests in a minute. Wait a moment."};
  const auto run = std::make_shared<Run>();
  run->tested = std::move(tested);
  run->left = state->devices.size();
  const std::vector<push::Device> devices = state->devices;
  for (const push::Device& device : devices) {
    push::Shown shown;
    shown.kind = shown.tag = "test";
    shown.site = resident.tenant().title;
    webpush::Push made = make_push(resident.tenant(), resident.jid(), device);
    made.key = key;
    made.urgency = webpush::Urgency::high;
    made.ttl_s = test_ttl_s;
    made.is_urgent = true;
    made.text = push::make_json(shown);
    PushTest result{device.id, device.name, push::service_of(device), {}, 0, {}};
    auto done = [this, run, result, tenant = resident.host()->tenant,
                 account = resident.jid()](const webpush::Outcome& outcome) mutable {
      note_outcome(tenant, account, result.id, outcome);
      result.result = to_string(outcome.kind);
      result.status = outcome.status;
      result.text = outcome.text;
      run->results.push_back(result);
      if (--run->left > 0) return;
      context_->loop().post([run] { run->tested(std::move(run->results)); });
    };
    house_->sender.send(std::move(made), std::move(done));
  }
  return {};
}

}  // namespace teahouse
