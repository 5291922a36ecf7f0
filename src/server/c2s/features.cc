#include "server/c2s/features.h"

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

}  // namespace

std::string make_features(const FirstFeatures& features) {
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:features").attribute("xmlns:stream", ns::stream);
  if (features.starttls) {
    writer.open("starttls", ns::tls);
    if (features.tls_required) writer.open("required").close();
    writer.close();
  }
  if (!features.tls_required) write_mechanisms(writer, features.offer);
  if (features.registration) writer.open("register", ns::register_feature).close();
  writer.close();
  return out;
}

std::string make_account_features() {
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:features").attribute("xmlns:stream", ns::stream);
  writer.open("bind", ns::bind).close();
  writer.open("session", ns::session).open("optional").close().close();
  writer.open("sm", ns::sm).close();
  writer.open("ver", ns::roster_versioning).close();
  writer.open("sub", ns::pre_approval).close();
  writer.close();
  return out;
}

}  // namespace teahouse::c2s
