// DnsSigner: signs a zone's records by a key of its own (DNSSEC, ECDSA P-256), for tests.
//
// Spec: RFC 4034 (DNSKEY, RRSIG, canonical form), RFC 6605 (algorithm 13).
#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "net/fake/dns_server.h"

namespace teahouse::net::fake {

class DnsSigner {
 public:
  explicit DnsSigner(std::string zone) : zone_(std::move(zone)), key_(EVP_EC_gen("P-256")) {}
  ~DnsSigner() { EVP_PKEY_free(key_); }
  DnsSigner(const DnsSigner&) = delete;

  // As a file of trust anchors has it.
  std::string trust_anchor() const { return zone_ + ". IN DNSKEY 257 3 13 " + base64(public_key()) + "\n"; }

  // Puts the zone's key and one record of this name and type on the server, with their signatures.
  void serve_key(DnsServer& server) const { serve(server, zone_, static_cast<DnsType>(48), key_record()); }
  void serve(DnsServer& server, const std::string& name, DnsType type, const std::string& data) const {
    server.add(name, type, data);
    server.add_signature(name, type, signature(name, type, data));
  }

 private:
  static std::string u32(uint32_t value) { return make_u16(value >> 16) + make_u16(value & 0xffff); }
  static std::string base64(const std::string& bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    return text.substr(0, static_cast<size_t>(size));
  }
  std::string public_key() const {
    std::string point(65, '\0');  // 4, X, Y
    size_t size = 0;
    EVP_PKEY_get_octet_string_param(key_, OSSL_PKEY_PARAM_PUB_KEY, reinterpret_cast<unsigned char*>(point.data()),
                                    point.size(), &size);
    return point.substr(1);
  }
  std::string key_record() const { return make_u16(257) + "\3\15" + public_key(); }
  unsigned key_tag() const {
    const std::string record = key_record();
    uint32_t sum = 0;
    for (size_t i = 0; i < record.size(); ++i) {
      const auto byte = static_cast<uint8_t>(record[i]);
      sum += i % 2 == 0 ? uint32_t{byte} << 8 : byte;
    }
    return (sum + (sum >> 16)) & 0xffff;
  }
  std::string signature(const std::string& name, DnsType type, const std::string& data) const {
    const auto now = static_cast<uint32_t>(time(nullptr));
    const auto labels = static_cast<char>(std::count(name.begin(), name.end(), '.') + 1);
    const std::string type_bytes = make_u16(static_cast<unsigned>(type));
    const std::string head = type_bytes + '\15' + labels + u32(60) + u32(now + 3600) + u32(now - 3600) +
                             make_u16(key_tag()) + make_dns_name(zone_);
    const std::string signed_bytes = head + make_dns_name(name) + type_bytes + make_u16(1) + u32(60) +
                                     make_u16(static_cast<unsigned>(data.size())) + data;
    return head + sign(signed_bytes);
  }
  std::string sign(const std::string& bytes) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_);
    std::string der(128, '\0');
    size_t size = der.size();
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &size,
                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    EVP_MD_CTX_free(context);
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size));
    std::string raw(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(raw.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(raw.data()) + 32, 32);
    ECDSA_SIG_free(pair);
    return raw;
  }

  std::string zone_;
  EVP_PKEY* key_;
};

}  // namespace teahouse::net::fake
