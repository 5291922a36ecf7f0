#include "modules/metering/metering_module.h"

#include "crypto/hash.h"
#include "tenant/usage_marks.h"
#include "xmpp/keeping.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t digest_bytes = 16;

// Neither an error nor only a chat state, a receipt or a marker.
bool says_something(const Stanza& message) {
  if (message.type == StanzaType::error) return false;
  for (auto child = message.first_child(); child; child = child->next_sibling()) {
    const std::string_view ns = child->ns();
    if (ns == ns::client && child->name() == "body") return true;
    if (ns == ns::hints || ns == ns::receipts || ns == ns::chat_markers) continue;
    if (!only_accompanies(*child)) return true;
  }
  return false;
}

}  // namespace

const ModuleInfo& MeteringModule::info() const {
  static const ModuleInfo info{.name = "metering",
                               .summary = "Counts messages and active users for the usage of each hour.",
                               .metrics = {{"s2s_queue_bytes", MetricInfo::Kind::gauge,
                                            "Bytes of messages that wait on disk for other servers, of all tenants."}}};
  return info;
}

void MeteringModule::attach(ModuleContext& context) {
  context_ = &context;
  seen_.emplace(context.attach_to_residents<Seen>());
  // A meter is of all homes: one of them reads it.
  context.measure("s2s_queue_bytes", [&context]() -> int64_t {
    int64_t bytes = 0;
    if (context.loop().index() != 0) return bytes;
    context.for_each_tenant(
        [&bytes](const TenantPtr& tenant) { bytes += tenant->meter->s2s_queue_bytes.load(std::memory_order_relaxed); });
    return bytes;
  });
  context.on(&Hooks::session_bound, [this](Session& session) { mark(session.resident()); });
  context.on(&Hooks::session_resumed, [this](Session& session) { mark(session.resident()); });
  // Behind the phase that refuses what has no room. The API counts its own messages.
  context.on_outbound(OutboundPhase::copy, StanzaKind::message, [this](Outbound& outbound) {
    mark(outbound.resident);
    if (!outbound.session || !says_something(outbound.stanza)) return Flow::go_on;
    Meter& meter = *outbound.resident.tenant().meter;
    meter.messages.fetch_add(1, std::memory_order_relaxed);
    meter.usage.add(Used::messages);
    return Flow::go_on;
  });
}

void MeteringModule::mark(Resident& resident) {
  const int64_t hour = context_->clock().wall_ms() / usage_marks::hour_ms, day = hour / usage_marks::hours_a_day;
  Seen& seen = seen_->of(resident);
  if (seen.hour == hour) return;
  seen.hour = hour;
  resident.tenant().meter->usage.touch();
  const store::MapStore active = context_->map(resident.tenant(), usage_marks::map_name);
  const std::string name = crypto::sha256(resident.jid().str()).substr(0, digest_bytes);
  active.store(usage_marks::hour_key(hour), name, {});
  if (std::exchange(seen.day, day) != day) active.store(usage_marks::day_key(day), name, {});
}

}  // namespace teahouse
