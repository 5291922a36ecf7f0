#include "net/peer_certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "net/tls_trust.h"

namespace teahouse::net {
namespace {

constexpr const char *srv_name_oid = "1.3.6.1.5.5.7.8.7", *xmpp_address_oid = "1.3.6.1.5.5.7.8.5";
constexpr std::string_view srv_service = "_xmpp-server.";
constexpr int security_level = 2;  // as TLS has it: no keys of fewer than 112 bits, no SHA-1

using GeneralNames = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, OpensslFree<ASN1_OBJECT_free>>;

std::string_view view_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<size_t>(ASN1_STRING_length(text))};
}

// A wildcard is a whole label, the first one, and stands for one.
bool matches_dns(std::string_view shown, std::string_view wanted) {
  if (!shown.starts_with("*.")) return lower_ascii(shown) == wanted;
  const size_t dot = wanted.find('.');
  return dot != wanted.npos && dot > 0 && lower_ascii(shown.substr(1)) == wanted.substr(dot) &&
         shown.find('.', 2) != shown.npos;
}

bool matches_srv(std::string_view shown, std::string_view wanted) {
  const std::string lower = lower_ascii(shown);
  return lower.starts_with(srv_service) && std::string_view(lower).substr(srv_service.size()) == wanted;
}

bool matches_other(const OTHERNAME& other, const ServerNames& names) {
  const ObjectPtr srv_name(OBJ_txt2obj(srv_name_oid, 1)), xmpp_address(OBJ_txt2obj(xmpp_address_oid, 1));
  const ASN1_TYPE* value = other.value;
  if (!value || !srv_name || !xmpp_address) return false;
  if (OBJ_cmp(other.type_id, srv_name.get()) == 0 && value->type == V_ASN1_IA5STRING) {
    return matches_srv(view_of(value->value.ia5string), names.ascii);
  }
  if (OBJ_cmp(other.type_id, xmpp_address.get()) != 0 || value->type != V_ASN1_UTF8STRING) return false;
  const std::string shown = lower_ascii(view_of(value->value.utf8string));
  return shown == names.domain || shown == names.ascii;
}

bool names_it(X509* certificate, const ServerNames& names) {
  const GeneralNames shown(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; shown && i < sk_GENERAL_NAME_num(shown.get()); ++i) {
    const GENERAL_NAME* each = sk_GENERAL_NAME_value(shown.get(), i);
    if (each->type == GEN_DNS && matches_dns(view_of(each->d.dNSName), names.ascii)) return true;
    if (each->type == GEN_OTHERNAME && matches_other(*each->d.otherName, names)) return true;
  }
  return false;
}

Error not_good(const std::string& why) { return {ErrorKind::not_authorized, "its certificate is not good: " + why}; }

}  // namespace

bool names_server(std::string_view der, const ServerNames& names) {
  const X509Ptr certificate = parse_der(der);
  const bool named = certificate && !names.ascii.empty() && names_it(certificate.get(), names);
  ERR_clear_error();
  return named;
}

Result<void> judge_server(const TlsTrust& trust, const std::vector<std::string>& chain, const ServerNames& names) {
  if (chain.empty()) return Error{ErrorKind::not_authorized, "it showed no certificate"};
  const X509Ptr own = parse_der(chain.front());
  if (!own) return not_good("it can't be read");
  const ChainPtr others(sk_X509_new_null());
  for (size_t i = 1; i < chain.size(); ++i) {
    if (X509Ptr each = parse_der(chain[i])) sk_X509_push(others.get(), each.release());
  }
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE* const store = SSL_CTX_get_cert_store(trust.state_->context.get());
  if (!context || X509_STORE_CTX_init(context.get(), store, own.get(), others.get()) != 1 ||
      X509_STORE_CTX_set_default(context.get(), "ssl_server") != 1) {
    give_up();
  }
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context.get()), security_level);
  const bool good = X509_verify_cert(context.get()) == 1;
  const int why = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  if (!good) return not_good(X509_verify_cert_error_string(why));
  if (names.ascii.empty() || !names_it(own.get(), names)) return not_good("it does not name " + names.domain);
  return {};
}

}  // namespace teahouse::net
