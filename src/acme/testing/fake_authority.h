// FakeAuthority: an ACME authority in the test's own thread: strict about nonces and signatures, with the bad days that
// a test gives it. For tests.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acme/authority.h"
#include "acme/challenges.h"
#include "base/testing/run_task.h"
#include "crypto/encoding.h"
#include "crypto/x509.h"

namespace teahouse::acme::testing {

namespace json = boost::json;

class FakeAuthority {
 public:
  FakeAuthority(::teahouse::testing::QueueExecutor& home, FakeClock& clock) : home_(home), clock_(clock) {
    ca_ = crypto::make_local_ca("Fake authority", clock.wall_ms() / 1000 - 3600, 3650).value();
  }

  // Each of these may be changed while it runs.
  bool is_away = false;                // nobody answers
  int bad_nonces = 0;                  // so many requests are refused for their nonce
  std::string rubbish;                 // every answer's body instead of the right one
  std::map<std::string, int> limited;  // names for which so many orders are refused as too many
  int64_t retry_after_s = 0;           // said with each refusal
  std::set<std::string> invalid;       // names that it finds fault with
  std::function<void(const std::string& url)> on_request;
  int64_t window_after_ms = 0;  // so long after its issue begins a certificate's window (ARI); 0: there are none
  int64_t window_ms = 86'400'000;
  bool suggests_now = false;  // for all that was issued, as before a revocation
  int64_t life_days = 90;
  bool asks_for_external_account = false;
  std::vector<std::string> offers{"http-01", "tls-alpn-01"};

  // Its record.
  int requests = 0, orders_made = 0, accounts_made = 0, renewal_looks = 0;
  std::vector<std::string> issued;  // names
  std::vector<int64_t> issued_at_ms;
  std::vector<std::string> replaced, profiles, challenges_used;
  std::vector<std::string> faults;  // of the client: what a strict authority would refuse

  static constexpr const char* base = "https://ca.example";
  std::string directory_url() const { return std::string(base) + "/dir"; }

  // Looks where a validator would look.
  Challenges* challenges = nullptr;

  http::Exchange fetch(http::ClientRequest request, http::Client::Done done) {
    ++requests;
    if (on_request) on_request(request.url);
    Result<http::ClientResponse> answer =
        is_away ? Result<http::ClientResponse>(Error{ErrorKind::remote_server_timeout, "nobody answers"})
                : Result<http::ClientResponse>(answer_to(request));
    if (answer && !rubbish.empty()) answer->body = rubbish;
    home_.post([done = std::move(done), answer = std::move(answer)] { done(answer); });
    return {};
  }
  Wire wire() {
    return {home_, clock_,
            [this](http::ClientRequest request, http::Client::Done done) {
              return fetch(std::move(request), std::move(done));
            },
            [this](int64_t ms, std::function<void()> work) {
              clock_.advance_ms(ms);
              home_.post(std::move(work));
            }};
  }
  const std::string& ca_pem() const { return ca_.certificate_pem; }

 private:
  struct Kept {
    std::string name, status = "pending", chain, account, challenge;
    bool authorized = false, invalid = false;
  };
  struct Key {
    EVP_PKEY* key;
    ~Key() { EVP_PKEY_free(key); }
  };

  static std::string url(const std::string& path) { return base + path; }
  http::ClientResponse respond(int status, const json::object& body, const std::string& location = {}) {
    http::ClientResponse response{status, {}, json::serialize(body)};
    const std::string nonce = crypto::to_base64url("nonce " + std::to_string(++nonces_made_));
    nonces_.insert(nonce);
    response.headers.add("Replay-Nonce", nonce);
    if (!location.empty()) response.headers.add("Location", location);
    if (retry_after_s > 0 && status >= 400) response.headers.add("Retry-After", std::to_string(retry_after_s));
    return response;
  }
  http::ClientResponse refuse(int status, const std::string& type, const std::string& detail) {
    return respond(status, {{"type", "urn:ietf:params:acme:error:" + type}, {"detail", detail}, {"status", status}});
  }

