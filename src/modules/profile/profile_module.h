// ProfileModule: what users tell the world of themselves, as one thing for clients of all ages: their picture, as an
// avatar in PEP or in the vCard, and the vCard, of vcard-temp or vCard4.
//
// Thread: its home loop.
// Spec: XEP-0084, XEP-0153, XEP-0292, XEP-0398.
#pragma once

#include <memory>

#include "server/module_context.h"

namespace teahouse {

namespace profile {
class Pictures;
class Vcards;
}  // namespace profile

class ProfileModule final : public Module {
 public:
  ProfileModule();
  ~ProfileModule() override;
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

 private:
  std::unique_ptr<profile::Pictures> pictures_;
  std::unique_ptr<profile::Vcards> vcards_;
};

}  // namespace teahouse
