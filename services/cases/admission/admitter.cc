#include "services/cases/admission/admitter.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/duplicate.h"

namespace wangge::cases {
namespace {

constexpr int64_t kSerialBlock = 1000;
// A run that finds a spot changed, or a duplicate that is neither written nor
// seen yet, is repeated; more would mean that others always come first.
constexpr int kMaxRuns = 20;

using Candidates = std::map<std::string, std::vector<Candidate>>;  // By spot.

// Adds events to a master: to one of this batch or to one there was before.
void Extend(const Case& master, const Events& events, AdmissionBatch* batch) {
  for (NewCase& one : batch->cases) {
    if (one.snapshot.case_no() != master.case_no()) continue;
    one.events.insert(one.events.end(), events.begin(), events.end());
    ApplyAll(events, &one.snapshot);
    return;
  }
  auto change = std::find_if(
      batch->masters.begin(), batch->masters.end(), [&](const Change& other) {
        return other.snapshot.case_no() == master.case_no();
      });
  if (change == batch->masters.end()) {
    batch->masters.emplace_back();
    change = batch->masters.end() - 1;
    change->expected_version = master.version();
    change->snapshot = master;
  }
  change->events.insert(change->events.end(), events.begin(), events.end());
  ApplyAll(events, &change->snapshot);
}

// `in_charge` is the case that is handled: itself or its master.
void Answer(const Case& in_charge, NewCase* fresh) {
  auto& answer = fresh->answer;
  answer.set_case_no(fresh->snapshot.case_no());
  answer.set_report_id(fresh->admission->report().key().report_id());
  answer.set_state(fresh->snapshot.state());
  answer.set_master_case_no(fresh->master);
  if (const Assignment* lead = LeadOf(in_charge)) {
    answer.set_lead_unit_name(lead->unit_name());
    answer.set_lead_officer_name(lead->officer_name());
  }
}

// One call of AdmitReports.
class Admitting {
 public:
  Admitting(const v1::AdmitReportsRequest& request, const city::City& city,
            absl::Time now, absl::Time deadline, const AdmitterParts& parts)
      : request_(request),
        city_(city),
        now_(now),
        deadline_(deadline),
        parts_(parts),
        results_(static_cast<size_t>(request.admissions_size())) {}

  // `case_nos` has one for each report. The hook may be null.
  absl::StatusOr<v1::AdmitReportsResponse> Run(
      std::vector<std::string> case_nos, AdmissionHook hook) {
    case_nos_ = std::move(case_nos);
    hook_ = std::move(hook);
    std::vector<size_t> missing = InOneOrder();
    for (int run = 0; run < kMaxRuns && !missing.empty(); ++run) {
      ASSIGN_OR_RETURN(missing, RunOnce(missing));
    }
    if (!missing.empty()) {
      return errors::Unavailable("admission",
                                 "others keep changing the same spots");
    }
    v1::AdmitReportsResponse response;
    for (auto& result : results_) *response.add_results() = std::move(result);
    return response;
  }

 private:
  const v1::Admission& At(size_t i) const {
    return request_.admissions(static_cast<int>(i));
  }

  // Everybody inserts in the same order, so that batches cannot deadlock.
  std::vector<size_t> InOneOrder() const {
    std::vector<size_t> order(results_.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      const auto& x = At(a).report().key();
      const auto& y = At(b).report().key();
      return std::tie(x.source_id(), x.source_ref()) <
             std::tie(y.source_id(), y.source_ref());
    });
    return order;
  }

  // Decides and writes; returns those that must be tried again.
  absl::StatusOr<std::vector<size_t>> RunOnce(
      const std::vector<size_t>& missing) {
    std::vector<size_t> open;
    const std::vector<size_t> firsts = FirstsOf(missing, &open);
    const KeyedLock::Holder held(&parts_.spots, SpotsOf(firsts));
    ASSIGN_OR_RETURN(const AdmissionBatch batch, Decide(firsts, held.keys()));
    ASSIGN_OR_RETURN(const std::vector<bool> admitted,
                     parts_.store.Admit(batch, deadline_));
    for (size_t n = 0; n < firsts.size(); ++n) {
      if (admitted[n]) {
        results_[firsts[n]] = batch.cases[n].answer;
        parts_.admitted(batch.cases[n].snapshot);  // Its officer will accept.
      } else {
        open.push_back(firsts[n]);
      }
    }
    return open.empty() ? open : FindEarlier(open);
  }

  // Without those that repeat a source_ref or a request_id: a run writes one of
  // them, and the next one finds it.
  std::vector<size_t> FirstsOf(const std::vector<size_t>& missing,
                               std::vector<size_t>* repeats) const {
    std::set<std::pair<std::string, std::string>> refs, requests;
    std::vector<size_t> firsts;
    for (const size_t i : missing) {
      const auto& key = At(i).report().key();
      const bool first =
          refs.emplace(key.source_id(), key.source_ref()).second &&
          requests.emplace(key.source_id(), At(i).request_id()).second;
      (first ? &firsts : repeats)->push_back(i);
    }
    return firsts;
  }

  // Answers those that were admitted before; returns the others.
  absl::StatusOr<std::vector<size_t>> FindEarlier(
      const std::vector<size_t>& open) {
    std::vector<const v1::Admission*> admissions;
    for (const size_t i : open) admissions.push_back(&At(i));
    ASSIGN_OR_RETURN(auto earlier,
                     parts_.store.FindAdmitted(admissions, deadline_));
    std::vector<size_t> others;
    for (size_t n = 0; n < open.size(); ++n) {
      if (earlier[n]) {
        results_[open[n]] = *std::move(earlier[n]);
      } else {
        others.push_back(open[n]);
      }
    }
    return others;
  }