  http::ClientResponse answer_to(const http::ClientRequest& request) {
    const std::string path = request.url.substr(std::string(base).size());
    if (path == "/dir") return directory();
    if (path == "/nonce") return respond(200, {});
    if (path.starts_with("/ari/")) return renewal_info(path.substr(path.find('.') + 1));
    const auto outer = json::parse(request.body).as_object();
    const auto header =
        json::parse(crypto::parse_base64url(outer.at("protected").as_string().c_str()).value()).as_object();
    const std::string payload = crypto::parse_base64url(outer.at("payload").as_string().c_str()).value();
    if (std::string(header.at("url").as_string().c_str()) != request.url) faults.push_back("the url is another");
    if (nonces_.erase(header.contains("nonce") ? header.at("nonce").as_string().c_str() : "") == 0) {
      faults.push_back("the nonce is unknown");
    }
    if (bad_nonces > 0) {
      --bad_nonces;
      return refuse(400, "badNonce", "an old one");
    }
    check_signature(outer, header);
    const json::object body = payload.empty() ? json::object() : json::parse(payload).as_object();
    if (path == "/account") return account(header, body);
    if (!header.contains("kid")) faults.push_back("no account is named");
    if (path == "/orders") return new_order(body);
    if (path.starts_with("/order/")) return order(path, body);
    if (path.starts_with("/authz/")) return authorization(path);
    if (path.starts_with("/challenge/")) return challenge(path, payload);
    if (path.starts_with("/finalize/")) return finalize(path, body);
    if (path.starts_with("/certificate/")) return {200, {}, orders_.at(path.substr(13)).chain};
    if (path == "/revoke") return respond(200, {});
    if (path == "/key") return change_key(body);
    return refuse(404, "malformed", "nothing is there");
  }

  http::ClientResponse renewal_info(const std::string& serial) {
    ++renewal_looks;
    const int64_t now_ms = clock_.wall_ms();
    const int64_t start_ms = suggests_now ? now_ms - 2 * window_ms : made_ms_.at(serial) + window_after_ms;
    return respond(
        200, {{"suggestedWindow", {{"start", format_time(start_ms)}, {"end", format_time(start_ms + window_ms)}}}});
  }
  http::ClientResponse directory() {
    json::object all{
        {"newNonce", url("/nonce")},
        {"newAccount", url("/account")},
        {"newOrder", url("/orders")},
        {"revokeCert", url("/revoke")},
        {"keyChange", url("/key")},
        {"meta", {{"profiles", {{"shortlived", "six days"}}}, {"externalAccountRequired", asks_for_external_account}}}};
    if (window_after_ms > 0) all["renewalInfo"] = url("/ari");
    return respond(200, all);
  }

  static std::string point_of(const json::object& jwk) {
    return "\x04" + crypto::parse_base64url(jwk.at("x").as_string().c_str()).value() +
           crypto::parse_base64url(jwk.at("y").as_string().c_str()).value();
  }
  void check_signature(const json::object& outer, const json::object& header) {
    std::string point;
    if (header.contains("jwk")) {
      point = point_of(header.at("jwk").as_object());
    } else {
      const auto known = accounts_.find(header.at("kid").as_string().c_str());
      if (known == accounts_.end()) return faults.push_back("the account is unknown");
      point = known->second;
    }
    const std::string text = std::string(outer.at("protected").as_string().c_str()) + "." +
                             std::string(outer.at("payload").as_string().c_str());
    const auto signature = crypto::parse_base64url(outer.at("signature").as_string().c_str());
    if (!signature || !crypto::verify_es256(point, text, *signature)) faults.push_back("the signature is wrong");
  }

