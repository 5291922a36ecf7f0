// The commands against a server that only notes what it is asked.
#include "cli/cli.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <cstdlib>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "cli/client.h"
#include "http/router.h"
#include "net/fake/running_loop.h"
#include "net/listener.h"
#include "tenant/tenant_fields.h"

namespace teahouse::cli::cli_test {
namespace {

class Cli : public ::testing::Test, public http::Handler {
 protected:
  Cli() {
    loop_.run([this] {
      server_ = std::make_unique<http::Server>(*loop_, *this);
      listener_ =
          std::move(*net::Listener::listen(*loop_, "127.0.0.1:0", [this](std::unique_ptr<net::Connection> accepted) {
            server_->attach(std::move(accepted));
          }));
    });
    url_ = "http://127.0.0.1:" + std::to_string(listener_->port());
    answers_["GET /operator/v1/tenants?domain=shop.example"] = {200, R"({"tenants":[{"name":"shop"}]})"};
    answers_["GET /operator/v1/tenants?domain=none.example"] = {200, R"({"tenants":[]})"};
  }
  ~Cli() override {
    loop_.run([this] {
      listener_.reset();
      server_.reset();
    });
  }

  void on_request(http::Request request, http::Responder responder) override {
    const std::string query = request.query_string.empty() ? "" : "?" + request.query_string;
    const std::string asked = request.method + " " + request.path + query;
    asked_ = asked + (request.body.empty() ? "" : " " + request.body);
    key_ = request.headers.value("Authorization");
    const auto& [status, body] = answers_[asked];
    responder.send(status == 204 ? http::make_empty(204) : http::make_json(status == 0 ? 500 : status, body));
  }

  // Runs `teahouse` with these arguments; what it printed is in out_ and err_.
  int run(std::vector<std::string> arguments, const std::string& input = {}, bool with_place = true) {
    arguments.insert(arguments.begin(), "teahouse");
    if (with_place) arguments.insert(arguments.end(), {"--url", url_, "--key", "secret"});
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    std::istringstream in(input);
    std::ostringstream out, err;
    auto* old_in = std::cin.rdbuf(in.rdbuf());
    auto* old_out = std::cout.rdbuf(out.rdbuf());
    auto* old_err = std::cerr.rdbuf(err.rdbuf());
    const int status = run_cli(static_cast<int>(argv.size()), argv.data());
    std::cin.rdbuf(old_in);
    std::cout.rdbuf(old_out);
    std::cerr.rdbuf(old_err);
    out_ = out.str();
    err_ = err.str();
    return status;
  }

