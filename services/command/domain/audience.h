// Whom an instruction is for, and who may release it. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "city/city.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// Officers in the subtree that have one of the posts and whose post lies on one
// of the levels; sorted. REQUIRES: the grid exists.
std::vector<std::string> ResolveAudience(const v1::Audience& audience,
                                         const city::City& city);

// OK when the officer dispatches in an operation centre whose jurisdiction
// holds the audience's grid.
absl::Status CheckAuthor(const v1::Audience& audience,
                         const std::string& officer_id, const city::City& city);

// From district scope up the releaser is not the author.
bool NeedsSecondPerson(const v1::Audience& audience, const city::City& city);

}  // namespace wangge::command
