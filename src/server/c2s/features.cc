#include "server/c2s/features.h"

#include "server/c2s/stream_limits.h"
#include "server/c2s/upgrade.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

void write_mechanisms(xml::Writer& writer, const sasl::Offer& offer) {
  const auto mechanisms = sasl::offered_mechanisms(offer);
  if (mechanisms.empty()) return;
  writer.open("mechanisms", ns::sasl);
  for (const std::string_view mechanism : mechanisms) writer.leaf("mechanism", mechanism);
  writer.close();
  if (!offer.has_plus()) return;
  writer.open("sasl-channel-binding", ns::channel_binding);
  for (const ChannelBinding& binding : offer.channel_bindings) {
    if (binding.offered) writer.open("channel-binding").attribute("type", binding.type).close();
  }
  writer.close();
}

// Without tls-0rtt: nothing is taken in the early data of TLS (docs/decisions/0029).
void write_fast(xml::Writer& writer, const sasl::Offer& offer) {
  const auto mechanisms = sasl::offered_token_mechanisms(offer);
  if (mechanisms.empty()) return;
  writer.open("fast", ns::fast);
  for (const std::string_view mechanism : mechanisms) writer.leaf("mechanism", mechanism);
  writer.close();
}

// SASL2, and what may follow the login at once.
void write_authentication(xml::Writer& writer, const sasl::Offer& offer, const ModuleFeatures& declared) {
  const auto mechanisms = sasl::offered_mechanisms(offer);
  if (mechanisms.empty()) return;
  writer.open("authentication", ns::sasl2);
  for (const std::string_view mechanism : mechanisms) writer.leaf("mechanism", mechanism);
  writer.open("inline").open("sm", ns::sm).close().open("bind", ns::bind2).open("inline");
  writer.open("feature").attribute("var", ns::sm).close();
  for (const ModuleInfo* module : declared.modules) {
    for (const Feature& feature : module->bind_features) {
      if (feature.is_offered && !feature.is_offered(declared.tenant)) continue;
      writer.open("feature").attribute("var", feature.var).close();
    }
  }
  writer.close().close();
  write_fast(writer, offer);
  writer.close();
  if (Upgrade::is_offered(offer)) writer.leaf("upgrade", Upgrade::task, ns::sasl_upgrade);
  writer.close();
}

void write_declared(xml::Writer& writer, const ModuleFeatures& declared, StreamFeature::Time time) {
  for (const ModuleInfo* module : declared.modules) {
    for (const StreamFeature& feature : module->stream_features) {
      if (feature.time != time || (feature.is_offered && !feature.is_offered(declared.tenant))) continue;
      writer.open(feature.name, feature.ns).close();
    }
  }
}

// The limits tell how much a client may send in one piece, and for how long it may be silent.
void write_limits(xml::Writer& writer, const StreamLimits& limits, int64_t idle_s) {
  writer.open("limits", ns::stream_limits).leaf("max-bytes", std::to_string(limits.element.element_bytes_max));
  if (idle_s > 0) writer.leaf("idle-seconds", std::to_string(idle_s));
  writer.close();
}

// Of a stream whose client is known.
std::string make_features_of_client(const ModuleFeatures& declared, bool is_bound) {
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:features").attribute("xmlns:stream", ns::stream);
  if (!is_bound) {
    writer.open("bind", ns::bind).close();
    writer.open("session", ns::session).open("optional").close().close();
  }
  writer.open("sm", ns::sm).close();
  write_limits(writer, StreamLimits::of(declared.tenant.limits()), declared.idle_s);
  write_declared(writer, declared, StreamFeature::Time::after_login);
  writer.raw(declared.more).close();
  return out;
}

}  // namespace

std::string make_features(const FirstFeatures& features, const ModuleFeatures& declared) {
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:features").attribute("xmlns:stream", ns::stream);
  if (features.starttls) {
    writer.open("starttls", ns::tls);
    if (features.tls_required) writer.open("required").close();
    writer.close();
  }
  if (!features.tls_required) write_mechanisms(writer, features.offer);
  if (features.has_sasl2) write_authentication(writer, features.offer, declared);
  if (!features.tls_required) {
    write_limits(writer, StreamLimits::of_stranger(), 0);
    write_declared(writer, declared, StreamFeature::Time::before_login);
  }
  writer.close();
  return out;
}

std::string make_account_features(const ModuleFeatures& declared) { return make_features_of_client(declared, false); }

std::string make_bound_features(const ModuleFeatures& declared) { return make_features_of_client(declared, true); }

}  // namespace teahouse::c2s