  net::fake::RunningLoop loop_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<net::Listener> listener_;
  std::string url_, asked_, key_, out_, err_;
  std::map<std::string, std::pair<int, std::string>> answers_;
};

TEST_F(Cli, MakesATenant) {
  answers_["POST /operator/v1/tenants"] = {
      201, R"({"name":"shop","origins":["https://a.example","https://b.example"],"guests":true})"};
  EXPECT_EQ(run({"tenant", "create", "shop", "--domain", "shop.example", "--origin", "https://a.example", "--origin",
                 "https://b.example", "--guests", "on", "--json"}),
            0);
  EXPECT_EQ(
      asked_,
      "POST /operator/v1/tenants "
      R"({"origins":["https://a.example","https://b.example"],"guests":true,"name":"shop","domain":"shop.example"})");
  EXPECT_EQ(key_, "Bearer secret");
  EXPECT_EQ(out_, R"({"name":"shop","origins":["https://a.example","https://b.example"],"guests":true})"
                  "\n");
  EXPECT_EQ(run({"tenant", "create", "shop", "--domain", "shop.example"}), 0);
  EXPECT_EQ(out_, "name     shop\norigins  https://a.example, https://b.example\nguests   yes\n");
}

TEST_F(Cli, TakesAllOriginsAway) {
  answers_["PATCH /operator/v1/tenants/shop"] = {200, R"({"name":"shop"})"};
  EXPECT_EQ(run({"tenant", "set", "shop", "--origin", ""}), 0);
  EXPECT_EQ(asked_, R"(PATCH /operator/v1/tenants/shop {"origins":[]})");
}

TEST_F(Cli, SetsEachFieldOfATenant) {
  answers_["PATCH /operator/v1/tenants/shop"] = {200, R"({"name":"shop"})"};
  for (const TenantField& field : tenant_fields()) {
    const bool is_flag = field.type == FieldType::flag, is_list = field.type == FieldType::list;
    const bool is_settings = field.type == FieldType::settings, is_number = field.type == FieldType::number;
    const char* given = is_settings ? "on.x=1" : is_number ? "7" : "on";
    const std::string sent = is_number     ? "7"
                             : is_flag     ? "true"
                             : is_list     ? R"(["on"])"
                             : is_settings ? R"({"on":{"x":"1"}})"
                                           : R"("on")";
    EXPECT_EQ(run({"tenant", "set", "shop", std::string(field.option), given}), 0) << err_;
    EXPECT_EQ(asked_, "PATCH /operator/v1/tenants/shop {\"" + std::string(field.name) + "\":" + sent + "}");
    for (const char* verb : {"create", "set"}) {
      EXPECT_EQ(run({"tenant", verb, "--help"}), 0);
      EXPECT_NE(out_.find(std::string(field.option) + " "), std::string::npos) << verb;
      EXPECT_NE(out_.find(field.help.substr(0, 20)), std::string::npos) << verb;
    }
  }
}

TEST_F(Cli, EndsWithWhatTheServerSaid) {
  answers_["DELETE /operator/v1/tenants/none"] = {404, R"({"detail":"There is no tenant 'none'."})"};
  EXPECT_EQ(run({"tenant", "remove", "none"}), 1);
  EXPECT_EQ(err_, "teahouse: There is no tenant 'none'.\n");
  answers_["DELETE /operator/v1/tenants/shop"] = {204, ""};
  EXPECT_EQ(run({"tenant", "remove", "shop", "--json"}), 0);
  EXPECT_EQ(out_, "{}\n");
}

TEST_F(Cli, WrongUsageIsTwoAndNoServerIsThree) {
  EXPECT_EQ(run({"tenant", "create", "shop"}), 2);
  EXPECT_EQ(run({"tenant"}), 2);
  EXPECT_EQ(run({"frob"}), 2);
  EXPECT_EQ(err_, "teahouse: There is no command 'frob'. `teahouse --help` lists them.\n");
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"tenant", "create", "shop", "--domain", "x", "--guests", "perhaps"}), 2);
  for (const char* wrong : {"many", "-1", "1.5", "99999999999999999999"}) {
    EXPECT_EQ(run({"tenant", "set", "shop", "--device-days", wrong}), 2) << wrong;
  }
  EXPECT_EQ(run({"account", "create", "ann@shop.example"}), 2);
  EXPECT_EQ(run({"account", "create", "ann", "--password-stdin"}, "x\n"), 2);
  EXPECT_EQ(run({"tenant", "list"}, {}, false), 2);
  EXPECT_EQ(run({"tenant", "list", "--data", "/nonexistent"}, {}, false), 3);
  EXPECT_EQ(run({"tenant", "list", "--url", "http://127.0.0.1:1", "--key", "x"}, {}, false), 3);
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_EQ(run({"tenant", "create", "--help"}), 0);
}

TEST_F(Cli, PasswordsComeOnStandardInput) {
  answers_["POST /operator/v1/tenants/shop/accounts"] = {201, "{}"};
  EXPECT_EQ(run({"account", "create", "ann@shop.example", "--password-stdin"}, "pass word\r\n"), 0);
  EXPECT_EQ(asked_, R"(POST /operator/v1/tenants/shop/accounts {"localpart":"ann","password":"pass word"})");
  EXPECT_EQ(out_, "ann@shop.example is made.\n");
  answers_["POST /operator/v1/tenants/shop/accounts"] = {409, R"({"detail":"There is an account already."})"};
  EXPECT_EQ(run({"account", "create", "ann@shop.example", "--password-stdin"}, "x"), 1);
  EXPECT_EQ(run({"account", "create", "ann@none.example", "--password-stdin"}, "x"), 1);
  EXPECT_EQ(err_, "teahouse: No tenant has the domain none.example.\n");
  answers_["PUT /operator/v1/tenants/shop/accounts/an n/password"] = {204, ""};
  EXPECT_EQ(run({"account", "passwd", "an\\20n@shop.example", "--password-stdin"}, "x"), 0);
}

TEST_F(Cli, ListsGatherAllPages) {
  answers_["GET /operator/v1/tenants?limit=200"] = {
      200, R"({"tenants":[{"name":"a","domain":"a.example"}],"next_cursor":"a"})"};
  answers_["GET /operator/v1/tenants?limit=200&cursor=a"] = {200,
                                                             R"({"tenants":[{"name":"bbb","domain":"b.example"}]})"};
  EXPECT_EQ(run({"tenant", "list"}), 0);
  EXPECT_EQ(out_, "name  domain     plan  site  guests  suspended\na     a.example\nbbb   b.example\n");
  EXPECT_EQ(run({"tenant", "list", "--json"}), 0);
  EXPECT_EQ(out_, R"({"tenants":[{"name":"a","domain":"a.example"},{"name":"bbb","domain":"b.example"}]})"
                  "\n");
}

TEST_F(Cli, PlansKeysAndUsage) {
  answers_["PUT /operator/v1/plans/small"] = {201, "{}"};
  EXPECT_EQ(run({"plan", "set", "small", "--accounts", "5", "--stanza-bytes", "20000", "--rooms", "unlimited"}), 0);
  EXPECT_EQ(asked_, R"(PUT /operator/v1/plans/small {"accounts":"5","rooms":-1,"stanza_bytes":"20000"})");
  answers_["GET /operator/v1/tenants/shop/usage"] = {
      200, R"({"limits":{"accounts":{"used":1,"limit":5,"over_use":"warn"},"rooms":{"limit":-1}}})"};
  EXPECT_EQ(run({"usage", "shop"}), 0);
  EXPECT_EQ(out_, "name      used  limit      over_use\naccounts  1     5          warn\nrooms           unlimited\n");
  EXPECT_EQ(run({"plan", "set", "small", "--over-use", "accounts=warn", "--over-use", "rooms=allow"}), 0);
  EXPECT_EQ(asked_, R"(PUT /operator/v1/plans/small {"over_use":{"accounts":"warn","rooms":"allow"}})");
  EXPECT_EQ(run({"plan", "set", "small", "--over-use", "accounts"}), 2);
  answers_["POST /operator/v1/tenants/shop/signing-secrets"] = {201, R"({"id":2,"signing_secret":"ss_x"})"};
  EXPECT_EQ(run({"secret", "rotate", "shop"}), 0);
  answers_["DELETE /operator/v1/tenants/shop/keys/7"] = {204, ""};
  EXPECT_EQ(run({"key", "revoke", "shop", "7"}), 0);
}

TEST_F(Cli, UsageByPeriods) {
  const std::string period = R"("over":true,"active_users":1,"peak_sessions":2,"archive_bytes":3,"file_bytes":4,)"
                             R"("messages":5,"bytes_in":6,"bytes_out":7,"relayed_bytes":8,"call_seconds":9,)"
                             R"("api_calls":10,"pushes":11})";
  const std::string asked = "GET /operator/v1/tenants/shop/usage?by=hour&from=2025-11-30&limit=200";
  answers_[asked] = {200, R"({"periods":[{"from":"2025-11-30T00:00:00.000Z",)" + period + R"(],"next_cursor":"7"})"};
  answers_[asked + "&cursor=7"] = {200, R"({"periods":[{"from":"2025-11-30T01:00:00.000Z",)" + period + "]}"};
  EXPECT_EQ(run({"usage", "shop", "--by", "hour", "--from", "2025-11-30", "--csv"}), 0);
  EXPECT_EQ(out_,
            "tenant,from,active_users,peak_sessions,archive_bytes,file_bytes,messages,bytes_in,bytes_out,relayed_bytes,"
            "call_seconds,api_calls,pushes,over\r\n"
            "shop,2025-11-30T00:00:00.000Z,1,2,3,4,5,6,7,8,9,10,11,yes\r\n"
            "shop,2025-11-30T01:00:00.000Z,1,2,3,4,5,6,7,8,9,10,11,yes\r\n");
  EXPECT_EQ(run({"usage", "shop", "--by", "hour", "--csv", "--json"}), 2);
  EXPECT_EQ(run({"usage", "shop", "--by", "week"}), 2);
  answers_["GET /operator/v1/tenants?limit=200"] = {200, R"({"tenants":[{"name":"shop"},{"name":"forum"}]})"};
  answers_["GET /operator/v1/tenants/shop/usage?by=day&limit=200"] = {
      200, R"({"periods":[{"from":"2025-11-30T00:00:00.000Z",)" + period + "]}"};
  answers_["GET /operator/v1/tenants/forum/usage?by=day&limit=200"] = {200, R"({"periods":[]})"};
  EXPECT_EQ(run({"usage", "--json"}), 0);
  EXPECT_TRUE(out_.starts_with(R"({"periods":[{"tenant":"shop","from":"2025-11-30T00:00:00.000Z")")) << out_;
  answers_["GET /operator/v1/tenants/forum/usage?by=day&limit=200"] = {404, R"({"detail":"There is none."})"};
  EXPECT_EQ(run({"usage"}), 1);
  EXPECT_EQ(out_, "");
}

TEST_F(Cli, TestsMail) {
  answers_["POST /operator/v1/mail/test"] = {200, R"({"to":"ann@shop.example","answer":"250 ok"})"};
  EXPECT_EQ(run({"mail", "test", "ann@shop.example"}), 0);
  EXPECT_EQ(asked_, R"(POST /operator/v1/mail/test {"to":"ann@shop.example"})");
  answers_["POST /operator/v1/mail/test"] = {503, R"({"detail":"The mail server did not take it: 451"})"};
  EXPECT_EQ(run({"mail", "test", "ann@shop.example"}), 1);
}

TEST_F(Cli, SwitchesSignUps) {
  const std::string shown =
      R"({"on":false,"mail":true,"plan":"free","domain":"host.example","per_address_per_h":5,"per_h":100,)"
      R"("tenants_per_person":3,"waiting":2})";
  answers_["PUT /operator/v1/sign-up"] = answers_["GET /operator/v1/sign-up"] = {200, shown};
  EXPECT_EQ(run({"sign-up", "off"}), 0);
  EXPECT_EQ(asked_, R"(PUT /operator/v1/sign-up {"on":false})");
  EXPECT_EQ(out_, "Nobody can sign up any more.\n");
  EXPECT_EQ(run({"sign-up", "on"}), 0);
  EXPECT_EQ(asked_, R"(PUT /operator/v1/sign-up {"on":true})");
  EXPECT_EQ(run({"sign-up", "show"}), 0);
  EXPECT_NE(out_.find("waiting             2"), std::string::npos) << out_;
}

TEST_F(Cli, Resellers) {
  answers_["POST /operator/v1/resellers"] = {
      201, R"({"name":"acme","tenants":{"limit":9,"given":0},"limits":{"accounts":{"limit":50,"given":7,"used":1},)"
           R"("rooms":{"limit":-1,"given":-1}},"suspended":false,"api_key":"rk_x"})"};
  EXPECT_EQ(run({"reseller", "create", "acme", "--tenants", "9", "--accounts", "50", "--files-total-bytes", "unlimited",
                 "--title", "Acme's", "--oversell-percent", "150"}),
            0);
  EXPECT_EQ(asked_, R"(POST /operator/v1/resellers {"tenants":"9","oversell_percent":"150","title":"Acme's",)"
                    R"("accounts":"50","files_total_bytes":-1,"name":"acme"})");
  EXPECT_EQ(out_, "name       acme\ntenants    0 of 9\nsuspended  no\napi_key    rk_x\naccounts   7 of 50\n");
  EXPECT_EQ(run({"reseller", "create", "acme"}), 2);
  answers_["PATCH /operator/v1/resellers/acme"] = {200, R"({"name":"acme"})"};
  EXPECT_EQ(run({"reseller", "set", "acme", "--logo", ""}), 0);
  EXPECT_EQ(asked_, R"(PATCH /operator/v1/resellers/acme {"logo":""})");
  answers_["POST /operator/v1/tenants/shop/move"] = {200, R"({"name":"shop"})"};
  EXPECT_EQ(run({"tenant", "move", "shop", "--reseller", ""}), 0);
  EXPECT_EQ(asked_, R"(POST /operator/v1/tenants/shop/move {"reseller":""})");
  EXPECT_EQ(run({"tenant", "move", "shop"}), 2);
  answers_["GET /operator/v1/tenants?reseller=a%20b&limit=200"] = {200, R"({"tenants":[{"name":"one"}]})"};
  EXPECT_EQ(run({"tenant", "list", "--reseller", "a b", "--json"}), 0);
  answers_["DELETE /operator/v1/resellers/acme"] = {409, R"({"detail":"The reseller 'acme' has 2 tenants."})"};
  EXPECT_EQ(run({"reseller", "remove", "acme"}), 1);
  EXPECT_EQ(err_, "teahouse: The reseller 'acme' has 2 tenants.\n");
}

TEST_F(Cli, Persons) {
  const std::string ann = R"({"email":"ann@a.example","roles":[{"role":"owner","tenant":"shop"},{"role":"operator"}]})";
  answers_["POST /operator/v1/persons"] = {201, R"({"email":"ann@a.example","roles":[]})"};
  EXPECT_EQ(run({"person", "create", "ann@a.example", "--password-stdin"}, "a long password\n"), 0);
  EXPECT_EQ(asked_, R"(POST /operator/v1/persons {"email":"ann@a.example","password":"a long password"})");
  EXPECT_EQ(run({"person", "create", "ann@a.example"}), 2);
  EXPECT_EQ(run({"person", "create", "ann@a.example", "--password-stdin"}, ""), 2);
  answers_["PUT /operator/v1/persons/ann%40a.example/role"] = {200, ann};
  answers_["PUT /operator/v1/persons/ann@a.example/role"] = {200, ann};
  EXPECT_EQ(run({"person", "role", "ann@a.example", "owner", "--tenant", "shop"}), 0);
  EXPECT_EQ(asked_.substr(asked_.find('{')), R"({"role":"owner","tenant":"shop"})");
  EXPECT_EQ(out_, "email  ann@a.example\nroles  owner of shop, operator\n");
}

TEST_F(Cli, FindsTheServerByItsDataFolder) {
  const auto folder = std::filesystem::temp_directory_path() / ("cli_test." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "server.json") << R"({"http": ")" << url_ << R"("})";
  EXPECT_EQ(run({"tenant", "list", "--data", folder.string()}, {}, false), 3);  // no key
  std::ofstream(folder / "operator.key") << "secret\n";
  answers_["GET /operator/v1/tenants?limit=200"] = {200, R"({"tenants":[]})"};
  EXPECT_EQ(run({"tenant", "list", "--data", folder.string()}, {}, false), 0);
  EXPECT_EQ(key_, "Bearer secret");
  std::filesystem::remove_all(folder);
}

TEST_F(Cli, ExportsIntoANewFileOrNone) {
  const auto folder = std::filesystem::temp_directory_path() / ("cli_export." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "shop.tar").string();
  const auto names = [&folder] {
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
  };
  answers_["GET /operator/v1/tenants/none/export"] = {404, R"({"detail":"There is no tenant 'none'."})"};
  EXPECT_EQ(run({"export", "none", "--to", file}), 1);
  EXPECT_EQ(err_, "teahouse: There is no tenant 'none'.\n");
  EXPECT_EQ(names(), 0);
  answers_["GET /operator/v1/tenants/shop/export"] = {200, std::string(3'000'000, 'x')};
  EXPECT_EQ(run({"export", "shop", "--to", file}), 0);
  EXPECT_EQ(out_, "shop is exported into " + file + ", 3000000 bytes.\n");
  EXPECT_EQ(std::filesystem::file_size(file), 3'000'000u);
  EXPECT_EQ(names(), 1);
  EXPECT_EQ(run({"export", "shop", "--to", file}), 1);  // nothing is written over
  EXPECT_EQ(run({"export", "shop", "--to", (folder / "no" / "file").string()}), 1);
  EXPECT_EQ(run({"export", "shop"}), 2);
  std::filesystem::remove_all(folder);
}

TEST_F(Cli, ImportsAFile) {
  const auto folder = std::filesystem::temp_directory_path() / ("cli_import." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "shop.tar").string();
  std::ofstream(file) << std::string(100'000, 'x');
  answers_["POST /operator/v1/tenants/import"] = {201, R"({"name":"shop","api_key":"sk_1"})"};
  answers_["POST /operator/v1/tenants/import?name=cafe&domain=cafe.example&plan=small"] = {409, R"({"detail":"No."})"};
  EXPECT_EQ(run({"import", file}), 0);
  EXPECT_EQ(asked_, "POST /operator/v1/tenants/import " + std::string(100'000, 'x'));
  EXPECT_EQ(out_, "name     shop\napi_key  sk_1\n");
  EXPECT_EQ(run({"import", file, "--name", "cafe", "--domain", "cafe.example", "--plan", "small"}), 1);
  EXPECT_EQ(err_, "teahouse: No.\n");
  EXPECT_EQ(run({"import", file + ".none"}), 1);
  EXPECT_EQ(run({"import"}), 2);
  std::filesystem::remove_all(folder);
}

TEST(EscapeSegment, LeavesOnlyWhatIsSafe) { EXPECT_EQ(escape_segment("a b/ä%.~-_"), "a%20b%2F%C3%A4%25.~-_"); }

}  // namespace
}  // namespace teahouse::cli::cli_test