  http::ClientResponse account(const json::object& header, const json::object& body) {
    if (asks_for_external_account && !body.contains("externalAccountBinding")) {
      return refuse(401, "externalAccountRequired", "bind one");
    }
    const std::string point = point_of(header.at("jwk").as_object());
    for (const auto& [known_url, known] : accounts_) {
      if (known == point) return respond(200, {{"status", "valid"}}, known_url);
    }
    const std::string made = url("/account/" + std::to_string(++accounts_made));
    accounts_[made] = point;
    return respond(201, {{"status", "valid"}}, made);
  }
  http::ClientResponse change_key(const json::object& inner) {
    const auto header =
        json::parse(crypto::parse_base64url(inner.at("protected").as_string().c_str()).value()).as_object();
    const auto change =
        json::parse(crypto::parse_base64url(inner.at("payload").as_string().c_str()).value()).as_object();
    check_signature(inner, header);
    const std::string account = change.at("account").as_string().c_str();
    if (accounts_.at(account) != point_of(change.at("oldKey").as_object())) faults.push_back("the old key is another");
    accounts_[account] = point_of(header.at("jwk").as_object());
    return respond(200, {});
  }
  http::ClientResponse new_order(const json::object& body) {
    const std::string name = body.at("identifiers").as_array().at(0).at("value").as_string().c_str();
    if (limited[name] > 0) {
      --limited[name];
      return refuse(429, "rateLimited", "too many certificates for " + name);
    }
    if (body.contains("replaces")) replaced.emplace_back(body.at("replaces").as_string().c_str());
    if (body.contains("profile")) profiles.emplace_back(body.at("profile").as_string().c_str());
    const std::string id = std::to_string(++orders_made);
    orders_[id].name = name;
    return respond(201, show(id), url("/order/" + id));
  }
  json::object show(const std::string& id) {
    const Kept& kept = orders_.at(id);
    json::object shown{
        {"status", kept.status}, {"finalize", url("/finalize/" + id)}, {"authorizations", {url("/authz/" + id)}}};
    if (kept.status == "valid") shown["certificate"] = url("/certificate/" + id);
    return shown;
  }
  http::ClientResponse order(const std::string& path, const json::object&) {
    const std::string id = path.substr(7);
    return orders_.contains(id) ? respond(200, show(id)) : refuse(404, "malformed", "no such order");
  }
  http::ClientResponse authorization(const std::string& path) {
    const std::string id = path.substr(7);
    const Kept& kept = orders_.at(id);
    const std::string status = kept.authorized ? "valid" : kept.invalid ? "invalid" : "pending";
    json::array all{
        {{"type", "dns-01"}, {"url", url("/challenge/dns/" + id)}, {"token", "dns" + id}, {"status", "pending"}}};
    for (const std::string& type : offers) {
      json::object one{
          {"type", type}, {"url", url("/challenge/" + type + "/" + id)}, {"token", "token-" + id}, {"status", status}};
      if (kept.invalid && type == kept.challenge) {
        one["error"] = {{"type", "urn:ietf:params:acme:error:unauthorized"}, {"detail", "the answer is wrong"}};
      }
      all.push_back(one);
    }
    return respond(200,
                   {{"status", status}, {"identifier", {{"type", "dns"}, {"value", kept.name}}}, {"challenges", all}});
  }
  http::ClientResponse challenge(const std::string& path, const std::string& payload) {
    if (payload != "{}") faults.push_back("the challenge is not told as {}");
    const size_t slash = path.rfind('/');
    const std::string id = path.substr(slash + 1), type = path.substr(11, slash - 11);
    Kept& kept = orders_.at(id);
    kept.challenge = type;
    challenges_used.push_back(type);
    const auto shown = challenges->find_token("token-" + id);
    const bool is_shown = type == "http-01" ? shown && shown->starts_with("token-" + id + ".") : true;
    kept.authorized = is_shown && !invalid.contains(kept.name);
    kept.invalid = !kept.authorized;
    kept.status = kept.authorized ? "ready" : "invalid";
    return respond(200, {{"type", type}, {"url", url(path)}, {"status", "processing"}});
  }
  http::ClientResponse finalize(const std::string& path, const json::object& body) {
    const std::string id = path.substr(10);
    Kept& kept = orders_.at(id);
    kept.chain = sign(kept.name, crypto::parse_base64url(body.at("csr").as_string().c_str()).value());
    kept.status = kept.chain.empty() ? "invalid" : "valid";
    issued.push_back(kept.name);
    issued_at_ms.push_back(clock_.wall_ms());
    return respond(200, show(id));
  }

  static Key read_key(const std::string& pem) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    Key key{PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr)};
    BIO_free(bio);
    return key;
  }
  static void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  std::string sign(const std::string& name, const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()));
    if (!request || X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) != 1) {
      faults.push_back("the request for the certificate is wrong");
      X509_REQ_free(request);
      return {};
    }
    BIO* bio = BIO_new_mem_buf(ca_.certificate_pem.data(), static_cast<int>(ca_.certificate_pem.size()));
    X509* issuer = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    const Key key = read_key(ca_.key_pem);
    X509* made = X509_new();
    X509_set_version(made, X509_VERSION_3);
    const int serial = 1000 + ++serial_;
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
    const std::string bytes{static_cast<char>(serial >> 8), static_cast<char>(serial & 0xff)};
    made_ms_[crypto::to_base64url(bytes)] = clock_.wall_ms();
    ASN1_TIME_set(X509_getm_notBefore(made), static_cast<time_t>(clock_.wall_ms() / 1000 - 3600));
    ASN1_TIME_set(X509_getm_notAfter(made), static_cast<time_t>(clock_.wall_ms() / 1000 + life_days * 86'400));
    X509_set_issuer_name(made, X509_get_subject_name(issuer));
    X509_set_pubkey(made, X509_REQ_get0_pubkey(request));
    extend(made, issuer, NID_subject_alt_name, "DNS:" + name);
    extend(made, issuer, NID_authority_key_identifier, "keyid:always");
    X509_sign(made, key.key, EVP_sha256());
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, made);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string chain(data, static_cast<size_t>(size));
    BIO_free(out);
    X509_free(made);
    X509_free(issuer);
    X509_REQ_free(request);
    return chain + ca_.certificate_pem;
  }

  ::teahouse::testing::QueueExecutor& home_;
  FakeClock& clock_;
  crypto::CertificateAndKey ca_;
  std::set<std::string> nonces_;
  std::map<std::string, std::string> accounts_;  // their points, by their addresses
  std::map<std::string, Kept> orders_;
  std::map<std::string, int64_t> made_ms_;  // by serial numbers, as ARI writes them
  int nonces_made_ = 0, serial_ = 0;
};

}  // namespace teahouse::acme::testing