  // What each report becomes: a case, merged into another one where it is a
  // duplicate, also into one of the same batch.
  absl::StatusOr<AdmissionBatch> Decide(const std::vector<size_t>& indices,
                                        const std::set<std::string>& spots) {
    AdmissionBatch batch;
    batch.hook = hook_;
    ASSIGN_OR_RETURN(Candidates candidates, FindCandidates(spots, &batch));
    for (const size_t i : indices) {
      ASSIGN_OR_RETURN(NewCase fresh, Open(i));
      const Case* master = nullptr;
      if (!fresh.spot.empty()) {
        master = Join(&fresh, &candidates[fresh.spot], &batch);
      }
      Answer(master == nullptr ? fresh.snapshot : *master, &fresh);
      batch.cases.push_back(std::move(fresh));
    }
    return batch;
  }

  std::set<std::string> SpotsOf(const std::vector<size_t>& indices) const {
    std::set<std::string> names;
    for (const size_t i : indices) {
      const std::string spot = MergeSpotOf(At(i).plan(), city_);
      if (!spot.empty()) names.insert(spot);
    }
    return names;
  }

  absl::StatusOr<Candidates> FindCandidates(const std::set<std::string>& names,
                                            AdmissionBatch* batch) {
    ASSIGN_OR_RETURN(batch->spots, parts_.store.FindSpots(
                                       {names.begin(), names.end()},
                                       now_ - kDuplicateWindow, deadline_));
    Candidates candidates;
    for (Spot& spot : batch->spots) {
      for (Case& c : std::exchange(spot.cases, {})) {
        candidates[spot.name].emplace_back(std::move(c));
      }
    }
    return candidates;
  }

  Context ContextOf(const v1::Report& report) const {
    const std::string& source_id = report.key().source_id();
    return {city_, {"source/" + source_id, source_id, nullptr}, now_, nullptr};
  }

  absl::StatusOr<NewCase> Open(size_t i) const {
    NewCase fresh;
    fresh.admission = &At(i);
    const auto& report = At(i).report();
    if (At(i).has_reporter()) {
      ASSIGN_OR_RETURN(fresh.reporter,
                       parts_.seal(At(i).reporter(), report.key().report_id()));
    }
    fresh.events =
        DecideAdmit(case_nos_[i], report, At(i).plan(), ContextOf(report));
    fresh.snapshot = Fold(fresh.events);
    fresh.spot = fresh.snapshot.merge_spot();
    return fresh;
  }

  // Merges a duplicate and returns its master; another case becomes a candidate
  // itself.
  const Case* Join(NewCase* fresh, std::vector<Candidate>* candidates,
                   AdmissionBatch* batch) const {
    Candidate own(fresh->snapshot);
    Candidate* master =
        FindMaster(own.snapshot, own.wording, city_, candidates);
    if (master == nullptr) {
      candidates->push_back(std::move(own));
      return nullptr;
    }
    const auto& report = fresh->admission->report();
    MergeEvents events = DecideAdmitInto(fresh->snapshot.case_no(), report,
                                         fresh->admission->plan(),
                                         master->snapshot, ContextOf(report));
    fresh->events = std::move(events.merged);
    fresh->snapshot = Fold(fresh->events);
    fresh->master = master->snapshot.case_no();
    Extend(master->snapshot, events.master, batch);
    ApplyAll(events.master, &master->snapshot);
    return &master->snapshot;
  }

  const v1::AdmitReportsRequest& request_;
  const city::City& city_;
  const absl::Time now_;
  const absl::Time deadline_;
  const AdmitterParts& parts_;
  std::vector<std::string> case_nos_;
  AdmissionHook hook_;
  std::vector<v1::AdmissionResult> results_;
};

}  // namespace

absl::StatusOr<std::string> Admitter::NextCaseNo(
    const std::string& district_code, absl::Time now, absl::Time deadline) {
  MutexLock lock(&mutex_);
  if (next_serial_ == end_serial_) {
    ASSIGN_OR_RETURN(next_serial_, parts_.store.NextCaseNumberBlock(deadline));
    end_serial_ = next_serial_ + kSerialBlock;
  }
  return absl::StrFormat("%s-%s-%06d", district_code,
                         absl::FormatTime("%Y%m%d", now, CityTimeZone()),
                         next_serial_++);
}

absl::StatusOr<v1::AdmitReportsResponse> Admitter::Admit(
    const v1::AdmitReportsRequest& request, const city::City& city,
    absl::Time now, absl::Time deadline) {
  std::vector<std::string> case_nos;
  for (const auto& admission : request.admissions()) {
    ASSIGN_OR_RETURN(
        std::string case_no,
        NextCaseNo(admission.plan().district_code(), now, deadline));
    case_nos.push_back(std::move(case_no));
  }
  return Admitting(request, city, now, deadline, parts_)
      .Run(std::move(case_nos), nullptr);
}

absl::StatusOr<v1::AdmitReportsResponse> Admitter::AdmitAs(
    const std::string& case_no, const v1::AdmitReportsRequest& request,
    const city::City& city, absl::Time now, absl::Time deadline,
    const AdmissionHook& hook) {
  return Admitting(request, city, now, deadline, parts_).Run({case_no}, hook);
}

}  // namespace wangge::cases
