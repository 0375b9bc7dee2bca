#include "services/cases/change/recent_cases.h"

#include <utility>

namespace wangge::cases {

void RecentCases::Put(const v1::Case& c) {
  std::string body = c.SerializeAsString();
  MutexLock lock(&mutex_);
  PutLocked(c.case_no(), std::move(body));
}

std::optional<v1::Case> RecentCases::Find(const std::string& case_no) {
  std::string body;
  {
    MutexLock lock(&mutex_);
    auto found = younger_.find(case_no);
    if (found == younger_.end()) {
      found = older_.find(case_no);
      if (found == older_.end()) return std::nullopt;
      body = found->second;
      PutLocked(case_no, body);
    } else {
      body = found->second;
    }
  }
  v1::Case c;
  if (!c.ParseFromString(body)) return std::nullopt;
  return c;
}

void RecentCases::PutLocked(const std::string& case_no, std::string body) {
  younger_[case_no] = std::move(body);
  if (younger_.size() < max_count_ / 2) return;
  older_ = std::exchange(younger_, {});
}

}  // namespace wangge::cases
