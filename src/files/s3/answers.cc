#include "files/s3/answers.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/text.h"
#include "xml/document.h"
#include "xml/writer.h"

namespace teahouse::s3 {
namespace {

constexpr size_t code_bytes_max = 64;
constexpr xml::Limits limits{.element_bytes_max = answer_bytes_max, .elements_max = 32'768};

Error no_answer() { return {ErrorKind::service_unavailable, "The S3 server's answer can't be read."}; }

// The element, without the XML declaration before it.
Result<xml::Document> parse(std::string_view body) {
  if (body.size() > answer_bytes_max) return no_answer();
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
  body.remove_prefix(std::min(body.find('<'), body.size()));
  if (body.starts_with("<?xml")) {
    const size_t end = body.find("?>");
    if (end == std::string_view::npos) return no_answer();
    body.remove_prefix(end + 2);
    body.remove_prefix(std::min(body.find('<'), body.size()));
  }
  return xml::Document::parse(SharedBytes(std::string(body)), limits);
}

Result<xml::Document> parse_as(std::string_view body, std::string_view name) {
  auto document = parse(body);
  if (!document || document->root().name() != name) return no_answer();
  return document;
}

std::string text_of(const xml::Element& element, std::string_view name) {
  std::string text;
  bool found = false;
  element.for_each_child([&](const xml::Element& child) {
    if (found || child.name() != name) return;
    text = child.text();
    found = true;
  });
  return text;
}

bool is_letter(char c) { return lower_ascii(c) >= 'a' && lower_ascii(c) <= 'z'; }

}  // namespace

std::string find_fault_code(std::string_view body) {
  const auto document = parse_as(body, "Error");
  if (!document) return {};
  std::string code = text_of(document->root(), "Code");
  const bool is_word = code.size() <= code_bytes_max && std::ranges::all_of(code, is_letter);
  return is_word && !code.empty() ? code : "Unknown";
}

Result<ObjectPage> parse_object_page(std::string_view body) {
  const auto document = parse_as(body, "ListBucketResult");
  if (!document) return document.error();
  ObjectPage page;
  bool is_good = true;
  document->root().for_each_child([&](const xml::Element& child) {
    if (child.name() != "Contents") return;
    const auto bytes = parse_decimal<int64_t>(text_of(child, "Size"));
    std::string key = text_of(child, "Key");
    is_good = is_good && bytes && *bytes >= 0 && !key.empty();
    page.objects.push_back({std::move(key), bytes.value_or(0)});
  });
  const bool is_cut = text_of(document->root(), "IsTruncated") == "true";
  if (is_cut) page.next = text_of(document->root(), "NextContinuationToken");
  if (!is_good || (is_cut && page.next.empty())) return no_answer();
  return page;
}

Result<UploadPage> parse_upload_page(std::string_view body) {
  const auto document = parse_as(body, "ListMultipartUploadsResult");
  if (!document) return document.error();
  UploadPage page;
  bool is_good = true;
  document->root().for_each_child([&](const xml::Element& child) {
    if (child.name() != "Upload") return;
    page.uploads.push_back({text_of(child, "Key"), text_of(child, "UploadId")});
    is_good = is_good && !page.uploads.back().key.empty() && !page.uploads.back().id.empty();
  });
  page.is_last = text_of(document->root(), "IsTruncated") != "true";
  page.next_key = text_of(document->root(), "NextKeyMarker");
  page.next_id = text_of(document->root(), "NextUploadIdMarker");
  if (!is_good || (!page.is_last && page.next_key.empty())) return no_answer();
  return page;
}

Result<std::string> parse_upload_id(std::string_view body) {
  const auto document = parse_as(body, "InitiateMultipartUploadResult");
  if (!document) return document.error();
  std::string id = text_of(document->root(), "UploadId");
  if (id.empty()) return no_answer();
  return id;
}

std::string write_parts(const std::vector<std::string>& etags) {
  std::string body;
  xml::Writer writer(body);
  writer.open("CompleteMultipartUpload", "http://s3.amazonaws.com/doc/2006-03-01/");
  for (size_t i = 0; i < etags.size(); ++i) {
    writer.open("Part").leaf("PartNumber", std::to_string(i + 1)).leaf("ETag", etags[i]).close();
  }
  writer.close();
  return body;
}

}  // namespace teahouse::s3
