// The police's two reviews before there is a case, hosted by us. Pure: each
// function changes the referral or says why not (WRONG_STATE, NOT_YOURS,
// INVALID_FIELDS), and then leaves it as it is.
#pragma once

#include <optional>
#include <string>

#include "services/cases/domain/decide.h"

namespace wangge::cases {

using v1::Referral;

// A new referral that waits for the station whose jurisdiction the place is;
// or, as a status that is not OK, why the matter cannot be referred.
absl::StatusOr<Referral> OpenReferral(const v1::Admission& admission,
                                      const std::string& referral_id,
                                      const Context& context);

absl::Status ApproveStation(const std::string& reason, const Context& context,
                            Referral* r);
// The last approval; the report is admitted as `case_no` with it.
absl::Status ApproveBranch(const std::string& reason,
                           const std::string& case_no, const Context& context,
                           Referral* r);
absl::Status RejectReferral(const std::string& reason, const Context& context,
                            Referral* r);
// `c` is the case it became.
absl::Status Bounce(const std::string& reason, const Case& c,
                    const Context& context, Referral* r);
absl::Status AcknowledgeBounce(const Context& context, Referral* r);
absl::Status Reclaim(const std::string& reason, const Context& context,
                     Referral* r);

// Reminds of a review whose time has passed, twice; then calls the branch's
// commander. False when nothing is due.
bool RemindOfReview(absl::Time now, Referral* r);

// The events of a case that its source takes back.
absl::StatusOr<Events> DecideHandBack(const Case& c, const std::string& receipt,
                                      const Context& context);

// What the source is told of the referral's last step; nothing of reminders.
std::optional<v1::Feedback> FeedbackOf(const Referral& r);

}  // namespace wangge::cases
