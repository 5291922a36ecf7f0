#include "crypto/service_names.h"

#include "base/text.h"
#include "crypto/x509_objects.h"

namespace teahouse::crypto {
namespace {

constexpr const char *srv_name_oid = "1.3.6.1.5.5.7.8.7", *xmpp_address_oid = "1.3.6.1.5.5.7.8.5";
constexpr size_t name_bytes_max = 253;
using Object = std::unique_ptr<ASN1_OBJECT, Free<ASN1_OBJECT_free>>;

void keep(std::vector<std::string>& names, const ASN1_STRING* text) {
  const auto size = static_cast<size_t>(ASN1_STRING_length(text));
  if (size == 0 || size > name_bytes_max || names.size() >= service_names_max) return;
  names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), size);
}

}  // namespace

ServiceNames read_service_names(std::string_view der) {
  ServiceNames names;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  const GeneralNames shown(certificate ? static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
                                             certificate.get(), NID_subject_alt_name, nullptr, nullptr))
                                       : nullptr);
  const Object srv_name(OBJ_txt2obj(srv_name_oid, 1)), xmpp_address(OBJ_txt2obj(xmpp_address_oid, 1));
  for (int i = 0; shown && srv_name && xmpp_address && i < sk_GENERAL_NAME_num(shown.get()); ++i) {
    const GENERAL_NAME* each = sk_GENERAL_NAME_value(shown.get(), i);
    if (each->type != GEN_OTHERNAME || !each->d.otherName->value) continue;
    const ASN1_TYPE* value = each->d.otherName->value;
    if (OBJ_cmp(each->d.otherName->type_id, srv_name.get()) == 0 && value->type == V_ASN1_IA5STRING) {
      keep(names.srv, value->value.ia5string);
    }
    if (OBJ_cmp(each->d.otherName->type_id, xmpp_address.get()) == 0 && value->type == V_ASN1_UTF8STRING) {
      keep(names.xmpp, value->value.utf8string);
    }
  }
  ERR_clear_error();
  for (std::string& each : names.srv) each = lower_ascii(each);
  return names;
}

}  // namespace teahouse::crypto
