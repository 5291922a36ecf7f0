// Authority: one ACME authority as a client of it sees it: its directory, nonces, our account, and what it was asked.
//
// A nonce that it refuses is replaced and the request made again, at most ten times. Faults of the authority
// itself (nobody answers, 5xx, rubbish, its limits) are told apart from refusals of one name.
//
// Thread: its loop's. Lifetime: it outlives what it has begun.
// Limits: answers of 128 KiB, 30 s for each; 20 nonces are kept; the directory is read anew each day.
// Errors: service_unavailable for an authority that is away; resource_constraint for one that says "rateLimited", with
// retry_after_ms(); bad_request for all that it refuses.
// Spec: RFC 8555 sections 6 and 7.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "acme/answers.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "crypto/p256.h"
#include "http/client.h"

namespace teahouse::acme {

// How it reaches the world; tests have their own.
struct Wire {
  Executor& home;
  const Clock& clock;
  std::function<http::Exchange(http::ClientRequest, http::Client::Done)> fetch;
  std::function<void(int64_t ms, std::function<void()> work)> pause;
};

struct AuthoritySettings {
  std::string directory;             // its address; empty: there is none
  std::vector<std::string> contact;  // "mailto:admin@example.com"
  std::string eab_key_id, eab_secret;
  std::string profile;  // of newOrder; empty: the authority's own choice
  // Tried in this order, another one at each try.
  std::vector<std::string> challenges{"http-01", "tls-alpn-01"};
};

struct Account {
  crypto::P256Key key;
  std::string url;  // empty: it is not made yet
};

class Authority {
 public:
  Authority(Wire wire, AuthoritySettings settings, crypto::P256Key account_key, std::string account_url)
      : wire_(std::move(wire)),
        settings_(std::move(settings)),
        account_{std::move(account_key), std::move(account_url)} {}

  const AuthoritySettings& settings() const { return settings_; }
  const Account& account() const { return account_; }
  const Wire& wire() const { return wire_; }

  // Reads the directory where it is old, and makes the account, or finds it by its key.
  Task<Result<void>> open();
  const Directory& directory() const { return *directory_; }  // REQUIRES: open() has ended well

  // A signed request; an empty payload reads. REQUIRES: open() has ended well.
  Task<Result<http::ClientResponse>> post(std::string url, std::string payload);
  Task<Result<http::ClientResponse>> get(std::string url);
  Task<void> pause(int64_t ms);
  // Of the last answer, and of the last refusal; 0: it said nothing.
  int64_t retry_after_ms() const { return retry_after_ms_; }
  int64_t refusal_retry_after_ms() const { return refusal_retry_after_ms_; }

  // The account has this key from now on. REQUIRES: open() has ended well; the caller keeps the key first.
  Task<Result<void>> change_key(crypto::P256Key key);
  // `reason` of RFC 5280 section 5.3.1: 1 for a key that others have, 4 for one that was replaced.
  Task<Result<void>> revoke(std::string certificate_pem, int reason);

 private:
  struct Asked {
    std::string url, payload;
    bool by_key = false;  // the account has no address yet
  };
  Task<Result<http::ClientResponse>> fetch(http::ClientRequest request);
  Task<Result<http::ClientResponse>> post_signed(Asked asked);
  Task<Result<std::string>> take_nonce();
  Task<Result<void>> read_directory_anew();
  Task<Result<void>> make_account();
  void keep_nonce(const http::Headers& headers);
  Error refuse(const http::ClientResponse& response);

  const Wire wire_;
  const AuthoritySettings settings_;
  Account account_;
  std::optional<Directory> directory_;
  int64_t directory_at_ms_ = 0;
  bool account_is_known_ = false;  // in this run
  std::vector<std::string> nonces_;
  int64_t retry_after_ms_ = 0, refusal_retry_after_ms_ = 0;
};

}  // namespace teahouse::acme
