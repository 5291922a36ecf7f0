#include "domains/survey/finding.h"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace teahouse::survey {
namespace {

namespace json = boost::json;

constexpr size_t shown_bytes_max = 200, listed_max = 10;

}  // namespace

void Survey::add(Finding finding) {
  if (findings.size() < findings_max) findings.push_back(std::move(finding));
}

Verdict Survey::worst() const {
  Verdict worst = Verdict::good;
  for (const Finding& each : findings) worst = std::max(worst, each.verdict);
  return worst < Verdict::warn ? Verdict::good : worst;
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::good: return "good";
    case Verdict::untried: return "untried";
    case Verdict::note: return "note";
    case Verdict::warn: return "warn";
    case Verdict::bad: break;
  }
  return "bad";
}

std::string make_json(const Survey& survey) {
  json::array rows;
  for (const Finding& each : survey.findings) {
    json::object row{{"area", json::string(each.area)},
                     {"subject", each.subject},
                     {"verdict", json::string(to_string(each.verdict))},
                     {"told", each.told}};
    if (!each.record.empty()) row["record"] = each.record;
    rows.push_back(std::move(row));
  }
  return json::serialize(json::object{{"domain", survey.domain},
                                      {"verdict", json::string(to_string(survey.worst()))},
                                      {"told", summarize(survey)},
                                      {"findings", std::move(rows)}});
}

std::string summarize(const Survey& survey) {
  const auto count = [&](Verdict verdict) { return std::ranges::count(survey.findings, verdict, &Finding::verdict); };
  const auto bad = count(Verdict::bad), doubtful = count(Verdict::warn);
  const auto things = [](auto number, const char* what) {
    return std::to_string(number) + (number == 1 ? " thing " : " things ") + what;
  };
  if (bad > 0) {
    return survey.domain + ": " + things(bad, bad == 1 ? "is wrong" : "are wrong") +
           (doubtful > 0 ? ", and " + things(doubtful, doubtful == 1 ? "is doubtful." : "are doubtful.") : ".");
  }
  if (doubtful > 0) {
    return survey.domain + " can be reached; " + things(doubtful, doubtful == 1 ? "is doubtful." : "are doubtful.");
  }
  return survey.domain + " is as it should be.";
}

std::string shown(std::string_view text) {
  std::string safe;
  for (const char c : text.substr(0, shown_bytes_max)) safe += c >= 0x20 && c < 0x7f ? c : '?';
  return text.size() > shown_bytes_max ? safe + "..." : safe;
}

std::string listed(const std::vector<std::string>& texts) {
  std::string all;
  const size_t count = std::min(texts.size(), listed_max);
  for (size_t i = 0; i < count; ++i) {
    const bool is_last = i + 1 == texts.size();
    all += (i == 0 ? "" : is_last ? " and " : ", ") + texts[i];
  }
  return count < texts.size() ? all + " and " + std::to_string(texts.size() - count) + " more" : all;
}

}  // namespace teahouse::survey
