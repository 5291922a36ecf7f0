#include "modules/csi/csi_module.h"

#include "modules/csi/urgency.h"
#include "xmpp/namespaces.h"

namespace teahouse {

const ModuleInfo& CsiModule::info() const {
  static const ModuleInfo info{.name = "csi",
                               .summary = "What can wait goes later to a client whose user does not look.",
                               .xeps = {{352, "1.0.0", "Client State Indication", ""}},
                               .stream_features = {{StreamFeature::Time::after_login, "csi", ns::csi}},
                               .bind_features = {ns::csi},
                               .is_optional = true};
  return info;
}

void CsiModule::attach(ModuleContext& context) {
  const auto be_inactive = [](Session& session) { session.hold_back(judge_urgency); };
  const auto be_active = [](Session& session) { session.hold_back(nullptr); };
  context.on_nonza("inactive", ns::csi, be_inactive);
  context.on_nonza("active", ns::csi, be_active);
  context.on_bind_feature("inactive", ns::csi, be_inactive);
  context.on_bind_feature("active", ns::csi, be_active);
}

}  // namespace teahouse
