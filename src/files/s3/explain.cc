#include "files/s3/explain.h"

#include <array>
#include <string_view>

namespace teahouse::s3 {
namespace {

struct Reason {
  std::string_view code, text;
};

constexpr std::array reasons = {
    Reason{"SignatureDoesNotMatch",
           "the secret is not the access key's: look at files.s3.secret_file (or "
           "TEAHOUSE_S3_SECRET) and files.s3.access_key"},
    Reason{"InvalidAccessKeyId", "it does not know the access key: look at files.s3.access_key"},
    Reason{"XAdminUserNotFound", "it does not know the access key: look at files.s3.access_key"},
    Reason{"AccessDenied",
           "the key may not do this: it needs s3:GetObject, s3:PutObject, s3:DeleteObject, "
           "s3:AbortMultipartUpload, s3:ListBucket and s3:ListBucketMultipartUploads; or its secret is "
           "another one"},
    Reason{"NoSuchBucket", "it has no such bucket: make it, or look at files.s3.bucket"},
    Reason{"AuthorizationHeaderMalformed", "the bucket is in another region: look at files.s3.region"},
    Reason{"PermanentRedirect", "the bucket is in another region: look at files.s3.endpoint and files.s3.region"},
    Reason{"RequestTimeTooSkewed", "this machine's clock is more than 15 minutes off"},
    Reason{"SlowDown", "it is asked too often"},
    Reason{"QuotaExceeded", "the bucket is full"},
};

}  // namespace

std::string explain(const S3Settings& settings, int status, const std::string& code) {
  std::string text = settings.endpoint + " answered " + std::to_string(status);
  if (!code.empty()) text += " " + code;
  for (const Reason& reason : reasons) {
    const bool is_it = code == reason.code || (code.empty() && status == 403 && reason.code == "AccessDenied") ||
                       (code.empty() && status == 301 && reason.code == "PermanentRedirect");
    if (is_it) return text + " for the bucket " + settings.bucket + ": " + std::string(reason.text);
  }
  return text + " for the bucket " + settings.bucket;
}

}  // namespace teahouse::s3
