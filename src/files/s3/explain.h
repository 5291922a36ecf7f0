// explain: why an S3 server refused a request, and what to do, for those who run the house.
#pragma once

#include <string>

#include "files/s3/settings.h"

namespace teahouse::s3 {

// `code`: of its <Error>; empty where it gave none, as to HEAD. Never the secret.
std::string explain(const S3Settings& settings, int status, const std::string& code);

}  // namespace teahouse::s3
