// ApiWorld: the whole API on two loops, over HTTP, with stores in memory and two tenants of two users each. For tests.
//
// Each answer is compared with openapi.json.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "account/site_token.h"
#include "account/site_token_claims.h"
#include "api/api.h"
#include "api/idempotency.h"
#include "api/testing/fake_calls.h"
#include "api/testing/fake_pushes.h"
#include "api/testing/fake_rooms.h"
#include "api/testing/openapi_check.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "domains/domains.h"
#include "domains/prober.h"
#include "files/disk_store.h"
#include "files/files.h"
#include "http/fetch.h"
#include "mail/mail_queue.h"
#include "net/fake/ready_dns.h"
#include "net/fake/running_loop.h"
#include "net/listener.h"
#include "sign_up/sign_ups.h"
#include "store/memory/memory_plane.h"
#include "store/testing/temp_directory.h"
#include "tenant/testing/tenant_world.h"
#include "transfer/transfer.h"

namespace teahouse::api::testing {

using HeaderList = std::vector<std::pair<std::string, std::string>>;
inline const std::string operator_key_text = "operator-key-for-tests";

struct Reply {
  int status = 0;
  http::Headers headers;
  std::string body;
  json::value json() const { return json::parse(body); }
  std::string text(const char* member) const { return std::string(json().at(member).as_string().c_str()); }
  std::string code() const { return text("code"); }
  std::string detail() const { return text("detail"); }
};

struct Site {
  TenantPtr tenant;
  std::string api_key, signing_secret;
};

class ApiWorld : public ::testing::Test {
 protected:
  ApiWorld()
      : base_(migrations(), tables()),
        accounts_(*base_.control, base_.clock, base_.seal_key),
        throttle_(base_.clock),
        limits_(base_.clock),
        shared_{base_.clock, data_, accounts_, base_.keys, throttle_, limits_, "salt", {}} {
    shared_.files = &files_;
    for (net::fake::RunningLoop* loop : loops_) {
      auto& home = homes_[(*loop)->index()];
      loop->run([&] {
        home = std::make_unique<Home>(**loop, shared_);
        home->modules().add(std::make_unique<FakeArchive>());
      });
    }
    base_.tenants.set_publish([this](Executor& home, TenantPtr tenant, bool removed) {
      return shared_.homes.publish(home, std::move(tenant), removed);
    });
    base_.tenants.set_keep(
        [this](TenantId tenant, std::string_view domain) { return domains_.check_free(tenant, domain); });
    base_.tenants.set_wipe([this](Executor& home, TenantPtr tenant) { return data_.remove_tenant(home, tenant->id); });
    for (auto& home : homes_) {
      data_.watch_commits(home->loop(), [there = home.get()](Lsn lsn) { there->commits().on_committed(lsn); });
    }
    first_.run([this] { serve(); });
    shop_ = make_site("shop", "shop.example", "https://shop.example");
    forum_ = make_site("forum", "forum.example", "https://forum.example");
    for (const Site* site : {&shop_, &forum_}) {
      for (const char* id : {"ann", "bob"})
        EXPECT_EQ(with_key(*site, "PUT", std::string("/v1/users/") + id).status, 201);
    }
  }
  ~ApiWorld() override {
    first_.run([this] {
      listener_.reset();
      server_.reset();
    });
    for (net::fake::RunningLoop* loop : loops_) loop->run([&] { homes_[(*loop)->index()].reset(); });
  }

  Reply call(const std::string& method, const std::string& path, const HeaderList& headers = {},
             const std::string& body = {}) {
    http::ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(port_) + path;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    request.body = body;
    const auto response = http::fetch(request);
    if (!response) {
      ADD_FAILURE() << method << " " << path << ": " << response.error().text;
      return {};
    }
    if (method != "OPTIONS" && !open_api_.find_path(path).empty()) {
      const std::string type(response->headers.value("Content-Type"));
      EXPECT_EQ(open_api_.check(method, path, response->status, type, response->body), "")
          << method << " " << path << " " << response->body;
    }
    return {response->status, response->headers, response->body};
  }
  static HeaderList bearer(const std::string& key, HeaderList more = {}) {
    more.emplace_back("Authorization", "Bearer " + key);
    more.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return more;
  }
  Reply with_key(const Site& site, const std::string& method, const std::string& path, const std::string& form = {}) {
    return call(method, path, bearer(site.api_key), form);
  }
  Reply as_operator(const std::string& method, const std::string& path, const std::string& form = {}) {
    return call(method, path, bearer(operator_key_text), form);
  }
  Reply as_user(const Site& site, const std::string& user, const std::string& method, const std::string& path,
                const std::string& form = {}) {
    return call(method, path, bearer(token(site, user)), form);
  }
  std::string token(const Site& site, const std::string& user, int64_t seconds = 600, const std::string& name = {}) {
    SiteTokenClaims claims;
    claims.iss = site.tenant->site_id;
    claims.sub = user;
    claims.exp_s = base_.clock.wall_ms() / 1000 + seconds;
    claims.name = name;
    return sign_claims(claims, site.signing_secret);
  }

  // Binds a resource and makes it available; `payload` is its presence's.
  void bind(const std::string& jid_text, const std::string& payload) {
    const BareJid jid = BareJid::parse(jid_text).value();
    Home& home = *homes_[shared_.homes.place_of(jid.str()).loop];
    std::promise<bool> bound;
    home.loop().post([&] {
      home.residents().with(jid, [&](Result<Resident*> resident) {
        const auto session = home.sessions().bind(**resident, "phone");
        (*session)->set_presence(Stanza::make(StanzaKind::presence, StanzaType::none, payload));
        bound.set_value(true);
      });
    });
    bound.get_future().wait();
  }

