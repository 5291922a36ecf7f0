#include "account/reserved_form.h"

#include <algorithm>

#include "xmpp/prep.h"
#include "xmpp/stringprep.h"

namespace teahouse {

std::string stringprep_form(const std::string& localpart) {
  if (std::all_of(localpart.begin(), localpart.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    return localpart;
  }
  const auto form = xmpp::nodeprep(localpart);
  std::string prepared;
  return form && xmpp::append_localpart(prepared, *form) ? prepared : localpart;
}

ReservedForm::ReservedForm(const Tenant& tenant, const std::string& localpart)
    : aliases_(tenant.aliases),
      localpart_(localpart),
      form_(stringprep_form(localpart)),
      reserved_(aliases_->reserve(form_, localpart_)) {}

ReservedForm::~ReservedForm() {
  const bool stays = kept_ && !is_localpart();
  if (reserved_ == Aliases::Reserved::now && !stays) aliases_->release(form_, localpart_);
}

}  // namespace teahouse
