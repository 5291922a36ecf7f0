#include "modules/profile/profile_module.h"

#include "modules/profile/vcards.h"
#include "modules/pubsub/pubsub.h"
#include "xmpp/namespaces.h"

namespace teahouse {

ProfileModule::ProfileModule() = default;
ProfileModule::~ProfileModule() = default;

const ModuleInfo& ProfileModule::info() const {
  static const ModuleInfo about{.name = "profile",
                                .summary = "Pictures and vCards, as one for clients of all ages.",
                                .xeps = {{84, "1.1.4", "User Avatar", "no replyto addresses (XEP-0033)"},
                                         {153, "1.1.1", "vCard-Based Avatars", ""},
                                         {172, "1.1", "User Nickname", ""},
                                         {292, "0.12.0", "vCard4 Over XMPP",
                                          "pictures in a vCard4 are no avatars; notices have the vCard in them"},
                                         {398, "1.0.0", "User Avatar to vCard-Based Avatars Conversion",
                                          "presence directed at those who may not have the picture has no hash"}},
                                .host_features = {ns::vcard4},
                                .account_features = {ns::vcard4, ns::pep_vcard_conversion},
                                .needs = {"presence", "pubsub", "vcard"},
                                .is_optional = true};
  return about;
}

void ProfileModule::attach(ModuleContext& context) {
  auto& nodes = context.need<PubsubModule>("pubsub").own_nodes();
  pictures_ = std::make_unique<profile::Pictures>(context, context.need<PresenceModule>("presence"), nodes);
  vcards_ = std::make_unique<profile::Vcards>(context, context.need<VcardModule>("vcard"), nodes, *pictures_);
}

void ProfileModule::detach() {
  vcards_->detach();
  pictures_->detach();
}

}  // namespace teahouse