  Site make_site(const std::string& name, const std::string& domain, const std::string& origin) {
    const Reply made = as_operator("POST", "/operator/v1/tenants",
                                   "name=" + name + "&domain=" + domain + "&origins=" + origin + "&guests=on");
    EXPECT_EQ(made.status, 201) << made.body;
    return {base_.tenants.find(name), made.text("api_key"), made.text("signing_secret")};
  }

  ::teahouse::testing::TenantWorld base_;
  store::MemoryPlane data_;
  Accounts accounts_;
  LoginThrottle throttle_;
  Persons persons_{*base_.control, base_.clock, base_.audit, throttle_, base_.seal_key};
  sign_up::SignUps sign_ups_{{*base_.control, base_.clock, base_.audit, base_.tenants, persons_}, {}, {}};  // closed
  FirstSteps steps_{*base_.control, base_.clock};
  ApiCallLimits limits_;
  Shared shared_;
  ::teahouse::testing::TempDirectory folder_;
  Files files_{data_, base_.clock, open_disk_store(folder_.path() + "/files").value()};
  FakeRooms rooms_;
  FakePushes pushes_;
  FakeCalls calls_;
  OpenApi open_api_;
  net::fake::RunningLoop first_{0}, second_{1};
  std::array<net::fake::RunningLoop*, 2> loops_{&first_, &second_};
  std::array<std::unique_ptr<Home>, 2> homes_;
  IdempotencyRecords records_{data_, base_.clock, *crypto::Sealer::make(std::string(crypto::sealing_key_bytes, 's'))};
  domains::Domains domains_{*base_.control, base_.clock};
  net::fake::ReadyDns dns_;                            // Thread: that of first_
  std::map<std::string, http::ClientResponse> pages_;  // that a prober finds, by their URLs; likewise
  std::unique_ptr<domains::Prober> prober_;
  transfer::Transfer transfer_{{*base_.control, data_, base_.tenants, accounts_, base_.clock}};
  std::unique_ptr<ApiContext> context_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<net::Listener> listener_;
  uint16_t port_ = 0;
  Site shop_, forum_;

 private:
  static std::vector<store::Migration> migrations() {
    auto all = Accounts::migrations();
    for (store::Migration& migration : Persons::migrations()) all.push_back(std::move(migration));
    for (store::Migration& migration : domains::Domains::migrations()) all.push_back(std::move(migration));
    for (store::Migration& migration : mail::MailQueue::migrations()) all.push_back(std::move(migration));
    for (store::Migration& migration : sign_up::SignUps::migrations()) all.push_back(std::move(migration));
    return all;
  }
  static std::vector<TenantTable> tables() {
    auto all = Accounts::tables();
    for (TenantTable& table : Persons::tables()) all.push_back(std::move(table));
    for (TenantTable& table : domains::Domains::tables()) all.push_back(std::move(table));
    for (TenantTable& table : mail::MailQueue::tables()) all.push_back(std::move(table));
    for (TenantTable& table : sign_up::SignUps::tables()) all.push_back(std::move(table));
    return all;
  }
  static Task<Result<std::string>> make_snapshot(Executor& /*home*/) { co_return std::string("house-1"); }
  domains::Prober::Ways domain_ways() {
    return {[this]() -> Result<net::Dns*> { return &dns_; },
            [this](http::ClientRequest request, http::Client::Done done) {
              const auto page = pages_.find(request.url);
              Result<http::ClientResponse> answer = page == pages_.end()
                                                        ? Error{ErrorKind::service_unavailable, "nobody answers"}
                                                        : Result<http::ClientResponse>(page->second);
              first_->post([done = std::move(done), answer = std::move(answer)] { done(answer); });
              return http::Exchange();
            },
            look};
  }
  // As if nothing were there but a note of the domain that tried to be let in.
  static Task<Result<survey::Survey>> look(std::string domain, std::string ours) {
    survey::Survey survey{std::move(domain), {}};
    survey.add({"peer", "EXTERNAL", survey::Verdict::bad, "It refused " + ours + ".", "a record"});
    co_return survey;
  }
  void serve() {
    context_ = std::make_unique<ApiContext>(ApiContext{*homes_[0],
                                                       base_.tenants,
                                                       rooms_,
                                                       pushes_,
                                                       base_.audit,
                                                       base_.certificates,
                                                       records_,
                                                       persons_,
                                                       steps_,
                                                       crypto::hash_key(operator_key_text),
                                                       "http://im.example",
                                                       "ws://im.example/xmpp",
                                                       {},
                                                       {},
                                                       make_snapshot});
    context_->calls = &calls_;
    prober_ = std::make_unique<domains::Prober>(*first_, domain_ways(), domains::Target{"im.example", 5222, 5223});
    context_->domains = &domains_;
    context_->sign_ups = &sign_ups_;
    context_->prober = prober_.get();
    context_->transfer = &transfer_;
    add_routes(router_, *context_);
    server_ = std::make_unique<http::Server>(*first_, router_);
    auto listener = net::Listener::listen(*first_, "127.0.0.1:0", [this](std::unique_ptr<net::Connection> connection) {
      server_->attach(std::move(connection));
    });
    listener_ = std::move(*listener);
    port_ = listener_->port();
  }
};

}  // namespace teahouse::api::testing
