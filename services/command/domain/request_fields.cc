#include "services/command/domain/request_fields.h"

#include "absl/strings/str_cat.h"

namespace wangge::command {

void RequireInstructionId(const std::string& id, errors::Violations* v) {
  v->RequireText("instruction_id", id, 1, 64);
}

void RequireBreakdown(common::v1::GridLevel level, errors::Violations* v) {
  v->Require(level == common::v1::GRID_LEVEL_UNSPECIFIED ||
                 (level >= common::v1::GRID_LEVEL_DISTRICT &&
                  level <= common::v1::GRID_LEVEL_COMMUNITY),
             "level",
             absl::StrCat("must be omitted or be DISTRICT, STREET or "
                          "COMMUNITY, got ",
                          common::v1::GridLevel_IsValid(level)
                              ? common::v1::GridLevel_Name(level)
                              : absl::StrCat(static_cast<int>(level))));
}

}  // namespace wangge::command
