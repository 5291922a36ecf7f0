// FakeS3: a bucket in memory behind a socket, on a loop of its own, which can be told to fail. It judges the digest of
// each body, and no signature. For tests.
//
// Thread: the test's, but for what says otherwise.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "files/s3/settings.h"
#include "http/range.h"
#include "http/server.h"
#include "net/fake/running_loop.h"
#include "net/listener.h"
#include "xml/document.h"

namespace teahouse::s3::testing {

class FakeS3 final : public http::Handler {
 public:
  using Parts = std::map<int, std::string>;
  struct Upload {
    std::string key;
    Parts parts;
  };
  struct World {
    std::map<std::string, std::string> objects;
    std::map<std::string, Upload> uploads;
    std::vector<std::string> requests;  // "PUT 1/ab/abcd… uploadId"
  };
  // An answer instead of what was asked for; status 0: none. `done` says whether it was done all the same.
  struct Fault {
    int status = 0;
    std::string code;
    bool done = false;
  };
  using Script = std::function<Fault(const std::string& request)>;

  FakeS3() {
    loop_.run([this] {
      server_ = std::make_unique<http::Server>(*loop_, *this);
      listener_ = *net::Listener::listen(*loop_, "127.0.0.1:0",
                                         [this](auto accepted) { server_->attach(std::move(accepted)); });
    });
  }
  ~FakeS3() override {
    loop_.run([this] {
      listener_.reset();
      server_.reset();
    });
  }

  S3Settings settings() const {
    S3Settings settings;
    settings.endpoint = "http://127.0.0.1:" + std::to_string(listener_->port());
    settings.bucket = "tea";
    settings.prefix = "house/";
    settings.access_key = "id";
    settings.secret = "secret";
    settings.retry_wait_ms = 1;
    settings.part_bytes = 1000;
    return settings;
  }
  void use(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }
  void change(const std::function<void(World&)>& work) {
    const std::lock_guard lock(mutex_);
    work(world_);
  }
  World world() const {
    const std::lock_guard lock(mutex_);
    return world_;
  }
  size_t objects() const { return world().objects.size(); }
  size_t count(std::string_view beginning) const {
    size_t count = 0;
    for (const std::string& request : world().requests) count += request.starts_with(beginning);
    return count;
  }

 private:
  // The loop's from here on.
  http::BodyRule body_rule(const http::Request& /*head*/) const override { return {64 << 20, false}; }
  void on_request(http::Request request, http::Responder responder) override { responder.send(answer(request)); }

  static http::Response fault(int status, const std::string& code) {
    http::Response response;
    response.status = status;
    response.content_type = "application/xml";
    response.body = SharedBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code +
                                "</Code><Message>told</Message></Error>");
    return response;
  }
  static http::Response xml(const std::string& body) {
    http::Response response;
    response.content_type = "application/xml";
    response.body = SharedBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body);
    return response;
  }

  http::Response answer(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    const http::Form query = request.query().value();
    const std::string bucket = "/tea";
    if (!request.path.starts_with(bucket)) return fault(404, "NoSuchBucket");
    std::string key = request.path.substr(bucket.size());
    if (key.starts_with('/')) key.erase(0, 1);
    std::string told = request.method + " " + key;
    for (const auto& [name, value] : query.fields()) told += " " + name;
    world_.requests.push_back(told);
    if (crypto::to_hex(crypto::sha256(request.body)) != request.headers.value("X-Amz-Content-Sha256")) {
      return fault(400, "XAmzContentSHA256Mismatch");
    }
    const Fault failing = script_ ? script_(told) : Fault{};
    if (failing.status != 0 && !failing.done) return fault(failing.status, failing.code);
    http::Response response = serve(request, query, key);
    return failing.status != 0 ? fault(failing.status, failing.code) : std::move(response);
  }

  http::Response serve(const http::Request& request, const http::Form& query, const std::string& key) {
    if (key.empty()) return query.find("uploads") ? list_uploads() : list_objects(query);
    if (query.find("uploads") || query.find("uploadId")) return serve_upload(request, query, key);
    const auto found = world_.objects.find(key);
    if (request.method == "PUT") {
      world_.objects[key] = request.body;
      return http::make_empty(200);
    }
    if (request.method == "DELETE") {
      world_.objects.erase(key);
      return http::make_empty(204);
    }
    if (found == world_.objects.end()) return fault(404, "NoSuchKey");
    http::Response response;
    response.body = SharedBytes(found->second);
    http::answer_range(request, response);
    return response;
  }

  http::Response serve_upload(const http::Request& request, const http::Form& query, const std::string& key) {
    if (query.find("uploads")) {
      const std::string id = "id+/=" + std::to_string(++last_upload_);
      world_.uploads[id] = {key, {}};
      return xml("<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>");
    }
    const auto upload = world_.uploads.find(std::string(query.value("uploadId")));
    if (upload == world_.uploads.end() || upload->second.key != key) return fault(404, "NoSuchUpload");
    if (request.method == "DELETE") {
      world_.uploads.erase(upload);
      return http::make_empty(204);
    }
    if (request.method == "PUT") {
      const int number = parse_decimal<int>(query.value("partNumber")).value();
      upload->second.parts[number] = request.body;
      http::Response response = http::make_empty(200);
      response.headers.add("ETag", "\"part-" + std::to_string(number) + "\"");
      return response;
    }
    return complete(upload, request.body);
  }

  http::Response complete(std::map<std::string, Upload>::iterator upload, const std::string& body) {
    std::string whole;
    const auto document = xml::Document::parse(SharedBytes(body));
    if (!document) return fault(400, "MalformedXML");
    document->root().for_each_child([&](const xml::Element& part) {
      const int number = parse_decimal<int>(part.child_text("PartNumber", part.ns())).value();
      if (part.child_text("ETag", part.ns()) == "\"part-" + std::to_string(number) + "\"") {
        whole += upload->second.parts[number];
      }
    });
    world_.objects[upload->second.key] = whole;
    world_.uploads.erase(upload);
    return xml("<CompleteMultipartUploadResult><ETag>\"x\"</ETag></CompleteMultipartUploadResult>");
  }

  // Two a page, so that a few are several pages.
  http::Response list_objects(const http::Form& query) {
    const std::string prefix(query.value("prefix")), after(query.value("continuation-token"));
    std::string body, last;
    int listed = 0;
    bool is_cut = false;
    for (const auto& [key, bytes] : world_.objects) {
      if (!key.starts_with(prefix) || key <= after) continue;
      if (listed++ == 2) {
        is_cut = true;
        break;
      }
      body += "<Contents><Key>" + key + "</Key><Size>" + std::to_string(bytes.size()) + "</Size></Contents>";
      last = key;
    }
    if (is_cut) body += "<IsTruncated>true</IsTruncated><NextContinuationToken>" + last + "</NextContinuationToken>";
    return xml("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + body + "</ListBucketResult>");
  }

  http::Response list_uploads() {
    std::string body;
    for (const auto& [id, upload] : world_.uploads) {
      body += "<Upload><Key>" + upload.key + "</Key><UploadId>" + id + "</UploadId></Upload>";
    }
    return xml("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>" + body + "</ListMultipartUploadsResult>");
  }

  mutable std::mutex mutex_;
  World world_;
  Script script_;
  int last_upload_ = 0;
  net::fake::RunningLoop loop_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace teahouse::s3::testing
